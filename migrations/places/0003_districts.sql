CREATE TABLE `district` (
	`id` integer PRIMARY KEY NOT NULL,
	`ref` text NOT NULL,
	`name` text NOT NULL,
	`polygons` text NOT NULL,
	`west` real NOT NULL,
	`south` real NOT NULL,
	`east` real NOT NULL,
	`north` real NOT NULL,
	`facts` text NOT NULL,
	`days` text NOT NULL,
	`week` text NOT NULL,
	`source` text NOT NULL,
	`added_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `district_of` ON `district` (`source`,`ref`);--> statement-breakpoint
CREATE TABLE `district_holder` (
	`source` text NOT NULL,
	`district` text NOT NULL,
	`from_day` text NOT NULL,
	`to_day` text,
	`name` text NOT NULL,
	`phone` text NOT NULL,
	`email` text NOT NULL,
	`url` text NOT NULL,
	PRIMARY KEY(`source`, `district`, `from_day`)
);

--> statement-breakpoint
CREATE VIRTUAL TABLE district_area USING rtree(id, west, east, south, north);
--> statement-breakpoint
CREATE TRIGGER district_added AFTER INSERT ON district BEGIN
  INSERT INTO district_area VALUES (new.id, new.west, new.east, new.south, new.north);
END;
--> statement-breakpoint
CREATE TRIGGER district_moved AFTER UPDATE OF polygons ON district WHEN old.polygons <> new.polygons BEGIN
  UPDATE district_area SET west = new.west, east = new.east, south = new.south, north = new.north WHERE id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER district_removed AFTER DELETE ON district BEGIN
  DELETE FROM district_area WHERE id = old.id;
END;
