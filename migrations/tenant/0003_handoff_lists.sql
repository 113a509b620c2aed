CREATE INDEX `handoff_newest` ON `handoff` (`offered_at`,`id`,`side`);
