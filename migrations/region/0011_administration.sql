CREATE TABLE `administration_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`by` text NOT NULL,
	`action` text NOT NULL,
	`draft` text,
	`subject` text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE `draft` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`base` integer NOT NULL,
	`state` text DEFAULT 'open' NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`hash` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`changed_by` text NOT NULL,
	`changed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `draft_document` (
	`draft` text NOT NULL,
	`file` text NOT NULL,
	`value` text NOT NULL,
	`revision` integer NOT NULL,
	`changed_by` text NOT NULL,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`draft`, `file`)
);
--> statement-breakpoint
ALTER TABLE `region_grant` ADD `role` text DEFAULT 'administrator' NOT NULL;
--> statement-breakpoint
CREATE TRIGGER administration_log_kept BEFORE UPDATE ON administration_log BEGIN SELECT raise(ABORT, 'entries of the log are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER administration_log_never_removed BEFORE DELETE ON administration_log BEGIN SELECT raise(ABORT, 'entries of the log are never removed'); END;
