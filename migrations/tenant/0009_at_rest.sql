DROP INDEX `follower_once`;--> statement-breakpoint
ALTER TABLE `follower` ADD `email_hash` text;--> statement-breakpoint
CREATE UNIQUE INDEX `follower_once` ON `follower` (`case_id`,`email_hash`);--> statement-breakpoint
UPDATE message SET body = json_set(json_remove(body, '$.content.contact'), '$.content.person', (SELECT request.person FROM handoff
  JOIN request ON request.id = handoff.request WHERE handoff.id = message.body ->> 'handoff' AND handoff.side = 'sender'))
  WHERE json_type(body, '$.content.contact') = 'object';--> statement-breakpoint
UPDATE handoff SET content = json_remove(content, '$.contact') WHERE json_type(content, '$.contact') = 'object';--> statement-breakpoint
INSERT OR IGNORE INTO job (kind, key, due_at, created_at)
  SELECT 'reencrypt', 'reencrypt', 0, 0 WHERE EXISTS (SELECT 1 FROM person) OR EXISTS (SELECT 1 FROM follower);
