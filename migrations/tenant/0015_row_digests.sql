CREATE TABLE `changed_row` (
	`table_name` text NOT NULL,
	`row_id` text NOT NULL,
	`changes` integer DEFAULT 1 NOT NULL,
	`baseline` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`table_name`, `row_id`)
);
--> statement-breakpoint
CREATE TABLE `row_digest` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`table_name` text NOT NULL,
	`row_id` text NOT NULL,
	`digest` text,
	`event` integer
);
--> statement-breakpoint
CREATE INDEX `row_digest_row` ON `row_digest` (`table_name`,`row_id`,`seq`);--> statement-breakpoint
ALTER TABLE `seal` ADD `digests_to` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- The digests are append-only as the logs are.
CREATE TRIGGER row_digest_kept BEFORE UPDATE ON row_digest BEGIN SELECT raise(ABORT, 'digests are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER row_digest_never_removed BEFORE DELETE ON row_digest BEGIN SELECT raise(ABORT, 'digests are never removed'); END;
--> statement-breakpoint
-- Whatever changes in a row that digests cover is noted here, whoever changes it; the job that seals takes it from there.
CREATE TRIGGER request_added_row AFTER INSERT ON "request" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('request', new.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER request_changed_row AFTER UPDATE OF seq, id, service_code, case_id, origin, custody, passed_to, trail, service_name, status, close_reason, status_notes, description, address, address_id, zipcode, lat, long, accuracy, answers, private, urgent, resolution, accountable, channel, language, person, media, media_url, incident_at, requested_at, received_at, closed_at ON "request" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('request', new.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER request_renamed_row AFTER UPDATE OF id ON "request" WHEN old.id IS NOT new.id BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('request', old.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER request_removed_row AFTER DELETE ON "request" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('request', old.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER grant_added_row AFTER INSERT ON "grant" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('grant', new.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER grant_changed_row AFTER UPDATE ON "grant" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('grant', new.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER grant_renamed_row AFTER UPDATE OF id ON "grant" WHEN old.id IS NOT new.id BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('grant', old.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER grant_removed_row AFTER DELETE ON "grant" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('grant', old.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER api_key_added_row AFTER INSERT ON "api_key" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('api_key', new.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER api_key_changed_row AFTER UPDATE OF id, name, scope, kind, hash, created_by, created_at, expires_at, revoked_at, demo ON "api_key" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('api_key', new.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER api_key_renamed_row AFTER UPDATE OF id ON "api_key" WHEN old.id IS NOT new.id BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('api_key', old.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
CREATE TRIGGER api_key_removed_row AFTER DELETE ON "api_key" BEGIN
  INSERT INTO changed_row (table_name, row_id) VALUES ('api_key', old.id)
  ON CONFLICT (table_name, row_id) DO UPDATE SET changes = changes + 1;
END;
--> statement-breakpoint
-- By which an act's event is found for its grant or key (`src/audit/rows.ts`).
CREATE INDEX event_grant ON event (json_extract(payload, '$.grant')) WHERE type IN ('grant-made', 'grant-ended');
--> statement-breakpoint
CREATE INDEX event_key ON event (json_extract(payload, '$.key')) WHERE type IN ('key-made', 'key-revoked');
--> statement-breakpoint
-- What was there before is covered as it is now.
INSERT INTO changed_row SELECT 'request', id, 1, 1 FROM request;
--> statement-breakpoint
INSERT INTO changed_row SELECT 'grant', id, 1, 1 FROM "grant";
--> statement-breakpoint
INSERT INTO changed_row SELECT 'api_key', id, 1, 1 FROM api_key;
--> statement-breakpoint
INSERT INTO job (kind, key, due_at, created_at) SELECT 'seal', 'seal', 0, 0 WHERE EXISTS (SELECT 1 FROM changed_row) ON CONFLICT (key) DO NOTHING;
