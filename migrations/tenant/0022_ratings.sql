CREATE TABLE `rating` (
	`case_id` text PRIMARY KEY NOT NULL,
	`score` integer NOT NULL,
	`at` integer NOT NULL
);
