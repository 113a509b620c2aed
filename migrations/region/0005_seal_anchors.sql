CREATE TABLE `seal_anchor` (
	`number` integer PRIMARY KEY NOT NULL,
	`jurisdiction` text NOT NULL,
	`seal` integer NOT NULL,
	`seal_hash` text NOT NULL,
	`at` integer NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `seal_anchor_of` ON `seal_anchor` (`jurisdiction`,`number`);
--> statement-breakpoint
-- Append-only, as the seals that it copies are.
CREATE TRIGGER seal_anchor_kept BEFORE UPDATE ON seal_anchor BEGIN SELECT raise(ABORT, 'anchors are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER seal_anchor_never_removed BEFORE DELETE ON seal_anchor BEGIN SELECT raise(ABORT, 'anchors are never removed'); END;
