-- What offers have lent and has not been given back: receivers and arbitrators keep which case and service an ended offer was about,
-- who made it, why, when, and how it ended (src/handoffs/lent.ts).
UPDATE `handoff` SET
  `content` = json_object('caseId', `case_id`,
    'serviceCode', CASE WHEN json_valid(`content`) THEN `content` ->> '$.serviceCode' END,
    'serviceName', CASE WHEN json_valid(`content`) THEN `content` ->> '$.serviceName' END,
    'erased', json('true')),
  `text` = CASE WHEN `side` = 'receiver' THEN '' ELSE json_object('text', '', 'tried', json(CASE WHEN json_valid(`text`)
    THEN (SELECT json_group_array(json_remove(value, '$.text')) FROM json_each(`handoff`.`text`, '$.tried')) ELSE '[]' END)) END
WHERE (`side` = 'receiver' AND `state` IN ('refused', 'withdrawn', 'timed-out'))
  OR (`side` = 'arbitrator' AND `state` IN ('kept', 'granted', 'withdrawn', 'timed-out'));
