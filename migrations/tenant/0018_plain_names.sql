ALTER TABLE `partner_word` RENAME TO `partner_update`;--> statement-breakpoint
ALTER TABLE `seen` RENAME TO `access_log`;--> statement-breakpoint
ALTER TABLE `partner_update` RENAME COLUMN "word" TO "key";--> statement-breakpoint
ALTER TABLE `job` RENAME COLUMN "rung" TO "enqueued";--> statement-breakpoint
ALTER TABLE `followed_by` RENAME COLUMN "told" TO "informed";--> statement-breakpoint
ALTER TABLE `request` RENAME COLUMN "trail" TO "holders";--> statement-breakpoint
ALTER TABLE `seal` RENAME COLUMN "seen_to" TO "access_log_to";--> statement-breakpoint
DROP INDEX `seen_actor`;--> statement-breakpoint
CREATE INDEX `access_log_actor` ON `access_log` (`actor`,`seq`);
--> statement-breakpoint
UPDATE job SET kind = 'auto-transfer', key = CASE WHEN substr(key, 1, 7) = 'hand-on' THEN 'auto-transfer' || substr(key, 8) ELSE key END WHERE kind = 'hand-on';
--> statement-breakpoint
UPDATE job SET kind = 'return-transfer', key = CASE WHEN substr(key, 1, 9) = 'hand-back' THEN 'return-transfer' || substr(key, 10) ELSE key END WHERE kind = 'hand-back';
--> statement-breakpoint
UPDATE job SET kind = 'transfer-after-reroute', key = CASE WHEN substr(key, 1, 7) = 'pass-on' THEN 'transfer-after-reroute' || substr(key, 8) ELSE key END WHERE kind = 'pass-on';
--> statement-breakpoint
UPDATE job SET kind = 'agreement-end', key = CASE WHEN substr(key, 1, 7) = 'run-off' THEN 'agreement-end' || substr(key, 8) ELSE key END WHERE kind = 'run-off';
--> statement-breakpoint
UPDATE job SET kind = 'sync-origin', key = CASE WHEN substr(key, 1, 11) = 'tell-origin' THEN 'sync-origin' || substr(key, 12) ELSE key END WHERE kind = 'tell-origin';
--> statement-breakpoint
UPDATE consumer SET name = 'sync-origin' WHERE name = 'tell-origin';
