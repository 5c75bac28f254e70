-- Erasure of what reaches a person. Rows that never change may lose these values and nothing else, whoever writes: the triggers compare.

-- grain: client × erasure of what reaches its people: by whom, why, and how many rows of each place lost something; append-only
CREATE TABLE master.erasures (
    client_code text NOT NULL,
    erasure_no integer NOT NULL,
    with_name boolean NOT NULL,              -- an individual's name and ИНН went too: nothing kept them any more
    erased jsonb NOT NULL,                   -- place -> rows that lost a value; the values are nowhere
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (client_code, erasure_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON master.erasures
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT ON master.erasures TO fleetbill_app;

-- A text of a mail server or of a person, without the addresses in it.
CREATE FUNCTION delivery.without_addresses(told text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN regexp_replace(told, '[^[:space:]<>@,;:/"]+@[^[:space:]<>@,;:/"]+', 'erased', 'g');

-- A client's row as it is told in the history, without what reaches its people; its name too where :with_name.
CREATE FUNCTION master.without_person(told jsonb, with_name boolean) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN told IS NOT NULL THEN (
        SELECT jsonb_object_agg(key, CASE
            WHEN key IN ('email', 'phone', 'address', 'edo_id') THEN CAST('null' AS jsonb)
            WHEN with_name AND key = 'name' THEN told -> 'client_code'
            WHEN with_name AND key IN ('full_name', 'inn') THEN CAST('null' AS jsonb)
            ELSE value
        END) FROM jsonb_each(told)
    ) END;

CREATE FUNCTION public.refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb := to_jsonb(NEW);
    allowed boolean;
BEGIN
    CASE TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME
        WHEN 'master.history' THEN
            allowed := was ->> 'sheet' = 'clients' AND EXISTS (
                SELECT FROM (VALUES (false), (true)) names (with_name)
                WHERE becomes = was || jsonb_build_object(
                    'before', master.without_person(nullif(was -> 'before', 'null'), with_name),
                    'after', master.without_person(nullif(was -> 'after', 'null'), with_name)
                )
            );
        WHEN 'delivery.mail_attempts' THEN
            allowed := becomes = was || jsonb_build_object(
                'recipients', array_fill('erased'::text, ARRAY[jsonb_array_length(was -> 'recipients')]),
                'detail', delivery.without_addresses(was ->> 'detail')
            );
        WHEN 'delivery.onec_told_fields' THEN
            allowed := becomes = was || '{"value": "erased"}';
        WHEN 'findings.mutings' THEN
            allowed := becomes - 'subject' = was - 'subject' AND becomes ->> 'subject' ~ '/erased [0-9]+$';
        WHEN 'exports.versions' THEN
            allowed := becomes - 'contents' = was - 'contents'
                AND (becomes -> 'contents') - 'clients' = (was -> 'contents') - 'clients';
    END CASE;
    IF NOT allowed THEN
        RAISE EXCEPTION 'UPDATE of %.% is refused: its rows are never changed, but for what reaches a person and is erased',
            TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- In front of it, as ever: an UPDATE is refused outright unless its transaction has said that it erases.
CREATE FUNCTION public.refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('fleetbill.erases', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% of %.% is refused: its rows are never changed or deleted', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

DROP TRIGGER never_changed ON master.history;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON master.history
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_but_erasure();
CREATE TRIGGER only_erased BEFORE UPDATE ON master.history
    FOR EACH ROW EXECUTE FUNCTION public.refuse_all_but_erasure();
DROP TRIGGER never_changed ON delivery.mail_attempts;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.mail_attempts
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_but_erasure();
CREATE TRIGGER only_erased BEFORE UPDATE ON delivery.mail_attempts
    FOR EACH ROW EXECUTE FUNCTION public.refuse_all_but_erasure();
DROP TRIGGER never_changed ON delivery.onec_told_fields;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.onec_told_fields
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_but_erasure();
CREATE TRIGGER only_erased BEFORE UPDATE ON delivery.onec_told_fields
    FOR EACH ROW EXECUTE FUNCTION public.refuse_all_but_erasure();
DROP TRIGGER never_changed ON findings.mutings;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON findings.mutings
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_but_erasure();
CREATE TRIGGER only_erased BEFORE UPDATE ON findings.mutings
    FOR EACH ROW EXECUTE FUNCTION public.refuse_all_but_erasure();
DROP TRIGGER never_changed ON exports.versions;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON exports.versions
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_but_erasure();
CREATE TRIGGER only_erased BEFORE UPDATE ON exports.versions
    FOR EACH ROW EXECUTE FUNCTION public.refuse_all_but_erasure();
