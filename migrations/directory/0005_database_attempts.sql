ALTER TABLE `database` ADD `created_at` integer;--> statement-breakpoint
ALTER TABLE `database` ADD `attempts` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `database` ADD `retry_at` integer;