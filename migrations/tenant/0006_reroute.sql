-- Looks at the open requests at once, then on each day on which a dated boundary begins or ends, and after each apply.
INSERT INTO job (kind, key, due_at, created_at) VALUES ('reroute', 'reroute', 0, 0) ON CONFLICT (key) DO NOTHING;
