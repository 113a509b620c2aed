CREATE TABLE `data_key` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`purpose` text NOT NULL,
	`wrapped` text NOT NULL,
	`master` text NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer
);
