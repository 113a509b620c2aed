CREATE TABLE `draft_approval` (
	`draft` text NOT NULL,
	`revision` integer NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`draft`, `revision`, `by`)
);
--> statement-breakpoint
CREATE TABLE `draft_rehearsal` (
	`draft` text PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`version` integer NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`progress` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `draft_schedule` (
	`draft` text PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`due_at` integer NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	`why` text DEFAULT '' NOT NULL,
	`failed` text
);
--> statement-breakpoint
ALTER TABLE `configuration` ADD `why` text;--> statement-breakpoint
ALTER TABLE `configuration` ADD `draft` text;--> statement-breakpoint
ALTER TABLE `pending_configuration` ADD `why` text;--> statement-breakpoint
ALTER TABLE `pending_configuration` ADD `draft` text;