-- A finding is a run of days and the parameters of its words, which are made where it is read. What earlier versions wrote keeps its words.
DROP INDEX findings.occurrences_seen_on_kind_idx;
ALTER TABLE findings.occurrences RENAME COLUMN seen_on TO first_day;
ALTER TABLE findings.occurrences
    ADD COLUMN last_day date,
    ADD COLUMN platform text,                        -- whose newest covered day says whether it is still open
    ADD COLUMN vehicle_days integer NOT NULL DEFAULT 0,  -- of the run: served and billed to nobody
    ADD COLUMN parameters jsonb,                     -- what its words need, as on the last day; NULL: `detail` is the words
    ALTER COLUMN detail DROP NOT NULL;

UPDATE findings.occurrences f SET
    last_day = first_day,
    platform = CASE
        WHEN kind IN (
            'orphan', 'out_of_contract', 'silent_unbilled', 'unknown_account', 'double_mapping', 'several_owners', 'duplicate',
            'suspected_duplicate', 'transfer'
        ) THEN (SELECT p.platform FROM master.platforms p WHERE starts_with(f.subject, p.platform || '/') ORDER BY length(p.platform) DESC LIMIT 1)
        WHEN kind IN ('missing_snapshot', 'placeholder_device') THEN subject
        WHEN kind IN ('snapshot_warning', 'snapshot_quarantined') THEN split_part(subject, ': ', 1)
    END,
    vehicle_days = CASE WHEN kind IN ('orphan', 'out_of_contract') AND NOT EXISTS (
        SELECT FROM findings.occurrences n
        WHERE n.kind IN ('silent_unbilled', 'duplicate') AND n.first_day = f.first_day AND n.subject = f.subject
    ) THEN 1 ELSE 0 END;

ALTER TABLE findings.occurrences
    ALTER COLUMN last_day SET NOT NULL,
    ADD CONSTRAINT days_in_order CHECK (first_day <= last_day),
    ADD CONSTRAINT has_words CHECK (parameters IS NOT NULL OR detail IS NOT NULL);
CREATE INDEX ON findings.occurrences (first_day, kind);
COMMENT ON TABLE findings.occurrences IS 'grain: kind × subject × run of days on which it was seen';

-- grain: kind × subject × word on silencing it: the last word counts; append-only
CREATE TABLE findings.mutings (
    kind text NOT NULL,
    subject text NOT NULL,
    muting_no integer NOT NULL,
    muted_until date,                        -- the last day on which it stays silent; NULL: the person lets it speak again
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (kind, subject, muting_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON findings.mutings
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON findings.mutings TO fleetbill_app;

-- grain: kind × subject that a person has silenced, with the last word on it
CREATE VIEW findings.muted AS
SELECT kind, subject, muted_until, by_name, reason, at
FROM (SELECT DISTINCT ON (kind, subject) * FROM findings.mutings ORDER BY kind, subject, muting_no DESC) last_word
WHERE muted_until IS NOT NULL;
GRANT SELECT ON findings.muted TO fleetbill_app;
