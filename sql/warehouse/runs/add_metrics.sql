-- grain: day × metric
-- inputs: :day, :metrics ([{metric, count, total, most, last}, …], in the order of their names), :at
-- rerun: adds once more: whoever measured again has measured twice
INSERT INTO runs.metrics AS kept (day, metric, count, total, most, last, at)
SELECT CAST(:day AS date), given.metric, given.count, given.total, given.most, given.last, CAST(:at AS timestamptz)
FROM jsonb_to_recordset(CAST(:metrics AS jsonb)) given (metric text, count bigint, total numeric, most numeric, last numeric)
ORDER BY given.metric
ON CONFLICT (day, metric) DO UPDATE SET
    count = kept.count + excluded.count, total = kept.total + excluded.total, most = greatest(kept.most, excluded.most),
    last = excluded.last, at = excluded.at
