CREATE TABLE `data_key` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`purpose` text NOT NULL,
	`wrapped` text NOT NULL,
	`master` text NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer
);
--> statement-breakpoint
CREATE TABLE `account` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text,
	`email_index` text,
	`phone` text,
	`phone_index` text,
	`language` text NOT NULL,
	`created_at` integer NOT NULL,
	`erased_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `account_email` ON `account` (`email_index`) WHERE email_index IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `account_phone` ON `account` (`phone_index`) WHERE phone_index IS NOT NULL;--> statement-breakpoint
CREATE TABLE `account_reach` (
	`account` text NOT NULL,
	`jurisdiction` text NOT NULL,
	PRIMARY KEY(`account`, `jurisdiction`)
);
--> statement-breakpoint
CREATE TABLE `history_consent` (
	`account` text NOT NULL,
	`jurisdiction` text NOT NULL,
	`given_at` integer NOT NULL,
	PRIMARY KEY(`account`, `jurisdiction`)
);
--> statement-breakpoint
CREATE TABLE `staff_identity` (
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`staff` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`issuer`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `staff_identity_staff` ON `staff_identity` (`staff`);--> statement-breakpoint
CREATE TABLE `one_time` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`holder` text,
	`hash` text NOT NULL,
	`data` text DEFAULT '{}' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`until` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `one_time_holder` ON `one_time` (`purpose`,`holder`,`created_at`);--> statement-breakpoint
CREATE INDEX `one_time_until` ON `one_time` (`until`);--> statement-breakpoint
CREATE TABLE `passkey` (
	`id` text PRIMARY KEY NOT NULL,
	`staff` text NOT NULL,
	`public_key` text NOT NULL,
	`counter` integer NOT NULL,
	`transports` text DEFAULT '[]' NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `passkey_staff` ON `passkey` (`staff`);--> statement-breakpoint
CREATE TABLE `region_grant` (
	`id` text PRIMARY KEY NOT NULL,
	`staff` text NOT NULL,
	`made_by` text NOT NULL,
	`made_at` integer NOT NULL,
	`ended_by` text,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `region_grant_staff` ON `region_grant` (`staff`);--> statement-breakpoint
CREATE TABLE `session` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`holder` text NOT NULL,
	`method` text NOT NULL,
	`device` text NOT NULL,
	`rotation` integer DEFAULT 0 NOT NULL,
	`rotated_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`proved_at` integer NOT NULL,
	`until` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `session_holder` ON `session` (`kind`,`holder`);--> statement-breakpoint
CREATE INDEX `session_until` ON `session` (`until`);--> statement-breakpoint
CREATE TABLE `signing_key` (
	`kid` text PRIMARY KEY NOT NULL,
	`public_jwk` text NOT NULL,
	`private_jwk` text NOT NULL,
	`created_at` integer NOT NULL,
	`signs_from` integer NOT NULL,
	`signs_until` integer NOT NULL,
	`published_until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `staff` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_index` text NOT NULL,
	`created_at` integer NOT NULL,
	`verified_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_email_index_unique` ON `staff` (`email_index`);--> statement-breakpoint
CREATE TABLE `staff_reach` (
	`staff` text NOT NULL,
	`jurisdiction` text NOT NULL,
	PRIMARY KEY(`staff`, `jurisdiction`)
);
--> statement-breakpoint
CREATE TABLE `seal_head` (
	`jurisdiction` text PRIMARY KEY NOT NULL,
	`number` integer NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL
);
