ALTER TABLE `account_reach` RENAME TO `account_jurisdiction`;--> statement-breakpoint
ALTER TABLE `staff_reach` RENAME TO `staff_jurisdiction`;--> statement-breakpoint
ALTER TABLE `job` RENAME COLUMN "rung" TO "enqueued";
--> statement-breakpoint
UPDATE job SET kind = 'staff-email', key = CASE WHEN substr(key, 1, 12) = 'staff-letter' THEN 'staff-email' || substr(key, 13) ELSE key END WHERE kind = 'staff-letter';
