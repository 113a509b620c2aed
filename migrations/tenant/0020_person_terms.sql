CREATE TABLE `person_term` (
	`hash` text NOT NULL,
	`person` text NOT NULL,
	PRIMARY KEY(`hash`, `person`)
);
--> statement-breakpoint
CREATE INDEX `person_term_person` ON `person_term` (`person`);--> statement-breakpoint
ALTER TABLE `person` ADD `indexed` integer;--> statement-breakpoint
-- Rows of earlier versions are indexed by the job.
INSERT OR IGNORE INTO job (kind, key, due_at, created_at) SELECT 'reencrypt', 'reencrypt', 0, 0 WHERE EXISTS (SELECT 1 FROM person);
