-- A photo is its request's: what else has it here keeps nobody from taking a case over.
CREATE TABLE `__new_media` (
	`id` text NOT NULL,
	`request` text NOT NULL,
	`type` text NOT NULL,
	`bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`id`, `request`)
);
--> statement-breakpoint
INSERT INTO `__new_media`("id", "request", "type", "bytes", "created_at") SELECT "id", "request", "type", "bytes", "created_at" FROM `media` ORDER BY rowid;--> statement-breakpoint
DROP TABLE `media`;--> statement-breakpoint
ALTER TABLE `__new_media` RENAME TO `media`;--> statement-breakpoint
CREATE INDEX `media_request` ON `media` (`request`);