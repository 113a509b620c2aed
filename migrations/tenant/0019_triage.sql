ALTER TABLE `request` ADD `triage_reasons` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `request` ADD `triage_since` integer;--> statement-breakpoint
ALTER TABLE `request` ADD `triage_level` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `request_priority` ON `request` (CASE WHEN `custody` = 'held' AND `status` <> 'closed' THEN `urgent` * 2 + `triage` + (`triage_level` > 0) ELSE 0 END, `requested_at`, `seq`);
--> statement-breakpoint
UPDATE request SET triage_since = max(received_at, requested_at), triage_reasons = CASE
  WHEN json_extract(resolution, '$.triage') THEN '["answer"]'
  WHEN json_extract(resolution, '$.confidence') = 'unresolved' THEN '["unresolved"]'
  WHEN json_extract(resolution, '$.confidence') = 'ask' THEN '["place"]'
  ELSE '[]' END WHERE triage = 1;
