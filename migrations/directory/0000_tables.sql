CREATE TABLE `consumer` (
	`name` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`key` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`outcome` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotency_age` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE TABLE `identity` (
	`label` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`payload` text DEFAULT '{}' NOT NULL,
	`rung` integer DEFAULT 1 NOT NULL,
	`due_at` integer NOT NULL,
	`leased_until` integer DEFAULT 0 NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`parked_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_key_unique` ON `job` (`key`);--> statement-breakpoint
CREATE INDEX `job_due` ON `job` (`due_at`);--> statement-breakpoint
CREATE TABLE `database` (
	`kind` text NOT NULL,
	`region` text NOT NULL,
	`slug` text NOT NULL,
	`migrated_to` text DEFAULT '' NOT NULL,
	`migrated_at` integer,
	`last_error` text,
	PRIMARY KEY(`kind`, `region`, `slug`)
);
--> statement-breakpoint
CREATE INDEX `database_behind` ON `database` (`kind`,`migrated_to`);--> statement-breakpoint
CREATE TABLE `host` (
	`host` text PRIMARY KEY NOT NULL,
	`region` text NOT NULL,
	`jurisdiction` text
);
--> statement-breakpoint
CREATE TABLE `region` (
	`slug` text PRIMARY KEY NOT NULL,
	`added_at` integer NOT NULL
);
