ALTER TABLE `person` ADD `erase_asked_at` integer;--> statement-breakpoint
CREATE INDEX `person_kept` ON `person` (`created_at`) WHERE erased_at IS NULL;--> statement-breakpoint
CREATE INDEX `person_asked` ON `person` (`erase_asked_at`) WHERE erase_asked_at IS NOT NULL AND erased_at IS NULL;--> statement-breakpoint
CREATE INDEX `request_person` ON `request` (`person`) WHERE person IS NOT NULL;