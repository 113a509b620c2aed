CREATE TABLE `confirmation_email` (
	`id` text PRIMARY KEY NOT NULL,
	`recipient` text NOT NULL,
	`asker` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `confirmation_email_recipient` ON `confirmation_email` (`recipient`,`created_at`);--> statement-breakpoint
CREATE INDEX `confirmation_email_asker` ON `confirmation_email` (`asker`,`created_at`);--> statement-breakpoint
CREATE TABLE `email_opt_out` (
	`recipient` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL
);
