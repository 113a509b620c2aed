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
CREATE TABLE `configuration` (
	`version` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`documents` text NOT NULL,
	`applied_at` integer NOT NULL,
	`applied_by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `public_request` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`jurisdiction` text NOT NULL,
	`id` text NOT NULL,
	`version` integer NOT NULL,
	`service_code` text NOT NULL,
	`service_name` text NOT NULL,
	`status` text NOT NULL,
	`close_reason` text,
	`status_notes` text,
	`description` text NOT NULL,
	`address` text,
	`address_id` text,
	`zipcode` text,
	`lat` real,
	`long` real,
	`agency_responsible` text NOT NULL,
	`media` text,
	`media_url` text,
	`requested_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`expected_at` integer,
	`closed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `public_request_id_unique` ON `public_request` (`id`);--> statement-breakpoint
CREATE INDEX `public_newest` ON `public_request` (`requested_at`,`seq`);--> statement-breakpoint
CREATE INDEX `public_updated` ON `public_request` (`updated_at`,`seq`);--> statement-breakpoint
CREATE INDEX `public_jurisdiction` ON `public_request` (`jurisdiction`,`requested_at`,`seq`);--> statement-breakpoint
CREATE INDEX `public_service` ON `public_request` (`service_code`,`requested_at`,`seq`);--> statement-breakpoint
CREATE TABLE `waiting_photo` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	`claimed_at` integer
);
