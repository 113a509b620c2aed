CREATE TABLE `agreement_confirmation` (
	`draft` text NOT NULL,
	`agreement` text NOT NULL,
	`side` text NOT NULL,
	`hash` text NOT NULL,
	`note` text,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`draft`, `agreement`, `side`, `hash`)
);
