-- What a payment was never changes, not even by the owner's hand: only whose it is, and what a reversal takes back, become known later.
CREATE FUNCTION receivables.refuse_other_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'client_code' - 'reverses' IS DISTINCT FROM to_jsonb(OLD) - 'client_code' - 'reverses' THEN
        RAISE EXCEPTION 'UPDATE of receivables.payments is refused: of a stored payment (%) only client and reversal become known', OLD.payment_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER never_changed BEFORE UPDATE ON receivables.payments
    FOR EACH ROW EXECUTE FUNCTION receivables.refuse_other_payment();
