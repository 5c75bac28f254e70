-- Ground floor: the application role, and the guard of everything that only grows.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fleetbill_app') THEN
        CREATE ROLE fleetbill_app NOLOGIN;
    END IF;
    IF current_user <> 'fleetbill_app' AND NOT pg_has_role(current_user, 'fleetbill_app', 'MEMBER')
       AND (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT fleetbill_app TO %I', current_user);
    END IF;
END
$$;

CREATE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of %.% is refused: its rows are never changed or deleted', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
