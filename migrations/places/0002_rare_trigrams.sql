-- How many streets have each trigram: a name that no street has is searched by its rarest.
CREATE VIRTUAL TABLE street_trigram USING fts5vocab('street_letters', 'row');
--> statement-breakpoint
-- Found by the first letter, too.
DROP TABLE street_text;
--> statement-breakpoint
CREATE VIRTUAL TABLE street_text USING fts5(words, city, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3');
--> statement-breakpoint
INSERT INTO street_text (rowid, words, city) SELECT id, words, city_key FROM street;
--> statement-breakpoint
UPDATE street SET (lat, long) = (SELECT (south + north) / 2, (west + east) / 2 FROM street_segment
    WHERE street_segment.street = street.id ORDER BY north - south + east - west DESC LIMIT 1),
  spread = (SELECT max(max(north) - min(south), max(east) - min(west)) FROM street_segment
    WHERE street_segment.street = street.id)
WHERE lat IS NULL;
