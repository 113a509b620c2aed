CREATE TABLE `past_import` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`state` text NOT NULL,
	`content` text NOT NULL,
	`rows` integer NOT NULL,
	`pieces` integer NOT NULL,
	`next` integer DEFAULT 0 NOT NULL,
	`imported` integer DEFAULT 0 NOT NULL,
	`known` integer DEFAULT 0 NOT NULL,
	`rejected` integer DEFAULT 0 NOT NULL,
	`by` text NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE TABLE `past_import_piece` (
	`id` text PRIMARY KEY NOT NULL,
	`import` text NOT NULL,
	`piece` integer NOT NULL,
	`content` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `past_import_piece_order` ON `past_import_piece` (`import`,`piece`);--> statement-breakpoint
CREATE TABLE `past_import_reject` (
	`id` text PRIMARY KEY NOT NULL,
	`import` text NOT NULL,
	`piece` integer NOT NULL,
	`content` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `past_import_reject_order` ON `past_import_reject` (`import`,`piece`);