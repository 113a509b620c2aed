CREATE TABLE `pending_configuration` (
	`id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`documents` text NOT NULL,
	`requested_at` integer NOT NULL,
	`requested_by` text NOT NULL,
	`first` integer NOT NULL,
	`version` integer,
	`notified_to` text DEFAULT '' NOT NULL,
	`missed` text DEFAULT '[]' NOT NULL
);
