-- Words: full text over what staff search for. The table holds no copy of the text.
CREATE VIRTUAL TABLE request_words USING fts5(id, service_name, description, address, content='request', content_rowid='seq', tokenize='unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER request_words_new AFTER INSERT ON request BEGIN
  INSERT INTO request_words(rowid, id, service_name, description, address) VALUES (new.seq, new.id, new.service_name, new.description, new.address);
END;
--> statement-breakpoint
CREATE TRIGGER request_words_changed AFTER UPDATE OF service_name, description, address ON request BEGIN
  INSERT INTO request_words(request_words, rowid, id, service_name, description, address) VALUES ('delete', old.seq, old.id, old.service_name, old.description, old.address);
  INSERT INTO request_words(rowid, id, service_name, description, address) VALUES (new.seq, new.id, new.service_name, new.description, new.address);
END;
--> statement-breakpoint
-- Places: bounding boxes without reading every row.
CREATE VIRTUAL TABLE request_place USING rtree(seq, min_lat, max_lat, min_long, max_long);
--> statement-breakpoint
CREATE TRIGGER request_place_new AFTER INSERT ON request WHEN new.lat IS NOT NULL BEGIN
  INSERT INTO request_place VALUES (new.seq, new.lat, new.lat, new.long, new.long);
END;
--> statement-breakpoint
CREATE TRIGGER request_place_changed AFTER UPDATE OF lat, long ON request BEGIN
  DELETE FROM request_place WHERE seq = old.seq;
  INSERT INTO request_place SELECT new.seq, new.lat, new.lat, new.long, new.long WHERE new.lat IS NOT NULL;
END;
--> statement-breakpoint
-- The log is append-only.
CREATE TRIGGER event_kept BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'events are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER event_never_removed BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'events are never removed'); END;
--> statement-breakpoint
-- Comes round once a day from the first.
INSERT INTO job (kind, key, due_at, created_at) VALUES ('tidy', 'tidy', 0, 0);
