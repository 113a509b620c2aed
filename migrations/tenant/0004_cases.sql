CREATE TABLE `duplicate` (
	`case_id` text NOT NULL,
	`other` text NOT NULL,
	`request` text NOT NULL,
	`state` text NOT NULL,
	`round` integer NOT NULL,
	`facts` text,
	`survivor` text,
	`before` text,
	`text` text DEFAULT '' NOT NULL,
	`proposed_at` integer NOT NULL,
	`answered_at` integer,
	`version` integer DEFAULT 1 NOT NULL,
	PRIMARY KEY(`case_id`, `other`)
);
--> statement-breakpoint
CREATE INDEX `duplicate_state` ON `duplicate` (`state`,`proposed_at`);--> statement-breakpoint
CREATE TABLE `followed_by` (
	`case_id` text NOT NULL,
	`follower` text NOT NULL,
	`jurisdiction` text NOT NULL,
	`round` integer NOT NULL,
	`ended` integer NOT NULL,
	`told` text,
	PRIMARY KEY(`case_id`, `follower`)
);
--> statement-breakpoint
ALTER TABLE `request` ADD `incident_at` integer;--> statement-breakpoint
CREATE INDEX `request_open` ON `request` (`seq`) WHERE custody = 'held' AND status <> 'closed';--> statement-breakpoint
CREATE INDEX `event_rerouted` ON `event` (`seq`) WHERE type = 'rerouted';