ALTER TABLE `inbox` ADD `settled` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `message` ADD `settlement` text;--> statement-breakpoint
ALTER TABLE `message` ADD `settled_by` text;--> statement-breakpoint
CREATE INDEX `message_parked` ON `message` (`case_id`) WHERE parked_at IS NOT NULL AND delivered_at IS NULL;--> statement-breakpoint
-- What was parked until now waits for an operator, as was promised: an import may have parked it, and nothing is sent twice.
UPDATE `message` SET `due_at` = 8640000000000000 WHERE `delivered_at` IS NULL AND `parked_at` IS NOT NULL;
