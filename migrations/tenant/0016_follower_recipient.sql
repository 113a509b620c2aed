ALTER TABLE `follower` ADD `recipient` text;--> statement-breakpoint
ALTER TABLE `follower` ADD `asker` text;--> statement-breakpoint
CREATE INDEX `follower_recipient` ON `follower` (`recipient`);