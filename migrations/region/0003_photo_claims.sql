ALTER TABLE `waiting_photo` ADD `claimed_by` text;--> statement-breakpoint
ALTER TABLE `waiting_photo` ADD `keeper` text;