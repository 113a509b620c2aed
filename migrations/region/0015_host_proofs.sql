CREATE TABLE `host_proof` (
	`host` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL
);
