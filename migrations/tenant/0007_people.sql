CREATE TABLE `data_key` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`purpose` text NOT NULL,
	`wrapped` text NOT NULL,
	`master` text NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer
);
--> statement-breakpoint
CREATE TABLE `ended_session` (
	`id` text PRIMARY KEY NOT NULL,
	`ended_at` integer NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `grant` (
	`id` text PRIMARY KEY NOT NULL,
	`staff` text NOT NULL,
	`role` text NOT NULL,
	`services` text,
	`from_at` integer NOT NULL,
	`to_at` integer,
	`source` text NOT NULL,
	`made_by` text NOT NULL,
	`made_at` integer NOT NULL,
	`ended_by` text,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `grant_staff` ON `grant` (`staff`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE TABLE `seal` (
	`number` integer PRIMARY KEY NOT NULL,
	`events_to` integer NOT NULL,
	`seen_to` integer NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `seen` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`actor` text NOT NULL,
	`at` integer NOT NULL,
	`view` text NOT NULL,
	`requests` text NOT NULL,
	`fields` text DEFAULT '[]' NOT NULL
);
--> statement-breakpoint
CREATE INDEX `seen_actor` ON `seen` (`actor`,`seq`);--> statement-breakpoint
ALTER TABLE `person` ADD `account` text;--> statement-breakpoint
ALTER TABLE `person` ADD `erased_at` integer;--> statement-breakpoint
CREATE INDEX `person_account` ON `person` (`account`) WHERE account IS NOT NULL;--> statement-breakpoint
ALTER TABLE `api_key` ADD `kind` text DEFAULT 'key' NOT NULL;--> statement-breakpoint
ALTER TABLE `api_key` ADD `created_by` text DEFAULT 'system:keys' NOT NULL;--> statement-breakpoint
ALTER TABLE `api_key` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `api_key` ADD `last_used_at` integer;--> statement-breakpoint
CREATE INDEX `event_staff` ON `event` (`actor`,`seq`) WHERE actor >= 'staff:' AND actor < 'staff~';