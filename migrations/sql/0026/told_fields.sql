-- grain: base of 1C × client or contract × field × value that it told anew; append-only
CREATE TABLE delivery.onec_told_fields (
    told_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,     -- an offer's number for people
    peer text NOT NULL,
    sheet text NOT NULL CHECK (sheet IN ('clients', 'contracts')),
    code text NOT NULL,                                          -- of the client or contract
    field text NOT NULL,                                         -- column of the sheet
    value text NOT NULL,
    telling text NOT NULL CHECK (telling IN ('taken', 'offered', 'echo', 'agrees')),
    detail text,                                                 -- why it is offered and not taken
    history_no bigint NOT NULL,                                  -- the newest line of master.history when it was told
    message_no bigint NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ON delivery.onec_told_fields (peer, sheet, code, field, told_no);

-- grain: offer × a person's word on it; append-only
CREATE TABLE delivery.onec_offer_words (
    told_no bigint PRIMARY KEY REFERENCES delivery.onec_told_fields,
    is_taken boolean NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.onec_told_fields
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.onec_offer_words
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON delivery.onec_told_fields, delivery.onec_offer_words TO fleetbill_app;

-- grain: value that a base told last of a field, offered, no person's word on it yet, and other than ours
CREATE VIEW delivery.onec_offers AS
SELECT t.told_no AS offer_no, t.peer, t.sheet, t.code, coalesce(c.name, o.name) AS name, t.field,
    coalesce(to_jsonb(c), to_jsonb(k)) ->> t.field AS ours, t.value, t.detail, t.message_no, t.at
FROM (
    SELECT DISTINCT ON (peer, sheet, code, field) told_no, peer, sheet, code, field, value, telling, detail, message_no, at
    FROM delivery.onec_told_fields
    ORDER BY peer, sheet, code, field, told_no DESC
) t
LEFT JOIN master.clients c ON t.sheet = 'clients' AND c.client_code = t.code
LEFT JOIN master.contracts k ON t.sheet = 'contracts' AND k.contract_no = t.code
LEFT JOIN master.clients o ON o.client_code = k.client_code
WHERE t.telling = 'offered'
    AND NOT EXISTS (SELECT FROM delivery.onec_offer_words w WHERE w.told_no = t.told_no)
    AND coalesce(to_jsonb(c), to_jsonb(k)) IS NOT NULL
    AND coalesce(to_jsonb(c), to_jsonb(k)) ->> t.field IS DISTINCT FROM t.value;
GRANT SELECT ON delivery.onec_offers TO fleetbill_app;
