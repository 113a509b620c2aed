ALTER TABLE `passkey` ADD `sources` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `session` ADD `authentications` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `session` DROP COLUMN `proved_at`;--> statement-breakpoint
ALTER TABLE `staff` ADD `demo` integer DEFAULT false NOT NULL;--> statement-breakpoint
-- Whoever plays in a demonstration is found by such a name, and by no mailbox.
UPDATE `staff` SET `demo` = 1 WHERE `email_index` LIKE 'demo:%';--> statement-breakpoint
-- A passkey of somebody whom a provider vouches for stands for that provider: it could have been added by its word.
UPDATE `passkey` SET `sources` = (
  SELECT json_array('issuer:' || max(`issuer`)) FROM `staff_identity` WHERE `staff_identity`.`staff` = `passkey`.`staff`
) WHERE (SELECT count(*) FROM `staff_identity` WHERE `staff_identity`.`staff` = `passkey`.`staff`) = 1;--> statement-breakpoint
-- Whom no provider vouches for has come by letters to their mailbox, which each jurisdiction that let them work had named.
UPDATE `passkey` SET `sources` = (
  SELECT json_group_array(`source`) FROM (
    SELECT 'mailbox' AS `source`
    UNION ALL
    SELECT 'invitation:' || `jurisdiction` FROM `staff_reach` WHERE `staff_reach`.`staff` = `passkey`.`staff`
  )
) WHERE `staff` NOT IN (SELECT `staff` FROM `staff_identity`)
  AND `staff` IN (SELECT `id` FROM `staff` WHERE `demo` = 0);--> statement-breakpoint
UPDATE `passkey` SET `sources` = '["demo"]' WHERE `staff` IN (SELECT `id` FROM `staff` WHERE `demo` = 1);
