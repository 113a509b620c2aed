DROP INDEX `forward_open`;--> statement-breakpoint
ALTER TABLE `forward` ADD `done_at` integer;--> statement-breakpoint
CREATE INDEX `forward_heard` ON `forward` (`partner`) WHERE state IN ('sent', 'done');--> statement-breakpoint
CREATE INDEX `forward_failed` ON `forward` (`request`) WHERE state = 'failed';--> statement-breakpoint
CREATE INDEX `notice_follower` ON `notice` (`follower`);