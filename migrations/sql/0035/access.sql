-- A promise of several dates and sums is a plan of instalments; each column is NULL for a promise of one day.
ALTER TABLE access.promises ADD COLUMN instalments jsonb;   -- [[day, roubles], …] in the order of their days
ALTER TABLE access.promises ADD COLUMN covers jsonb;        -- {number of a debt: what was paid of it when the plan was made}
ALTER TABLE access.promises ADD CONSTRAINT plan_is_whole CHECK ((instalments IS NULL) = (covers IS NULL));
