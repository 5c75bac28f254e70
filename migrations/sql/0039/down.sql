-- An upgrade asks every base anew: what has not changed is no news.
ALTER TABLE delivery.onec_peers DROP COLUMN catalogues_at;
