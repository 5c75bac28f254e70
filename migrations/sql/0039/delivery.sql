-- when a base over HTTP was last asked what people changed there of our clients and contracts; NULL: never
ALTER TABLE delivery.onec_peers ADD COLUMN catalogues_at timestamptz;
