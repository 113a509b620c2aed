CREATE TABLE `forward` (
	`id` text PRIMARY KEY NOT NULL,
	`request` text NOT NULL,
	`partner` text NOT NULL,
	`name` text NOT NULL,
	`method` text NOT NULL,
	`state` text DEFAULT 'waiting' NOT NULL,
	`receipt` text,
	`token` text,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	`last_error` text
);
--> statement-breakpoint
CREATE INDEX `forward_request` ON `forward` (`request`);--> statement-breakpoint
CREATE INDEX `forward_open` ON `forward` (`partner`) WHERE state = 'sent';--> statement-breakpoint
CREATE UNIQUE INDEX `forward_one_open` ON `forward` (`request`) WHERE state IN ('waiting', 'sent');--> statement-breakpoint
CREATE TABLE `partner_word` (
	`forward` text NOT NULL,
	`word` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`forward`, `word`)
);
--> statement-breakpoint
CREATE TABLE `follower` (
	`id` text PRIMARY KEY NOT NULL,
	`case_id` text NOT NULL,
	`email` text NOT NULL,
	`language` text NOT NULL,
	`created_at` integer NOT NULL,
	`confirmed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `follower_once` ON `follower` (`case_id`,`email`);--> statement-breakpoint
CREATE INDEX `follower_waiting` ON `follower` (`created_at`);--> statement-breakpoint
CREATE TABLE `notice` (
	`event` integer NOT NULL,
	`follower` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`sent_at` integer,
	`parked_at` integer,
	PRIMARY KEY(`event`, `follower`)
);
--> statement-breakpoint
CREATE INDEX `notice_due` ON `notice` (`due_at`) WHERE sent_at IS NULL AND parked_at IS NULL;--> statement-breakpoint
CREATE INDEX `event_public` ON `event` (`at`) WHERE public = 1;