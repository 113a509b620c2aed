CREATE TABLE `key_check` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`set_at` integer NOT NULL
);
