-- The log of who saw what, and the seals over it, are append-only as the log of events is.
CREATE TRIGGER seen_kept BEFORE UPDATE ON seen BEGIN SELECT raise(ABORT, 'what was noted is never changed'); END;
--> statement-breakpoint
CREATE TRIGGER seen_never_removed BEFORE DELETE ON seen BEGIN SELECT raise(ABORT, 'what was noted is never removed'); END;
--> statement-breakpoint
CREATE TRIGGER seal_kept BEFORE UPDATE ON seal BEGIN SELECT raise(ABORT, 'seals are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER seal_never_removed BEFORE DELETE ON seal BEGIN SELECT raise(ABORT, 'seals are never removed'); END;
--> statement-breakpoint
-- Whatever is logged is sealed half a minute later. Where the job waits already nothing is written; where it runs just now,
-- it comes again.
CREATE TRIGGER event_sealed_soon AFTER INSERT ON event BEGIN
  INSERT INTO job (kind, key, due_at, created_at) VALUES ('seal', 'seal', new.at + 30000, new.at)
  ON CONFLICT (key) DO UPDATE SET rung = rung + 1, due_at = excluded.due_at WHERE leased_until > new.at;
END;
--> statement-breakpoint
CREATE TRIGGER seen_sealed_soon AFTER INSERT ON seen BEGIN
  INSERT INTO job (kind, key, due_at, created_at) VALUES ('seal', 'seal', new.at + 30000, new.at)
  ON CONFLICT (key) DO UPDATE SET rung = rung + 1, due_at = excluded.due_at WHERE leased_until > new.at;
END;
--> statement-breakpoint
-- What was logged before there were seals.
INSERT INTO job (kind, key, due_at, created_at) VALUES ('seal', 'seal', 0, 0) ON CONFLICT (key) DO NOTHING;
