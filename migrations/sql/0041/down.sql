-- Takes the erasures away; refused where there are any: that something was erased, by whom and why, is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM master.erasures) THEN
        RAISE EXCEPTION 'master.erasures is not empty: what was erased, and by whom, is not dropped';
    END IF;
END
$$;
DROP TRIGGER only_erased ON master.history;
DROP TRIGGER never_changed ON master.history;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON master.history
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
DROP TRIGGER only_erased ON delivery.mail_attempts;
DROP TRIGGER never_changed ON delivery.mail_attempts;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.mail_attempts
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
DROP TRIGGER only_erased ON delivery.onec_told_fields;
DROP TRIGGER never_changed ON delivery.onec_told_fields;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery.onec_told_fields
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
DROP TRIGGER only_erased ON findings.mutings;
DROP TRIGGER never_changed ON findings.mutings;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON findings.mutings
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
DROP TRIGGER only_erased ON exports.versions;
DROP TRIGGER never_changed ON exports.versions;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON exports.versions
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
DROP FUNCTION public.refuse_all_but_erasure;
DROP FUNCTION public.refuse_change_but_erasure;
DROP FUNCTION master.without_person;
DROP FUNCTION delivery.without_addresses;
DROP TABLE master.erasures;
