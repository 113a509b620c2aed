CREATE TABLE `consumer` (
	`name` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `data_key` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`purpose` text NOT NULL,
	`wrapped` text NOT NULL,
	`master` text NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer
);
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`key` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`outcome` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotency_age` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE TABLE `identity` (
	`label` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`payload` text DEFAULT '{}' NOT NULL,
	`enqueued` integer DEFAULT 1 NOT NULL,
	`due_at` integer NOT NULL,
	`leased_until` integer DEFAULT 0 NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`parked_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_key_unique` ON `job` (`key`);--> statement-breakpoint
CREATE INDEX `job_due` ON `job` (`due_at`);--> statement-breakpoint
CREATE TABLE `address` (
	`id` integer PRIMARY KEY NOT NULL,
	`street` integer NOT NULL,
	`number` integer NOT NULL,
	`number_text` text NOT NULL,
	`unit` text NOT NULL,
	`postcode` text NOT NULL,
	`lat` real NOT NULL,
	`long` real NOT NULL,
	`source` text NOT NULL,
	`added_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `address_of` ON `address` (`source`,`street`,`number_text`,`unit`);--> statement-breakpoint
CREATE INDEX `address_number` ON `address` (`street`,`number`);--> statement-breakpoint
CREATE TABLE `common_place` (
	`id` integer PRIMARY KEY NOT NULL,
	`ref` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`address` text NOT NULL,
	`lat` real NOT NULL,
	`long` real NOT NULL,
	`source` text NOT NULL,
	`added_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `common_place_of` ON `common_place` (`source`,`ref`);--> statement-breakpoint
CREATE TABLE `place_source` (
	`name` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`file` text NOT NULL,
	`size` integer NOT NULL,
	`mapping` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`records` integer NOT NULL,
	`rejected` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `street` (
	`id` integer PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`name_key` text NOT NULL,
	`words` text NOT NULL,
	`letters` text NOT NULL,
	`name` text NOT NULL,
	`city_key` text NOT NULL,
	`city` text NOT NULL,
	`state` text NOT NULL,
	`lat` real,
	`long` real,
	`spread` real
);
--> statement-breakpoint
CREATE UNIQUE INDEX `street_of` ON `street` (`key`,`city_key`);--> statement-breakpoint
CREATE INDEX `street_name` ON `street` (`name_key`);--> statement-breakpoint
CREATE INDEX `street_letters_of` ON `street` (`letters`);--> statement-breakpoint
CREATE TABLE `street_segment` (
	`id` integer PRIMARY KEY NOT NULL,
	`street` integer NOT NULL,
	`ref` text NOT NULL,
	`line` text NOT NULL,
	`left_from` integer,
	`left_to` integer,
	`right_from` integer,
	`right_to` integer,
	`west` real NOT NULL,
	`south` real NOT NULL,
	`east` real NOT NULL,
	`north` real NOT NULL,
	`source` text NOT NULL,
	`added_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `street_segment_of` ON `street_segment` (`source`,`ref`);--> statement-breakpoint
CREATE INDEX `street_segment_street` ON `street_segment` (`street`);
--> statement-breakpoint
CREATE VIRTUAL TABLE street_text USING fts5(words, city, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
--> statement-breakpoint
CREATE VIRTUAL TABLE street_letters USING fts5(name, tokenize = 'trigram');
--> statement-breakpoint
CREATE TRIGGER street_added AFTER INSERT ON street BEGIN
  INSERT INTO street_text (rowid, words, city) VALUES (new.id, new.words, new.city_key);
  INSERT INTO street_letters (rowid, name) VALUES (new.id, new.name_key);
END;
--> statement-breakpoint
CREATE TRIGGER street_removed AFTER DELETE ON street BEGIN
  DELETE FROM street_text WHERE rowid = old.id;
  DELETE FROM street_letters WHERE rowid = old.id;
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE address_area USING rtree(id, west, east, south, north);
--> statement-breakpoint
CREATE TRIGGER address_added AFTER INSERT ON address BEGIN
  INSERT INTO address_area VALUES (new.id, new.long, new.long, new.lat, new.lat);
END;
--> statement-breakpoint
CREATE TRIGGER address_moved AFTER UPDATE OF lat, long ON address WHEN old.lat <> new.lat OR old.long <> new.long BEGIN
  UPDATE address_area SET west = new.long, east = new.long, south = new.lat, north = new.lat WHERE id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER address_removed AFTER DELETE ON address BEGIN
  DELETE FROM address_area WHERE id = old.id;
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE street_segment_area USING rtree(id, west, east, south, north);
--> statement-breakpoint
CREATE TRIGGER street_segment_added AFTER INSERT ON street_segment BEGIN
  INSERT INTO street_segment_area VALUES (new.id, new.west, new.east, new.south, new.north);
END;
--> statement-breakpoint
CREATE TRIGGER street_segment_moved AFTER UPDATE OF line ON street_segment WHEN old.line <> new.line BEGIN
  UPDATE street_segment_area SET west = new.west, east = new.east, south = new.south, north = new.north WHERE id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER street_segment_removed AFTER DELETE ON street_segment BEGIN
  DELETE FROM street_segment_area WHERE id = old.id;
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE common_place_text USING fts5(name, address, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
--> statement-breakpoint
CREATE TRIGGER common_place_added AFTER INSERT ON common_place BEGIN
  INSERT INTO common_place_text (rowid, name, address) VALUES (new.id, new.name, new.address);
END;
--> statement-breakpoint
CREATE TRIGGER common_place_changed AFTER UPDATE OF name, address ON common_place BEGIN
  UPDATE common_place_text SET name = new.name, address = new.address WHERE rowid = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER common_place_removed AFTER DELETE ON common_place BEGIN
  DELETE FROM common_place_text WHERE rowid = old.id;
END;
