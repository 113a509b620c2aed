CREATE TABLE `setup` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`nonce` text,
	`made_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`until` integer,
	`answers` text,
	`services` text,
	`boundary` text,
	`revision` integer DEFAULT 0 NOT NULL,
	`region` text,
	`requested_at` integer,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `setup_region_unique` ON `setup` (`region`);