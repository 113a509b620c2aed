CREATE TABLE `share` (
	`case_id` text NOT NULL,
	`jurisdiction` text NOT NULL,
	`request` text NOT NULL,
	`status` text NOT NULL,
	`close_reason` text,
	`agency` text NOT NULL,
	`held` integer NOT NULL,
	`received_at` integer NOT NULL,
	`expected_at` integer,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`jurisdiction`, `request`)
);
--> statement-breakpoint
CREATE INDEX `share_case` ON `share` (`case_id`);--> statement-breakpoint
CREATE TABLE `handoff` (
	`id` text NOT NULL,
	`side` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`case_id` text NOT NULL,
	`request` text,
	`sender` text NOT NULL,
	`receiver` text NOT NULL,
	`reason` text NOT NULL,
	`text` text DEFAULT '' NOT NULL,
	`answer_reason` text,
	`answer_text` text,
	`counter` text,
	`agreement` text,
	`content` text NOT NULL,
	`offered_at` integer NOT NULL,
	`answer_by` integer,
	`answered_at` integer,
	`version` integer DEFAULT 1 NOT NULL,
	PRIMARY KEY(`id`, `side`)
);
--> statement-breakpoint
CREATE INDEX `handoff_request` ON `handoff` (`request`);--> statement-breakpoint
CREATE INDEX `handoff_case` ON `handoff` (`case_id`);--> statement-breakpoint
CREATE INDEX `handoff_state` ON `handoff` (`side`,`state`,`offered_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `handoff_one_open` ON `handoff` (`request`) WHERE side = 'sender' AND kind = 'transfer' AND state IN ('offered', 'accepted', 'appealed');--> statement-breakpoint
CREATE TABLE `inbox` (
	`sender` text NOT NULL,
	`message` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`sender`, `message`)
);
--> statement-breakpoint
CREATE TABLE `message` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`case_id` text NOT NULL,
	`receiver` text NOT NULL,
	`kind` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`delivered_at` integer,
	`parked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `message_id_unique` ON `message` (`id`);--> statement-breakpoint
CREATE INDEX `message_waiting` ON `message` (`seq`) WHERE delivered_at IS NULL;--> statement-breakpoint
CREATE INDEX `message_order` ON `message` (`receiver`,`case_id`,`seq`);--> statement-breakpoint
ALTER TABLE `event` ADD `source` text;--> statement-breakpoint
ALTER TABLE `event` ADD `source_seq` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `event_told_once` ON `event` (`request`,`source`,`source_seq`) WHERE source IS NOT NULL;--> statement-breakpoint
ALTER TABLE `person` ADD `shared` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `request` ADD `case_id` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `request` ADD `origin` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `request` ADD `custody` text DEFAULT 'held' NOT NULL;--> statement-breakpoint
ALTER TABLE `request` ADD `passed_to` text;--> statement-breakpoint
ALTER TABLE `request` ADD `trail` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `request` ADD `case_status` text DEFAULT 'submitted' NOT NULL;--> statement-breakpoint
ALTER TABLE `request` ADD `received_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `request_case` ON `request` (`case_id`);--> statement-breakpoint
-- Every request so far is the whole of its case, held where it was filed.
UPDATE request SET case_id = id, case_status = status, received_at = requested_at,
  origin = (SELECT substr(label, instr(label, '--') + 2) FROM identity),
  trail = (SELECT json_array(substr(label, instr(label, '--') + 2)) FROM identity);
