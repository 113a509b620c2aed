ALTER TABLE `waiting_photo` ADD `caller` text;--> statement-breakpoint
CREATE INDEX `waiting_photo_caller` ON `waiting_photo` (`caller`,`created_at`,`claimed_at`,`bytes`);--> statement-breakpoint
CREATE INDEX `waiting_photo_unclaimed` ON `waiting_photo` (`created_at`,`bytes`) WHERE claimed_at IS NULL;--> statement-breakpoint
INSERT INTO job (kind, key, due_at, created_at) VALUES ('reencrypt', 'reencrypt', 0, 0) ON CONFLICT (key) DO UPDATE SET rung = rung + 1, due_at = 0;
--> statement-breakpoint
INSERT INTO job (kind, key, due_at, created_at) VALUES ('discard-photos', 'discard-photos', 0, 0) ON CONFLICT (key) DO NOTHING;
