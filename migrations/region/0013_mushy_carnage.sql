CREATE TABLE `sandbox` (
	`region` text PRIMARY KEY NOT NULL,
	`draft` text NOT NULL,
	`revision` integer NOT NULL,
	`hash` text NOT NULL,
	`state` text NOT NULL,
	`staff` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
