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
CREATE TABLE `event` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`request` text NOT NULL,
	`type` text NOT NULL,
	`actor` text NOT NULL,
	`at` integer NOT NULL,
	`public` integer NOT NULL,
	`payload` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `event_request` ON `event` (`request`,`seq`);--> statement-breakpoint
CREATE TABLE `media` (
	`id` text PRIMARY KEY NOT NULL,
	`request` text NOT NULL,
	`type` text NOT NULL,
	`bytes` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `media_request` ON `media` (`request`);--> statement-breakpoint
CREATE TABLE `person` (
	`id` text PRIMARY KEY NOT NULL,
	`first_name` text,
	`last_name` text,
	`email` text,
	`phone` text,
	`device_id` text,
	`account_id` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `request` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`service_code` text NOT NULL,
	`service_name` text NOT NULL,
	`status` text NOT NULL,
	`close_reason` text,
	`status_notes` text,
	`version` integer NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`address` text,
	`address_id` text,
	`zipcode` text,
	`lat` real,
	`long` real,
	`accuracy` real DEFAULT 0 NOT NULL,
	`answers` text DEFAULT '[]' NOT NULL,
	`private` integer NOT NULL,
	`urgent` integer NOT NULL,
	`resolution` text NOT NULL,
	`accountable` text NOT NULL,
	`agency_responsible` text NOT NULL,
	`triage` integer NOT NULL,
	`channel` text NOT NULL,
	`language` text NOT NULL,
	`person` text,
	`media` text,
	`media_url` text,
	`requested_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`expected_at` integer,
	`closed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `request_id_unique` ON `request` (`id`);--> statement-breakpoint
CREATE INDEX `request_newest` ON `request` (`requested_at`,`seq`);--> statement-breakpoint
CREATE INDEX `request_updated` ON `request` (`updated_at`,`seq`);--> statement-breakpoint
CREATE INDEX `request_service` ON `request` (`service_code`,`requested_at`,`seq`);--> statement-breakpoint
CREATE INDEX `request_status` ON `request` (`status`,`requested_at`,`seq`);--> statement-breakpoint
CREATE INDEX `request_triage` ON `request` (`requested_at`) WHERE triage = 1;--> statement-breakpoint
CREATE TABLE `api_key` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scope` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer
);
