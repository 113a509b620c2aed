DROP INDEX `request_priority`;--> statement-breakpoint
CREATE INDEX `request_priority` ON `request` (CASE WHEN `custody` = 'held' AND `status` <> 'closed' THEN (`urgent` OR instr(`triage_reasons`, '"answer"') > 0) * 2 + `triage` + (`triage_level` > 0) ELSE 0 END, `requested_at`, `seq`);
