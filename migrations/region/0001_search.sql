-- Places of the public index: bounding boxes without reading every row.
CREATE VIRTUAL TABLE public_place USING rtree(seq, min_lat, max_lat, min_long, max_long);
--> statement-breakpoint
CREATE TRIGGER public_place_new AFTER INSERT ON public_request WHEN new.lat IS NOT NULL BEGIN
  INSERT INTO public_place VALUES (new.seq, new.lat, new.lat, new.long, new.long);
END;
--> statement-breakpoint
CREATE TRIGGER public_place_changed AFTER UPDATE OF lat, long ON public_request BEGIN
  DELETE FROM public_place WHERE seq = old.seq;
  INSERT INTO public_place SELECT new.seq, new.lat, new.lat, new.long, new.long WHERE new.lat IS NOT NULL;
END;
--> statement-breakpoint
CREATE TRIGGER public_place_gone AFTER DELETE ON public_request BEGIN
  DELETE FROM public_place WHERE seq = old.seq;
END;
--> statement-breakpoint
-- Comes round once a day from the first.
INSERT INTO job (kind, key, due_at, created_at) VALUES ('tidy', 'tidy', 0, 0);
