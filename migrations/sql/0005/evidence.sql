-- grain: one judgement of the gate on one snapshot; the last one counts; append-only
CREATE TABLE evidence.judgements (
    digest text NOT NULL REFERENCES evidence.snapshots,
    judgement_no integer NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('landed', 'quarantined')),
    compared_with text REFERENCES evidence.snapshots,    -- the landed snapshot before it; NULL: there was none
    at timestamptz NOT NULL,
    PRIMARY KEY (digest, judgement_no)
);

-- What is registered already was judged in the order in which it came; it is judged again when a neighbour changes.
INSERT INTO evidence.judgements (digest, judgement_no, verdict, compared_with, at)
SELECT
    snapshot.digest, 1,
    CASE WHEN EXISTS (SELECT FROM evidence.failures AS failure WHERE failure.digest = snapshot.digest AND failure.severity = 'critical')
        THEN 'quarantined' ELSE 'landed' END,
    (
        SELECT before.digest FROM evidence.snapshots AS before
        WHERE before.platform = snapshot.platform AND before.state = 'landed' AND before.business_date < snapshot.business_date
        ORDER BY before.business_date DESC, before.row_count DESC, before.digest
        LIMIT 1
    ),
    first_event.at
FROM evidence.snapshots AS snapshot
INNER JOIN evidence.events AS first_event ON first_event.digest = snapshot.digest AND first_event.event_no = 1;

ALTER TABLE evidence.failures
    ADD COLUMN judgement_no integer NOT NULL DEFAULT 1,
    ADD COLUMN is_comparison boolean NOT NULL DEFAULT false;  -- with another snapshot: found anew when the neighbour changes
UPDATE evidence.failures SET is_comparison = true
WHERE expectation IN ('not_emptied', 'no_sudden_drop', 'no_sudden_growth', 'dates_of_this_year');
ALTER TABLE evidence.failures
    ALTER COLUMN judgement_no DROP DEFAULT,
    ALTER COLUMN is_comparison DROP DEFAULT,
    DROP CONSTRAINT failures_pkey,
    ADD PRIMARY KEY (digest, judgement_no, failure_no);

-- grain: snapshot × failed expectation × failing row of its last judgement
CREATE VIEW evidence.current_failures AS
SELECT failure.*
FROM evidence.failures AS failure
INNER JOIN (
    SELECT digest, max(judgement_no) AS judgement_no FROM evidence.judgements GROUP BY digest
) AS last_one USING (digest, judgement_no);

-- grain: one state of a day's file that was read, told by its size and the moment it was written; append-only
CREATE TABLE evidence.files_read (
    platform text NOT NULL REFERENCES master.platforms,
    business_date date NOT NULL,
    file_name text NOT NULL,
    stamp text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (platform, business_date, file_name, stamp)
);

-- Only the state of a snapshot changes, and only as a judgement or a person's word can change it.
CREATE FUNCTION evidence.refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'state') IS DISTINCT FROM (to_jsonb(OLD) - 'state') THEN
        RAISE EXCEPTION 'UPDATE of evidence.snapshots is refused: what is registered of a snapshot is never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.state, NEW.state) IN (('quarantined', 'withdrawn'), ('withdrawn', 'quarantined')) THEN
        RAISE EXCEPTION 'snapshot % is %, it cannot become %', left(OLD.digest, 12), OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_its_state BEFORE UPDATE ON evidence.snapshots
    FOR EACH ROW EXECUTE FUNCTION evidence.refuse_other_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON evidence.snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.failures
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.judgements
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.files_read
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

-- A state that no event tells of is refused when the transaction ends, whoever wrote it.
CREATE FUNCTION evidence.refuse_untold_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE told text;
BEGIN
    SELECT CASE e.event WHEN 'accepted' THEN 'landed' ELSE e.event END INTO told
    FROM evidence.events e WHERE e.digest = NEW.digest ORDER BY e.event_no DESC LIMIT 1;
    IF told IS DISTINCT FROM (SELECT s.state FROM evidence.snapshots s WHERE s.digest = NEW.digest) THEN
        RAISE EXCEPTION 'snapshot % is % by its last event: its state says otherwise', left(NEW.digest, 12), coalesce(told, 'unknown')
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER told_by_an_event AFTER UPDATE ON evidence.snapshots
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evidence.refuse_untold_state();

GRANT SELECT, INSERT ON evidence.judgements, evidence.files_read TO fleetbill_app;
GRANT SELECT ON evidence.current_failures TO fleetbill_app;
