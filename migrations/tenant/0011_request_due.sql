-- Open requests in the order in which they are due; what is promised for no day comes last (listRequests).
CREATE INDEX `request_due` ON `request` (coalesce(`expected_at`, 9007199254740991), `seq`) WHERE `custody` = 'held' AND `status` <> 'closed';
