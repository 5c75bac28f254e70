SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA access;
CREATE SCHEMA billing;
CREATE SCHEMA delivery;
CREATE SCHEMA evidence;
CREATE SCHEMA findings;
CREATE SCHEMA master;
CREATE SCHEMA receivables;
CREATE SCHEMA usage;
CREATE FUNCTION billing.refuse_late_lines() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE sealed text;
BEGIN
    SELECT i.number INTO sealed FROM added a JOIN billing.invoices i USING (invoice_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'invoice % is issued: a line cannot be added', sealed USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION billing.refuse_other_number() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE issued integer;
BEGIN
    SELECT max(i.sequence_no) INTO issued FROM billing.invoices i WHERE (i.organization_code, i.year) = (NEW.organization_code, NEW.year);
    IF NEW.last_no IS DISTINCT FROM issued THEN
        RAISE EXCEPTION 'the last number of % in % is %, not %', NEW.organization_code, NEW.year, coalesce(issued, 0), NEW.last_no
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION billing.refuse_wrong_sums() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE wrong text;
BEGIN
    SELECT a.number INTO wrong
    FROM added a
    LEFT JOIN (
        SELECT l.invoice_id, count(*) AS lines, sum(l.net) AS net, sum(l.vat) AS vat, sum(l.total) AS total
        FROM billing.invoice_lines l JOIN added USING (invoice_id) GROUP BY l.invoice_id
    ) s USING (invoice_id)
    WHERE (s.lines, s.net, s.vat, s.total) IS DISTINCT FROM (a.line_count::bigint, a.net, a.vat, a.total)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'invoice % does not equal the sum of its lines', wrong USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of %.% is refused: its rows are never changed or deleted', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE access.orders (
    order_no bigint NOT NULL,
    platform text NOT NULL,
    account_id text NOT NULL,
    client_code text NOT NULL,
    organization_code text NOT NULL,
    action text NOT NULL,
    state_before text NOT NULL,
    reason text NOT NULL,
    approved_by text,
    effective_on date NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT orders_action_check CHECK ((action = ANY (ARRAY['block'::text, 'restore'::text]))),
    CONSTRAINT orders_state_before_check CHECK ((state_before = ANY (ARRAY['blocked'::text, 'active'::text, 'unknown'::text])))
);
CREATE VIEW access.blocked AS
 SELECT order_no,
    platform,
    account_id,
    client_code,
    organization_code,
    action,
    state_before,
    reason,
    approved_by,
    effective_on,
    at
   FROM ( SELECT DISTINCT ON (orders.platform, orders.account_id, orders.client_code, orders.organization_code) orders.order_no,
            orders.platform,
            orders.account_id,
            orders.client_code,
            orders.organization_code,
            orders.action,
            orders.state_before,
            orders.reason,
            orders.approved_by,
            orders.effective_on,
            orders.at
           FROM access.orders
          ORDER BY orders.platform, orders.account_id, orders.client_code, orders.organization_code, orders.order_no DESC) l
  WHERE (action = 'block'::text);
CREATE TABLE access.outcomes (
    order_no bigint NOT NULL,
    state_after text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT outcomes_state_after_check CHECK ((state_after = ANY (ARRAY['blocked'::text, 'active'::text, 'unknown'::text])))
);
CREATE TABLE access.promises (
    organization_code text NOT NULL,
    client_code text NOT NULL,
    promise_no integer NOT NULL,
    until date NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE access.runs (
    organization_code text NOT NULL,
    day date NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE billing.approvals (
    month date NOT NULL,
    purpose text NOT NULL,
    approval_no integer NOT NULL,
    decision text NOT NULL,
    digest text NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    invoices integer NOT NULL,
    total numeric(16,2) NOT NULL,
    CONSTRAINT approvals_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'rejected'::text])))
);
CREATE TABLE billing.closed (
    contract_no text NOT NULL,
    month date NOT NULL,
    closed_at timestamp with time zone NOT NULL
);
CREATE TABLE billing.draft_lines (
    invoice_id uuid NOT NULL,
    line_no integer NOT NULL,
    tariff_code text NOT NULL,
    component_no integer NOT NULL,
    component text NOT NULL,
    component_kind text NOT NULL,
    segment_from date NOT NULL,
    segment_to date NOT NULL,
    quantity numeric NOT NULL,
    quantity_exact text NOT NULL,
    price numeric,
    share text NOT NULL,
    discount_percent numeric DEFAULT 0 NOT NULL,
    prices_include_vat boolean NOT NULL,
    net numeric(14,2) NOT NULL,
    vat_rate numeric,
    vat numeric(14,2) NOT NULL,
    total numeric(14,2) NOT NULL,
    arithmetic text NOT NULL,
    printed_quantity numeric NOT NULL,
    printed_price numeric(14,2) NOT NULL,
    printed_text text NOT NULL,
    CONSTRAINT draft_lines_check CHECK (((net + vat) = total)),
    CONSTRAINT draft_lines_check1 CHECK (((printed_quantity * printed_price) =
CASE
    WHEN prices_include_vat THEN total
    ELSE net
END))
);
CREATE TABLE billing.drafts (
    invoice_id uuid NOT NULL,
    contract_no text NOT NULL,
    month date NOT NULL,
    purpose text NOT NULL,
    kind text NOT NULL,
    cause text DEFAULT ''::text NOT NULL,
    client_code text NOT NULL,
    organization_code text NOT NULL,
    payment_days integer NOT NULL,
    currency text DEFAULT 'RUB'::text NOT NULL,
    net numeric(14,2) NOT NULL,
    vat numeric(14,2) NOT NULL,
    total numeric(14,2) NOT NULL,
    digest text NOT NULL,
    evidence jsonb NOT NULL,
    discarded boolean DEFAULT false NOT NULL,
    CONSTRAINT drafts_kind_check CHECK ((kind = ANY (ARRAY['advance'::text, 'corrective'::text, 'monthly'::text, 'adjustment'::text])))
);
CREATE TABLE billing.evidence (
    month date NOT NULL,
    purpose text NOT NULL,
    approval_no integer NOT NULL,
    tariffs jsonb NOT NULL,
    snapshots jsonb NOT NULL,
    vehicles_path text NOT NULL,
    vehicles_digest text NOT NULL
);
CREATE TABLE billing.holds (
    month date NOT NULL,
    contract_no text NOT NULL,
    hold_no integer NOT NULL,
    is_held boolean NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE VIEW billing.held AS
 SELECT month,
    contract_no,
    by_name,
    reason,
    at
   FROM ( SELECT DISTINCT ON (holds.month, holds.contract_no) holds.month,
            holds.contract_no,
            holds.hold_no,
            holds.is_held,
            holds.by_name,
            holds.reason,
            holds.at
           FROM billing.holds
          ORDER BY holds.month, holds.contract_no, holds.hold_no DESC) last_word
  WHERE is_held;
CREATE TABLE billing.invoice_lines (
    invoice_id uuid CONSTRAINT draft_lines_invoice_id_not_null NOT NULL,
    line_no integer CONSTRAINT draft_lines_line_no_not_null NOT NULL,
    tariff_code text CONSTRAINT draft_lines_tariff_code_not_null NOT NULL,
    component_no integer CONSTRAINT draft_lines_component_no_not_null NOT NULL,
    component text CONSTRAINT draft_lines_component_not_null NOT NULL,
    component_kind text CONSTRAINT draft_lines_component_kind_not_null NOT NULL,
    segment_from date CONSTRAINT draft_lines_segment_from_not_null NOT NULL,
    segment_to date CONSTRAINT draft_lines_segment_to_not_null NOT NULL,
    quantity numeric CONSTRAINT draft_lines_quantity_not_null NOT NULL,
    quantity_exact text CONSTRAINT draft_lines_quantity_exact_not_null NOT NULL,
    price numeric,
    share text CONSTRAINT draft_lines_share_not_null NOT NULL,
    discount_percent numeric CONSTRAINT draft_lines_discount_percent_not_null NOT NULL,
    prices_include_vat boolean CONSTRAINT draft_lines_prices_include_vat_not_null NOT NULL,
    net numeric(14,2) CONSTRAINT draft_lines_net_not_null NOT NULL,
    vat_rate numeric,
    vat numeric(14,2) CONSTRAINT draft_lines_vat_not_null NOT NULL,
    total numeric(14,2) CONSTRAINT draft_lines_total_not_null NOT NULL,
    arithmetic text CONSTRAINT draft_lines_arithmetic_not_null NOT NULL,
    printed_quantity numeric CONSTRAINT draft_lines_printed_quantity_not_null NOT NULL,
    printed_price numeric(14,2) CONSTRAINT draft_lines_printed_price_not_null NOT NULL,
    printed_text text CONSTRAINT draft_lines_printed_text_not_null NOT NULL,
    CONSTRAINT draft_lines_check CHECK (((net + vat) = total)),
    CONSTRAINT draft_lines_check1 CHECK (((printed_quantity * printed_price) =
CASE
    WHEN prices_include_vat THEN total
    ELSE net
END))
);
CREATE TABLE billing.invoices (
    invoice_id uuid NOT NULL,
    number text NOT NULL,
    organization_code text NOT NULL,
    year integer NOT NULL,
    sequence_no integer NOT NULL,
    contract_no text NOT NULL,
    client_code text NOT NULL,
    month date NOT NULL,
    purpose text NOT NULL,
    kind text NOT NULL,
    cause text NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    currency text NOT NULL,
    net numeric(14,2) NOT NULL,
    vat numeric(14,2) NOT NULL,
    total numeric(14,2) NOT NULL,
    line_count integer NOT NULL,
    digest text NOT NULL,
    evidence jsonb NOT NULL,
    approval_no integer NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    CONSTRAINT invoices_kind_check CHECK ((kind = ANY (ARRAY['advance'::text, 'corrective'::text, 'monthly'::text, 'adjustment'::text])))
);
CREATE TABLE billing.numbers (
    organization_code text NOT NULL,
    year integer NOT NULL,
    last_no integer NOT NULL
);
CREATE TABLE billing.parked (
    month date NOT NULL,
    purpose text NOT NULL,
    contract_no text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    russian text NOT NULL
);
CREATE TABLE billing.runs (
    month date NOT NULL,
    purpose text NOT NULL,
    watched_on date,
    only_contract text,
    digest text NOT NULL,
    drafted_at timestamp with time zone NOT NULL,
    nothing text[] NOT NULL,
    CONSTRAINT runs_purpose_check CHECK ((purpose = ANY (ARRAY['close'::text, 'prepay'::text, 'watch'::text, 'correct'::text])))
);
CREATE VIEW billing.run_words AS
 SELECT r.month,
    r.purpose,
    l.approval_no,
    l.decision,
    l.by_name,
    ARRAY( SELECT a.by_name
           FROM billing.approvals a
          WHERE (((a.month = r.month) AND (a.purpose = r.purpose) AND (a.digest = r.digest) AND (a.decision = 'approved'::text)) AND (a.approval_no > COALESCE(( SELECT max(x.approval_no) AS max
                   FROM billing.approvals x
                  WHERE ((x.month = r.month) AND (x.purpose = r.purpose) AND (x.digest = r.digest) AND (x.decision = 'rejected'::text))), 0)))
          ORDER BY a.approval_no) AS approved_by
   FROM (billing.runs r
     LEFT JOIN LATERAL ( SELECT a.approval_no,
            a.decision,
            a.by_name
           FROM billing.approvals a
          WHERE ((a.month = r.month) AND (a.purpose = r.purpose) AND (a.digest = r.digest))
          ORDER BY a.approval_no DESC
         LIMIT 1) l ON (true));
CREATE TABLE billing.turns (
    work text NOT NULL,
    holder text NOT NULL,
    since timestamp with time zone NOT NULL
);
CREATE TABLE delivery.mail_attempts (
    event_kind text NOT NULL,
    event_key text NOT NULL,
    attempt_no integer NOT NULL,
    step text NOT NULL,
    outcome text NOT NULL,
    code integer,
    detail text DEFAULT ''::text NOT NULL,
    recipients text[] NOT NULL,
    message_id text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT mail_attempts_step_check CHECK ((step = ANY (ARRAY['final_dot'::text, 'result'::text, 'resolved'::text])))
);
CREATE TABLE delivery.mail_outbox (
    event_kind text NOT NULL,
    event_key text NOT NULL,
    organization_code text,
    client_code text,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    queued_at timestamp with time zone NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    message_id text,
    accepted text[] DEFAULT '{}'::text[] NOT NULL,
    bounced text[] DEFAULT '{}'::text[] NOT NULL,
    last_error text,
    sent_at timestamp with time zone,
    CONSTRAINT mail_outbox_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'suppressed'::text, 'unknown'::text])))
);
CREATE TABLE delivery.onec_outbox (
    peer text NOT NULL,
    object_kind text NOT NULL,
    object_key text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    queued_at timestamp with time zone NOT NULL,
    message_no bigint,
    refusal text,
    CONSTRAINT onec_outbox_object_kind_check CHECK ((object_kind = ANY (ARRAY['invoice'::text, 'sale'::text])))
);
CREATE TABLE delivery.onec_peers (
    peer text NOT NULL,
    sent_no bigint DEFAULT 0 NOT NULL,
    received_no bigint DEFAULT 0 NOT NULL,
    confirmed_no bigint DEFAULT 0 NOT NULL,
    owed_no bigint DEFAULT 0 NOT NULL,
    acknowledged_no bigint DEFAULT 0 NOT NULL,
    received_digest text,
    versions text[] DEFAULT '{}'::text[] NOT NULL,
    sent_invoices integer DEFAULT 0 NOT NULL,
    sent_sales integer DEFAULT 0 NOT NULL,
    sent_objects integer DEFAULT 0 NOT NULL,
    CONSTRAINT onec_peers_check CHECK ((confirmed_no <= sent_no)),
    CONSTRAINT onec_peers_check1 CHECK (((owed_no <= received_no) AND (acknowledged_no <= received_no)))
);
CREATE TABLE evidence.carries (
    platform text NOT NULL,
    business_date date NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE evidence.events (
    digest text NOT NULL,
    event_no integer NOT NULL,
    event text NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT events_event_check CHECK ((event = ANY (ARRAY['landed'::text, 'quarantined'::text, 'accepted'::text, 'withdrawn'::text])))
);
CREATE TABLE evidence.failures (
    digest text NOT NULL,
    failure_no integer NOT NULL,
    severity text NOT NULL,
    expectation text NOT NULL,
    column_name text,
    row_key text,
    value text,
    detail text NOT NULL,
    note text NOT NULL,
    cannot_be_accepted boolean NOT NULL,
    CONSTRAINT failures_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'warning'::text, 'info'::text])))
);
CREATE TABLE evidence.snapshots (
    digest text NOT NULL,
    platform text NOT NULL,
    business_date date NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    snapshot_no integer NOT NULL,
    state text NOT NULL,
    row_count bigint NOT NULL,
    columns text[] NOT NULL,
    time_zone text NOT NULL,
    tree_digest text NOT NULL,
    path text NOT NULL,
    CONSTRAINT snapshots_state_check CHECK ((state = ANY (ARRAY['landed'::text, 'quarantined'::text, 'withdrawn'::text])))
);
CREATE TABLE findings.occurrences (
    kind text NOT NULL,
    subject text NOT NULL,
    seen_on date NOT NULL,
    contract_no text,
    detail text NOT NULL
);
CREATE TABLE master.accounts (
    platform text NOT NULL,
    account_id text NOT NULL,
    contract_no text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT accounts_check CHECK ((valid_to >= valid_from))
);
CREATE TABLE master.clients (
    client_code text NOT NULL,
    name text NOT NULL,
    full_name text,
    inn text,
    kpp text,
    kind text NOT NULL,
    category text,
    email text,
    phone text,
    address text,
    dealer_code text,
    never_block boolean DEFAULT false NOT NULL,
    delivery text DEFAULT 'both'::text NOT NULL,
    CONSTRAINT clients_delivery_check CHECK ((delivery = ANY (ARRAY['off'::text, 'email'::text, '1c'::text, 'both'::text]))),
    CONSTRAINT clients_kind_check CHECK ((kind = ANY (ARRAY['legal'::text, 'entrepreneur'::text, 'individual'::text])))
);
CREATE TABLE master.components (
    tariff_code text NOT NULL,
    valid_from date NOT NULL,
    component_no integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    meter text,
    scheme text DEFAULT 'unit'::text NOT NULL,
    price numeric,
    package_size numeric,
    CONSTRAINT components_kind_check CHECK ((kind = ANY (ARRAY['fixed'::text, 'vehicles'::text, 'vehicle_days'::text, 'online_hours'::text, 'meter'::text]))),
    CONSTRAINT components_scheme_check CHECK ((scheme = ANY (ARRAY['unit'::text, 'graduated'::text, 'volume'::text, 'package'::text])))
);
CREATE TABLE master.contracts (
    contract_no text NOT NULL,
    client_code text NOT NULL,
    organization_code text NOT NULL,
    signed_on date,
    starts_on date NOT NULL,
    ends_on date,
    CONSTRAINT contracts_check CHECK ((ends_on >= starts_on))
);
CREATE TABLE master.history (
    history_no bigint NOT NULL,
    sheet text NOT NULL,
    key text NOT NULL,
    action text NOT NULL,
    before jsonb,
    after jsonb,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT history_action_check CHECK ((action = ANY (ARRAY['added'::text, 'changed'::text, 'retired'::text])))
);
CREATE TABLE master.organizations (
    code text NOT NULL,
    name text NOT NULL,
    full_name text,
    inn text NOT NULL,
    kpp text,
    address text,
    bank_account text NOT NULL,
    bank_name text NOT NULL,
    bic text NOT NULL,
    corr_account text,
    director text,
    accountant text,
    invoice_prefix text NOT NULL,
    email text,
    time_zone text DEFAULT 'Europe/Moscow'::text NOT NULL
);
CREATE TABLE master.platforms (
    platform text NOT NULL,
    kind text NOT NULL,
    source text,
    connection text,
    time_zone text NOT NULL,
    CONSTRAINT platforms_kind_check CHECK ((kind = ANY (ARRAY['files'::text, 'sql'::text, 'traccar'::text, 'wialon'::text])))
);
CREATE TABLE master.tariffs (
    tariff_code text NOT NULL,
    valid_from date NOT NULL,
    name text NOT NULL,
    currency text DEFAULT 'RUB'::text NOT NULL,
    prices_include_vat boolean DEFAULT false NOT NULL,
    CONSTRAINT tariffs_currency_check CHECK ((currency = 'RUB'::text))
);
CREATE TABLE master.terms (
    contract_no text NOT NULL,
    valid_from date NOT NULL,
    tariff_code text NOT NULL,
    counting text DEFAULT 'used'::text NOT NULL,
    basis text DEFAULT 'peak'::text NOT NULL,
    prepaid_vehicles integer DEFAULT 0 NOT NULL,
    discount_percent numeric DEFAULT 0 NOT NULL,
    minimum numeric(14,2) DEFAULT 0 NOT NULL,
    payment_days integer DEFAULT 10 NOT NULL,
    CONSTRAINT terms_basis_check CHECK ((basis = ANY (ARRAY['peak'::text, 'average'::text]))),
    CONSTRAINT terms_counting_check CHECK ((counting = ANY (ARRAY['used'::text, 'connected'::text]))),
    CONSTRAINT terms_discount_percent_check CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric))),
    CONSTRAINT terms_minimum_check CHECK ((minimum >= (0)::numeric)),
    CONSTRAINT terms_payment_days_check CHECK ((payment_days >= 0)),
    CONSTRAINT terms_prepaid_vehicles_check CHECK ((prepaid_vehicles >= 0))
);
CREATE TABLE master.tiers (
    tariff_code text NOT NULL,
    valid_from date NOT NULL,
    component_no integer NOT NULL,
    up_to numeric,
    price numeric NOT NULL
);
CREATE TABLE master.vat_modes (
    code text NOT NULL,
    vat_mode_from date DEFAULT '0001-01-01'::date NOT NULL,
    vat_mode text NOT NULL,
    CONSTRAINT vat_modes_vat_mode_check CHECK ((vat_mode = ANY (ARRAY['general'::text, 'usn5'::text, 'usn7'::text, 'exempt'::text])))
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE receivables.allocations (
    payment_id text NOT NULL,
    allocation_no integer NOT NULL,
    number text NOT NULL,
    amount numeric(14,2) NOT NULL,
    rule text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT allocations_amount_check CHECK ((amount <> (0)::numeric))
);
CREATE TABLE receivables.payments (
    payment_id text NOT NULL,
    source text NOT NULL,
    organization_code text NOT NULL,
    client_code text,
    document_no text NOT NULL,
    paid_on date NOT NULL,
    amount numeric(14,2) NOT NULL,
    payer_inn text,
    payer_name text,
    payer_account text,
    purpose text DEFAULT ''::text NOT NULL,
    reverses text,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT payments_amount_check CHECK ((amount <> (0)::numeric)),
    CONSTRAINT payments_check CHECK (((amount < (0)::numeric) OR (reverses IS NULL))),
    CONSTRAINT payments_source_check CHECK ((source = ANY (ARRAY['bank'::text, 'onec'::text, 'opening'::text, 'credit'::text])))
);
CREATE VIEW receivables.client_entries AS
 SELECT payment_id,
    organization_code,
    client_code,
    paid_on,
    (sum(amount))::numeric(14,2) AS amount
   FROM ( SELECT p.payment_id,
            p.organization_code,
            i.client_code,
            p.paid_on,
            a.amount
           FROM ((receivables.payments p
             JOIN receivables.allocations a USING (payment_id))
             JOIN billing.invoices i USING (number))
          WHERE (p.source <> 'credit'::text)
        UNION ALL
         SELECT p.payment_id,
            p.organization_code,
            p.client_code,
            p.paid_on,
            (p.amount - COALESCE(a.amount, (0)::numeric))
           FROM (receivables.payments p
             LEFT JOIN ( SELECT allocations.payment_id,
                    sum(allocations.amount) AS amount
                   FROM receivables.allocations
                  GROUP BY allocations.payment_id) a USING (payment_id))
          WHERE ((p.source <> 'credit'::text) AND (p.client_code IS NOT NULL))) e
  GROUP BY payment_id, organization_code, client_code, paid_on
 HAVING (sum(amount) <> (0)::numeric);
CREATE TABLE receivables.imports (
    digest text NOT NULL,
    organization_code text NOT NULL,
    source text NOT NULL,
    file_name text NOT NULL,
    data_until date NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE VIEW receivables.invoice_balances AS
 SELECT allocations.number,
    (sum(allocations.amount))::numeric(14,2) AS paid
   FROM receivables.allocations
  GROUP BY allocations.number
UNION ALL
 SELECT p.document_no AS number,
    ((- sum(a.amount)))::numeric(14,2) AS paid
   FROM (receivables.payments p
     JOIN receivables.allocations a USING (payment_id))
  WHERE (p.source = 'credit'::text)
  GROUP BY p.document_no;
CREATE VIEW receivables.payment_balances AS
 SELECT p.payment_id,
    p.source,
    p.organization_code,
    p.client_code,
    p.paid_on,
    g.amount,
    g.left_over
   FROM (( SELECT COALESCE(p_1.reverses, p_1.payment_id) AS payment_id,
            (sum(p_1.amount))::numeric(14,2) AS amount,
            (sum((p_1.amount - COALESCE(a.amount, (0)::numeric))))::numeric(14,2) AS left_over
           FROM (receivables.payments p_1
             LEFT JOIN ( SELECT allocations.payment_id,
                    sum(allocations.amount) AS amount
                   FROM receivables.allocations
                  GROUP BY allocations.payment_id) a USING (payment_id))
          GROUP BY COALESCE(p_1.reverses, p_1.payment_id)) g
     JOIN receivables.payments p USING (payment_id));
CREATE TABLE usage.contract_days (
    contract_no text NOT NULL,
    business_date date NOT NULL,
    fleet_size integer NOT NULL,
    online_minutes numeric,
    meters jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE usage.gaps (
    month date NOT NULL,
    contract_no text NOT NULL,
    platform text NOT NULL,
    business_date date NOT NULL,
    missing text NOT NULL
);
CREATE TABLE usage.months (
    month date NOT NULL,
    inputs text NOT NULL,
    computed_at timestamp with time zone NOT NULL
);
INSERT INTO billing.approvals VALUES
	('2026-01-01', 'prepay', 1, 'approved', 'a00a419bb88e4cd5e4b942d538855b5fe33e7621f41512f74ddac4fbaeb8217c', 'Анна', 'approved at the command line', '2026-11-27 17:36:24.492006+00', 1, 98.39),
	('2026-01-01', 'close', 1, 'approved', '9f9ed0e5775134fcf72c686ba5fd06dc4488ced8b413af80ad32295c792d2053', 'Анна', 'approved at the command line', '2026-11-27 17:39:54.175773+00', 2, 517.83);
INSERT INTO billing.closed VALUES
	('Д-1', '2026-01-01', '2026-11-27 17:39:54.175773+00'),
	('Д-2', '2026-01-01', '2026-11-27 17:39:54.175773+00');
INSERT INTO billing.evidence VALUES
	('2026-01-01', 'prepay', 1, '[{"name": "Предоплата", "components": [{"kind": "vehicles", "name": "Мониторинг", "meter": null, "price": "250", "tiers": [], "scheme": "unit", "component_no": 1, "package_size": null}], "valid_from": "2024-01-01", "tariff_code": "P", "prices_include_vat": false}, {"name": "Тариф", "components": [{"kind": "vehicles", "name": "Мониторинг", "meter": null, "price": "310", "tiers": [], "scheme": "unit", "component_no": 1, "package_size": null}, {"kind": "online_hours", "name": "Часы", "meter": null, "price": "1.50", "tiers": [], "scheme": "unit", "component_no": 2, "package_size": null}, {"kind": "meter", "name": "Топливо", "meter": "fuel", "price": "0.10", "tiers": [], "scheme": "unit", "component_no": 3, "package_size": null}], "valid_from": "2024-01-01", "tariff_code": "T", "prices_include_vat": false}]', '[]', 'issued/month=2026-01/412559b6725125561156f56a51c909d9d942261fc28d47940fead8c453c67955.parquet', '412559b6725125561156f56a51c909d9d942261fc28d47940fead8c453c67955'),
	('2026-01-01', 'close', 1, '[{"name": "Предоплата", "components": [{"kind": "vehicles", "name": "Мониторинг", "meter": null, "price": "250", "tiers": [], "scheme": "unit", "component_no": 1, "package_size": null}], "valid_from": "2024-01-01", "tariff_code": "P", "prices_include_vat": false}, {"name": "Тариф", "components": [{"kind": "vehicles", "name": "Мониторинг", "meter": null, "price": "310", "tiers": [], "scheme": "unit", "component_no": 1, "package_size": null}, {"kind": "online_hours", "name": "Часы", "meter": null, "price": "1.50", "tiers": [], "scheme": "unit", "component_no": 2, "package_size": null}, {"kind": "meter", "name": "Топливо", "meter": "fuel", "price": "0.10", "tiers": [], "scheme": "unit", "component_no": 3, "package_size": null}], "valid_from": "2024-01-01", "tariff_code": "T", "prices_include_vat": false}]', '[["gps1", "2026-01-27", 1, "0def19b8bee8f90e32a12bb37dd7c1fb6d90f80ba6a4a0ec00bd9a51c1766472", null, null], ["gps1", "2026-01-28", 1, "40c6c13e287ecdad44afc4b022a5259f0ce078312ee282a76e4b87f7549e95be", null, null], ["gps1", "2026-01-29", 1, "ad725460414ed6b470259fe59b6c5902059bfc19f0fd46feb4596639f659ab2f", null, null], ["gps1", "2026-01-30", 1, "e20fb27e01b77fe4b0d97e3c77c3bb8af11530a4e12033316d03402734d263ac", null, null], ["gps1", "2026-01-31", 1, "df84d1f393b1329d2860cdf027dfd6fd84aea10a730b1bc65762fc781587f220", null, null], ["gps2", "2026-01-27", 1, "b26970d51ea5a9d1327668b6a9064771dda8e689b3cbba1d76f2a21acb9e9d22", null, null], ["gps2", "2026-01-28", 1, "9b97aaf9198ccb0e46e75508023b00bda4b682c92b5e011ec7b92a4e7cf4be67", null, null], ["gps2", "2026-01-29", 0, null, "Анна", "сбой"], ["gps2", "2026-01-30", 1, "68715ba8c7e75ad6bc3ab6c2f40583d40eaf392b53738dc962a16b08ccbcca7c", null, null], ["gps2", "2026-01-31", 1, "900e5a166925e1c184783a61b299a678d5d797470929d79dca6e2511c56e7655", null, null]]', 'issued/month=2026-01/b2518584d24ddd6fd830c4480c70ad5bdb77655eff81a6a711bb265966b88ad4.parquet', 'b2518584d24ddd6fd830c4480c70ad5bdb77655eff81a6a711bb265966b88ad4');
INSERT INTO billing.invoice_lines VALUES
	('f0800ca7-ff78-5ffd-9268-b7c4385d8a0a', 1, 'P', 1, 'Мониторинг', 'vehicles', '2026-01-27', '2026-01-31', 2, '2', 250, '5/31', 0, false, 80.65, 22, 17.74, 98.39, '2 × 250,00 × 5/31 дн. = 80,65', 1, 80.65, 'Мониторинг, 27.01–31.01.2026: 2 × 250,00 × 5/31 дн. = 80,65'),
	('8e2d2a5a-202d-5670-bd7e-23b23ad1f1d0', 6, 'T', 3, 'Топливо', 'meter', '2026-01-30', '2026-01-31', 47.5, '95/2', 0.10, '1', 10, false, 4.28, 22, 0.94, 5.22, '47,5 × 0,10 − скидка 10 % = 4,28', 1, 4.28, 'Топливо, 30.01–31.01.2026: 47,5 × 0,10 − скидка 10 % = 4,28'),
	('8e2d2a5a-202d-5670-bd7e-23b23ad1f1d0', 5, 'T', 2, 'Часы', 'online_hours', '2026-01-30', '2026-01-31', 39, '39', 1.50, '1', 10, false, 52.65, 22, 11.58, 64.23, '39 × 1,50 − скидка 10 % = 52,65', 1, 52.65, 'Часы, 30.01–31.01.2026: 39 × 1,50 − скидка 10 % = 52,65'),
	('8e2d2a5a-202d-5670-bd7e-23b23ad1f1d0', 4, 'T', 1, 'Мониторинг', 'vehicles', '2026-01-30', '2026-01-31', 4, '4', 310, '2/31', 10, false, 72.00, 22, 15.84, 87.84, '4 × 310,00 × 2/31 дн. − скидка 10 % = 72,00', 1, 72.00, 'Мониторинг, 30.01–31.01.2026: 4 × 310,00 × 2/31 дн. − скидка 10 % = 72,00'),
	('8e2d2a5a-202d-5670-bd7e-23b23ad1f1d0', 3, 'T', 3, 'Топливо', 'meter', '2026-01-27', '2026-01-29', 71.25, '285/4', 0.10, '1', 0, false, 7.13, 22, 1.57, 8.70, '71,25 × 0,10 = 7,13', 1, 7.13, 'Топливо, 27.01–29.01.2026: 71,25 × 0,10 = 7,13'),
	('8e2d2a5a-202d-5670-bd7e-23b23ad1f1d0', 2, 'T', 2, 'Часы', 'online_hours', '2026-01-27', '2026-01-29', 58.5, '117/2', 1.50, '1', 0, false, 87.75, 22, 19.31, 107.06, '58,5 × 1,50 = 87,75', 58.5, 1.50, 'Часы, 27.01–29.01.2026'),
	('8e2d2a5a-202d-5670-bd7e-23b23ad1f1d0', 1, 'T', 1, 'Мониторинг', 'vehicles', '2026-01-27', '2026-01-29', 4, '4', 310, '3/31', 0, false, 120.00, 22, 26.40, 146.40, '4 × 310,00 × 3/31 дн. = 120,00', 1, 120.00, 'Мониторинг, 27.01–29.01.2026: 4 × 310,00 × 3/31 дн. = 120,00'),
	('4b56a2bd-7a9d-54df-9474-ff95e8b501f3', 1, 'P', 0, 'Доплата до минимальной суммы', 'minimum', '2026-01-27', '2026-01-31', 1, '1', NULL, '1', 0, false, 80.64, 22, 17.74, 98.38, 'минимум 1 000,00 × 5/31 дн. = 161,29 − начислено 80,65 = 80,64', 1, 80.64, 'Доплата до минимальной суммы, 27.01–31.01.2026: минимум 1 000,00 × 5/31 дн. = 161,29 − начислено 80,65 = 80,64');
INSERT INTO billing.invoices VALUES
	('f0800ca7-ff78-5ffd-9268-b7c4385d8a0a', 'МТ26-000001', 'МТ', 2026, 1, 'Д-2', 'C01', '2026-01-01', 'prepay', 'advance', '', '2026-01-27', '2026-02-06', 'RUB', 80.65, 17.74, 98.39, 1, 'e64db09355455e6b6a56e7c39447d0894f2b8423e88b5df34f5dea918613ab7b', '{"days": [], "terms": [{"basis": "peak", "minimum": "1000.00", "counting": "connected", "valid_from": "2026-01-27", "tariff_code": "P", "payment_days": 10, "discount_percent": "0", "prepaid_vehicles": 2}], "client": {"inn": "7798200019", "kpp": "779801001", "kind": "legal", "name": "ООО «Ровный Путь»", "email": "c01@x.example", "phone": null, "address": null, "category": null, "delivery": "both", "full_name": null, "client_code": "C01", "dealer_code": null, "never_block": false}, "contract": {"ends_on": null, "signed_on": null, "starts_on": "2026-01-27", "client_code": "C01", "contract_no": "Д-2", "organization_code": "МТ"}, "mappings": [["gps1", "A2", "2026-01-27", null]], "organization": {"bic": "044525987", "inn": "7798100014", "kpp": "779801001", "code": "МТ", "name": "ООО «Меридиан Телематика»", "email": "billing@mt.example", "address": "770000, г. Москва", "director": "Орлова М. П.", "bank_name": "АО «Банк Причал»", "full_name": "Общество с ограниченной ответственностью «Меридиан Телематика»", "time_zone": "Europe/Moscow", "accountant": "Лаптева Е. С.", "bank_account": "40702810300000010026", "corr_account": "30101810900000000987", "invoice_prefix": "МТ"}}', 1, '2026-11-27 17:36:24.492206+00'),
	('8e2d2a5a-202d-5670-bd7e-23b23ad1f1d0', 'МТ26-000002', 'МТ', 2026, 2, 'Д-1', 'C01', '2026-01-01', 'close', 'monthly', '', '2026-02-02', '2026-02-12', 'RUB', 343.81, 75.64, 419.45, 6, 'a9f830ff9a6bc0e3ada40a937c31affe1a65d7a09d78fee7c34f56ba4c8b1d17', '{"days": [[27, 4, "1170", {"fuel": "23.75"}], [28, 4, "1170", {"fuel": "23.75"}], [29, 4, "1170", {"fuel": "23.75"}], [30, 4, "1170", {"fuel": "23.75"}], [31, 4, "1170", {"fuel": "23.75"}]], "terms": [{"basis": "average", "minimum": null, "counting": "used", "valid_from": "2026-01-27", "tariff_code": "T", "payment_days": 10, "discount_percent": "0", "prepaid_vehicles": 0}, {"basis": "average", "minimum": null, "counting": "used", "valid_from": "2026-01-30", "tariff_code": "T", "payment_days": 10, "discount_percent": "10", "prepaid_vehicles": 0}], "client": {"inn": "7798200019", "kpp": "779801001", "kind": "legal", "name": "ООО «Ровный Путь»", "email": "c01@x.example", "phone": null, "address": null, "category": null, "delivery": "both", "full_name": null, "client_code": "C01", "dealer_code": null, "never_block": false}, "contract": {"ends_on": null, "signed_on": null, "starts_on": "2026-01-27", "client_code": "C01", "contract_no": "Д-1", "organization_code": "МТ"}, "mappings": [["gps1", "A1", "2026-01-27", null], ["gps2", "A1", "2026-01-27", null]], "organization": {"bic": "044525987", "inn": "7798100014", "kpp": "779801001", "code": "МТ", "name": "ООО «Меридиан Телематика»", "email": "billing@mt.example", "address": "770000, г. Москва", "director": "Орлова М. П.", "bank_name": "АО «Банк Причал»", "full_name": "Общество с ограниченной ответственностью «Меридиан Телематика»", "time_zone": "Europe/Moscow", "accountant": "Лаптева Е. С.", "bank_account": "40702810300000010026", "corr_account": "30101810900000000987", "invoice_prefix": "МТ"}}', 1, '2026-11-27 17:39:54.175773+00'),
	('4b56a2bd-7a9d-54df-9474-ff95e8b501f3', 'МТ26-000003', 'МТ', 2026, 3, 'Д-2', 'C01', '2026-01-01', 'close', 'monthly', '', '2026-02-02', '2026-02-12', 'RUB', 80.64, 17.74, 98.38, 1, 'e80f7f91fd336ace0f04676c6adb52b8d652aa169aa694558f4de6d2d2386807', '{"days": [[27, 1, "60", {"fuel": "0"}], [28, 1, "60", {"fuel": "0"}], [29, 2, "120", {"fuel": "0"}], [30, 2, "120", {"fuel": "0"}], [31, 2, "120", {"fuel": "0"}]], "terms": [{"basis": "peak", "minimum": "1000.00", "counting": "connected", "valid_from": "2026-01-27", "tariff_code": "P", "payment_days": 10, "discount_percent": "0", "prepaid_vehicles": 2}], "client": {"inn": "7798200019", "kpp": "779801001", "kind": "legal", "name": "ООО «Ровный Путь»", "email": "c01@x.example", "phone": null, "address": null, "category": null, "delivery": "both", "full_name": null, "client_code": "C01", "dealer_code": null, "never_block": false}, "contract": {"ends_on": null, "signed_on": null, "starts_on": "2026-01-27", "client_code": "C01", "contract_no": "Д-2", "organization_code": "МТ"}, "mappings": [["gps1", "A2", "2026-01-27", null]], "organization": {"bic": "044525987", "inn": "7798100014", "kpp": "779801001", "code": "МТ", "name": "ООО «Меридиан Телематика»", "email": "billing@mt.example", "address": "770000, г. Москва", "director": "Орлова М. П.", "bank_name": "АО «Банк Причал»", "full_name": "Общество с ограниченной ответственностью «Меридиан Телематика»", "time_zone": "Europe/Moscow", "accountant": "Лаптева Е. С.", "bank_account": "40702810300000010026", "corr_account": "30101810900000000987", "invoice_prefix": "МТ"}}', 1, '2026-11-27 17:39:54.175773+00');
INSERT INTO billing.numbers VALUES
	('МТ', 2026, 3);
INSERT INTO delivery.mail_outbox VALUES
	('invoice', 'МТ26-000001', 'МТ', 'C01', '{}', '2026-11-27 17:36:24.492206+00', 'queued', 0, '2026-11-27 17:36:24.492206+00', NULL, '{}', '{}', NULL, NULL),
	('invoice', 'МТ26-000002', 'МТ', 'C01', '{}', '2026-11-27 17:39:54.175773+00', 'queued', 0, '2026-11-27 17:39:54.175773+00', NULL, '{}', '{}', NULL, NULL),
	('invoice', 'МТ26-000003', 'МТ', 'C01', '{}', '2026-11-27 17:39:54.175773+00', 'queued', 0, '2026-11-27 17:39:54.175773+00', NULL, '{}', '{}', NULL, NULL);
INSERT INTO delivery.onec_outbox VALUES
	('BP', 'invoice', 'МТ26-000001', 1, '2026-11-27 17:36:24.492206+00', 1, NULL),
	('BP', 'sale', 'Д-2|2026-01', 1, '2026-11-27 17:36:24.492206+00', 1, NULL),
	('BP', 'invoice', 'МТ26-000002', 1, '2026-11-27 17:39:54.175773+00', 1, NULL),
	('BP', 'invoice', 'МТ26-000003', 1, '2026-11-27 17:39:54.175773+00', 1, NULL),
	('BP', 'sale', 'Д-1|2026-01', 1, '2026-11-27 17:39:54.175773+00', 1, NULL),
	('BP', 'sale', 'Д-2|2026-01', 2, '2026-11-27 17:39:54.175773+00', 1, NULL);
INSERT INTO delivery.onec_peers VALUES
	('BP', 1, 0, 0, 0, 0, NULL, '{}', 3, 2, 14);
INSERT INTO evidence.carries VALUES
	('gps2', '2026-01-29', 'Анна', 'сбой', '2026-11-27 17:39:44.424807+00');
INSERT INTO evidence.events VALUES
	('0def19b8bee8f90e32a12bb37dd7c1fb6d90f80ba6a4a0ec00bd9a51c1766472', 1, 'landed', 'fleetbill', '2026-01-27.csv', '2026-11-27 17:36:45.869994+00'),
	('40c6c13e287ecdad44afc4b022a5259f0ce078312ee282a76e4b87f7549e95be', 1, 'landed', 'fleetbill', '2026-01-28.csv', '2026-11-27 17:36:45.869994+00'),
	('ad725460414ed6b470259fe59b6c5902059bfc19f0fd46feb4596639f659ab2f', 1, 'landed', 'fleetbill', '2026-01-29.csv', '2026-11-27 17:36:45.869994+00'),
	('e20fb27e01b77fe4b0d97e3c77c3bb8af11530a4e12033316d03402734d263ac', 1, 'landed', 'fleetbill', '2026-01-30.csv', '2026-11-27 17:36:45.869994+00'),
	('df84d1f393b1329d2860cdf027dfd6fd84aea10a730b1bc65762fc781587f220', 1, 'landed', 'fleetbill', '2026-01-31.csv', '2026-11-27 17:36:45.869994+00'),
	('b26970d51ea5a9d1327668b6a9064771dda8e689b3cbba1d76f2a21acb9e9d22', 1, 'landed', 'fleetbill', '2026-01-27.csv', '2026-11-27 17:38:26.295635+00'),
	('9b97aaf9198ccb0e46e75508023b00bda4b682c92b5e011ec7b92a4e7cf4be67', 1, 'landed', 'fleetbill', '2026-01-28.csv', '2026-11-27 17:38:26.295635+00'),
	('68715ba8c7e75ad6bc3ab6c2f40583d40eaf392b53738dc962a16b08ccbcca7c', 1, 'landed', 'fleetbill', '2026-01-30.csv', '2026-11-27 17:38:26.295635+00'),
	('900e5a166925e1c184783a61b299a678d5d797470929d79dca6e2511c56e7655', 1, 'landed', 'fleetbill', '2026-01-31.csv', '2026-11-27 17:38:26.295635+00');
INSERT INTO evidence.snapshots VALUES
	('0def19b8bee8f90e32a12bb37dd7c1fb6d90f80ba6a4a0ec00bd9a51c1766472', 'gps1', '2026-01-27', '2026-11-27 17:36:45.869994+00', 1, 'landed', 7, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', 'e99bcbaf681a69c86482cbe3edf53db10da4881ee410204aae0a7d3a69260db3', 'platform=gps1/date=2026-01-27/0def19b8bee8f90e32a12bb37dd7c1fb6d90f80ba6a4a0ec00bd9a51c1766472.parquet'),
	('40c6c13e287ecdad44afc4b022a5259f0ce078312ee282a76e4b87f7549e95be', 'gps1', '2026-01-28', '2026-11-27 17:36:45.869994+00', 1, 'landed', 7, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', 'e99bcbaf681a69c86482cbe3edf53db10da4881ee410204aae0a7d3a69260db3', 'platform=gps1/date=2026-01-28/40c6c13e287ecdad44afc4b022a5259f0ce078312ee282a76e4b87f7549e95be.parquet'),
	('ad725460414ed6b470259fe59b6c5902059bfc19f0fd46feb4596639f659ab2f', 'gps1', '2026-01-29', '2026-11-27 17:36:45.869994+00', 1, 'landed', 8, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', 'e99bcbaf681a69c86482cbe3edf53db10da4881ee410204aae0a7d3a69260db3', 'platform=gps1/date=2026-01-29/ad725460414ed6b470259fe59b6c5902059bfc19f0fd46feb4596639f659ab2f.parquet'),
	('e20fb27e01b77fe4b0d97e3c77c3bb8af11530a4e12033316d03402734d263ac', 'gps1', '2026-01-30', '2026-11-27 17:36:45.869994+00', 1, 'landed', 8, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', 'e99bcbaf681a69c86482cbe3edf53db10da4881ee410204aae0a7d3a69260db3', 'platform=gps1/date=2026-01-30/e20fb27e01b77fe4b0d97e3c77c3bb8af11530a4e12033316d03402734d263ac.parquet'),
	('df84d1f393b1329d2860cdf027dfd6fd84aea10a730b1bc65762fc781587f220', 'gps1', '2026-01-31', '2026-11-27 17:36:45.869994+00', 1, 'landed', 8, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', 'e99bcbaf681a69c86482cbe3edf53db10da4881ee410204aae0a7d3a69260db3', 'platform=gps1/date=2026-01-31/df84d1f393b1329d2860cdf027dfd6fd84aea10a730b1bc65762fc781587f220.parquet'),
	('b26970d51ea5a9d1327668b6a9064771dda8e689b3cbba1d76f2a21acb9e9d22', 'gps2', '2026-01-27', '2026-11-27 17:38:26.295635+00', 1, 'landed', 2, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', '15cfde4e60ae50b65f33bf6bf23c6f6bb1bf6d3d88d6d6732786d9a00846847c', 'platform=gps2/date=2026-01-27/b26970d51ea5a9d1327668b6a9064771dda8e689b3cbba1d76f2a21acb9e9d22.parquet'),
	('9b97aaf9198ccb0e46e75508023b00bda4b682c92b5e011ec7b92a4e7cf4be67', 'gps2', '2026-01-28', '2026-11-27 17:38:26.295635+00', 1, 'landed', 2, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', '15cfde4e60ae50b65f33bf6bf23c6f6bb1bf6d3d88d6d6732786d9a00846847c', 'platform=gps2/date=2026-01-28/9b97aaf9198ccb0e46e75508023b00bda4b682c92b5e011ec7b92a4e7cf4be67.parquet'),
	('68715ba8c7e75ad6bc3ab6c2f40583d40eaf392b53738dc962a16b08ccbcca7c', 'gps2', '2026-01-30', '2026-11-27 17:38:26.295635+00', 1, 'landed', 2, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', '15cfde4e60ae50b65f33bf6bf23c6f6bb1bf6d3d88d6d6732786d9a00846847c', 'platform=gps2/date=2026-01-30/68715ba8c7e75ad6bc3ab6c2f40583d40eaf392b53738dc962a16b08ccbcca7c.parquet'),
	('900e5a166925e1c184783a61b299a678d5d797470929d79dca6e2511c56e7655', 'gps2', '2026-01-31', '2026-11-27 17:38:26.295635+00', 1, 'landed', 2, '{vehicle_id,account_id,parent_account_id,name,plate,state,last_message_at,online_minutes,meter_fuel,hw_id}', 'Europe/Moscow', '15cfde4e60ae50b65f33bf6bf23c6f6bb1bf6d3d88d6d6732786d9a00846847c', 'platform=gps2/date=2026-01-31/900e5a166925e1c184783a61b299a678d5d797470929d79dca6e2511c56e7655.parquet');
INSERT INTO findings.occurrences VALUES
	('duplicate', 'gps1/v3', '2026-01-27', 'Д-1', 'то же устройство у gps1/v2; считается оно'),
	('duplicate', 'gps1/v3', '2026-01-28', 'Д-1', 'то же устройство у gps1/v2; считается оно'),
	('duplicate', 'gps1/v3', '2026-01-29', 'Д-1', 'то же устройство у gps1/v2; считается оно'),
	('duplicate', 'gps1/v3', '2026-01-30', 'Д-1', 'то же устройство у gps1/v2; считается оно'),
	('duplicate', 'gps1/v3', '2026-01-31', 'Д-1', 'то же устройство у gps1/v2; считается оно'),
	('duplicate', 'gps1/v4', '2026-01-27', 'Д-1', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/v4', '2026-01-28', 'Д-1', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/v4', '2026-01-29', 'Д-1', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/v4', '2026-01-30', 'Д-1', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/v4', '2026-01-31', 'Д-1', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/w1', '2026-01-27', 'Д-2', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/w1', '2026-01-28', 'Д-2', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/w1', '2026-01-29', 'Д-2', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/w1', '2026-01-30', 'Д-2', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps1/w1', '2026-01-31', 'Д-2', 'то же устройство у gps1/v5; считается оно'),
	('duplicate', 'gps2/x2', '2026-01-27', 'Д-1', 'то же устройство у gps1/w2; считается оно'),
	('duplicate', 'gps2/x2', '2026-01-28', 'Д-1', 'то же устройство у gps1/w2; считается оно'),
	('duplicate', 'gps2/x2', '2026-01-29', 'Д-1', 'то же устройство у gps1/w2; считается оно'),
	('duplicate', 'gps2/x2', '2026-01-30', 'Д-1', 'то же устройство у gps1/w2; считается оно'),
	('duplicate', 'gps2/x2', '2026-01-31', 'Д-1', 'то же устройство у gps1/w2; считается оно');
INSERT INTO master.accounts VALUES
	('gps1', 'A1', 'Д-1', '2026-01-27', NULL),
	('gps1', 'A2', 'Д-2', '2026-01-27', NULL),
	('gps2', 'A1', 'Д-1', '2026-01-27', NULL);
INSERT INTO master.clients VALUES
	('C01', 'ООО «Ровный Путь»', NULL, '7798200019', '779801001', 'legal', NULL, 'c01@x.example', NULL, NULL, NULL, false, 'both');
INSERT INTO master.components VALUES
	('T', '2024-01-01', 1, 'Мониторинг', 'vehicles', NULL, 'unit', 310, NULL),
	('T', '2024-01-01', 2, 'Часы', 'online_hours', NULL, 'unit', 1.50, NULL),
	('T', '2024-01-01', 3, 'Топливо', 'meter', 'fuel', 'unit', 0.10, NULL),
	('P', '2024-01-01', 1, 'Мониторинг', 'vehicles', NULL, 'unit', 250, NULL);
INSERT INTO master.contracts VALUES
	('Д-1', 'C01', 'МТ', NULL, '2026-01-27', NULL),
	('Д-2', 'C01', 'МТ', NULL, '2026-01-27', NULL);
INSERT INTO master.history VALUES
	(1, 'organizations', 'МТ', 'added', NULL, '{"bic": "044525987", "inn": "7798100014", "kpp": "779801001", "code": "МТ", "name": "ООО «Меридиан Телематика»", "email": "billing@mt.example", "address": "770000, г. Москва", "director": "Орлова М. П.", "bank_name": "АО «Банк Причал»", "full_name": "Общество с ограниченной ответственностью «Меридиан Телематика»", "time_zone": "Europe/Moscow", "accountant": "Лаптева Е. С.", "bank_account": "40702810300000010026", "corr_account": "30101810900000000987", "invoice_prefix": "МТ"}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(2, 'vat_modes', 'МТ|2020-01-01', 'added', NULL, '{"code": "МТ", "vat_mode": "general", "vat_mode_from": "2020-01-01"}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(3, 'clients', 'C01', 'added', NULL, '{"inn": "7798200019", "kpp": "779801001", "kind": "legal", "name": "ООО «Ровный Путь»", "email": "c01@x.example", "phone": null, "address": null, "category": null, "delivery": "both", "full_name": null, "client_code": "C01", "dealer_code": null, "never_block": false}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(4, 'contracts', 'Д-1', 'added', NULL, '{"ends_on": null, "signed_on": null, "starts_on": "2026-01-27", "client_code": "C01", "contract_no": "Д-1", "organization_code": "МТ"}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(5, 'contracts', 'Д-2', 'added', NULL, '{"ends_on": null, "signed_on": null, "starts_on": "2026-01-27", "client_code": "C01", "contract_no": "Д-2", "organization_code": "МТ"}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(6, 'terms', 'Д-1|2026-01-27', 'added', NULL, '{"basis": "average", "minimum": "0", "counting": "used", "valid_from": "2026-01-27", "contract_no": "Д-1", "tariff_code": "T", "payment_days": 10, "discount_percent": "0", "prepaid_vehicles": 0}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(7, 'terms', 'Д-1|2026-01-30', 'added', NULL, '{"basis": "average", "minimum": "0", "counting": "used", "valid_from": "2026-01-30", "contract_no": "Д-1", "tariff_code": "T", "payment_days": 10, "discount_percent": "10", "prepaid_vehicles": 0}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(8, 'terms', 'Д-2|2026-01-27', 'added', NULL, '{"basis": "peak", "minimum": "1000", "counting": "connected", "valid_from": "2026-01-27", "contract_no": "Д-2", "tariff_code": "P", "payment_days": 10, "discount_percent": "0", "prepaid_vehicles": 2}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(9, 'tariffs', 'T|2024-01-01', 'added', NULL, '{"name": "Тариф", "currency": "RUB", "valid_from": "2024-01-01", "tariff_code": "T", "prices_include_vat": false}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(10, 'tariffs', 'P|2024-01-01', 'added', NULL, '{"name": "Предоплата", "currency": "RUB", "valid_from": "2024-01-01", "tariff_code": "P", "prices_include_vat": false}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(11, 'components', 'T|2024-01-01|1', 'added', NULL, '{"kind": "vehicles", "name": "Мониторинг", "meter": null, "price": "310", "scheme": "unit", "valid_from": "2024-01-01", "tariff_code": "T", "component_no": 1, "package_size": null}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(12, 'components', 'T|2024-01-01|2', 'added', NULL, '{"kind": "online_hours", "name": "Часы", "meter": null, "price": "1.50", "scheme": "unit", "valid_from": "2024-01-01", "tariff_code": "T", "component_no": 2, "package_size": null}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(13, 'components', 'T|2024-01-01|3', 'added', NULL, '{"kind": "meter", "name": "Топливо", "meter": "fuel", "price": "0.10", "scheme": "unit", "valid_from": "2024-01-01", "tariff_code": "T", "component_no": 3, "package_size": null}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(14, 'components', 'P|2024-01-01|1', 'added', NULL, '{"kind": "vehicles", "name": "Мониторинг", "meter": null, "price": "250", "scheme": "unit", "valid_from": "2024-01-01", "tariff_code": "P", "component_no": 1, "package_size": null}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(15, 'platforms', 'gps1', 'added', NULL, '{"kind": "files", "source": "snap", "platform": "gps1", "time_zone": "Europe/Moscow", "connection": null}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(16, 'platforms', 'gps2', 'added', NULL, '{"kind": "files", "source": "snap", "platform": "gps2", "time_zone": "Europe/Moscow", "connection": null}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(17, 'accounts', 'gps1|A1|Д-1|2026-01-27', 'added', NULL, '{"platform": "gps1", "valid_to": null, "account_id": "A1", "valid_from": "2026-01-27", "contract_no": "Д-1"}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(18, 'accounts', 'gps1|A2|Д-2|2026-01-27', 'added', NULL, '{"platform": "gps1", "valid_to": null, "account_id": "A2", "valid_from": "2026-01-27", "contract_no": "Д-2"}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00'),
	(19, 'accounts', 'gps2|A1|Д-1|2026-01-27', 'added', NULL, '{"platform": "gps2", "valid_to": null, "account_id": "A1", "valid_from": "2026-01-27", "contract_no": "Д-1"}', 'Анна', 'начало', '2026-11-27 17:35:01.98337+00');
INSERT INTO master.organizations VALUES
	('МТ', 'ООО «Меридиан Телематика»', 'Общество с ограниченной ответственностью «Меридиан Телематика»', '7798100014', '779801001', '770000, г. Москва', '40702810300000010026', 'АО «Банк Причал»', '044525987', '30101810900000000987', 'Орлова М. П.', 'Лаптева Е. С.', 'МТ', 'billing@mt.example', 'Europe/Moscow');
INSERT INTO master.platforms VALUES
	('gps1', 'files', 'snap', NULL, 'Europe/Moscow'),
	('gps2', 'files', 'snap', NULL, 'Europe/Moscow');
INSERT INTO master.tariffs VALUES
	('T', '2024-01-01', 'Тариф', 'RUB', false),
	('P', '2024-01-01', 'Предоплата', 'RUB', false);
INSERT INTO master.terms VALUES
	('Д-1', '2026-01-27', 'T', 'used', 'average', 0, 0, 0.00, 10),
	('Д-1', '2026-01-30', 'T', 'used', 'average', 0, 10, 0.00, 10),
	('Д-2', '2026-01-27', 'P', 'connected', 'peak', 2, 0, 1000.00, 10);
INSERT INTO master.vat_modes VALUES
	('МТ', '2020-01-01', 'general');
INSERT INTO public.alembic_version VALUES
	('0002');
INSERT INTO usage.contract_days VALUES
	('Д-1', '2026-01-27', 4, 1170.000000, '{"fuel": "23.750000"}'),
	('Д-1', '2026-01-28', 4, 1170.000000, '{"fuel": "23.750000"}'),
	('Д-1', '2026-01-29', 4, 1170.000000, '{"fuel": "23.750000"}'),
	('Д-1', '2026-01-30', 4, 1170.000000, '{"fuel": "23.750000"}'),
	('Д-1', '2026-01-31', 4, 1170.000000, '{"fuel": "23.750000"}'),
	('Д-2', '2026-01-27', 1, 60.000000, '{"fuel": "0.000000"}'),
	('Д-2', '2026-01-28', 1, 60.000000, '{"fuel": "0.000000"}'),
	('Д-2', '2026-01-29', 2, 120.000000, '{"fuel": "0.000000"}'),
	('Д-2', '2026-01-30', 2, 120.000000, '{"fuel": "0.000000"}'),
	('Д-2', '2026-01-31', 2, 120.000000, '{"fuel": "0.000000"}');
INSERT INTO usage.months VALUES
	('2026-01-01', '9404a4e0ffa11548da40827c8e3193ebcad47e0a525fff9b08665c0f253e4e05', '2026-11-27 17:39:54.175806+00');
ALTER TABLE ONLY access.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (order_no);
ALTER TABLE ONLY access.outcomes
    ADD CONSTRAINT outcomes_pkey PRIMARY KEY (order_no);
ALTER TABLE ONLY access.promises
    ADD CONSTRAINT promises_pkey PRIMARY KEY (organization_code, client_code, promise_no);
ALTER TABLE ONLY access.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (organization_code, day);
ALTER TABLE ONLY billing.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (month, purpose, approval_no);
ALTER TABLE ONLY billing.closed
    ADD CONSTRAINT closed_pkey PRIMARY KEY (contract_no, month);
ALTER TABLE ONLY billing.draft_lines
    ADD CONSTRAINT draft_lines_pkey PRIMARY KEY (invoice_id, line_no);
ALTER TABLE ONLY billing.drafts
    ADD CONSTRAINT drafts_contract_no_month_kind_cause_key UNIQUE (contract_no, month, kind, cause);
ALTER TABLE ONLY billing.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (invoice_id);
ALTER TABLE ONLY billing.evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (month, purpose, approval_no);
ALTER TABLE ONLY billing.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (month, contract_no, hold_no);
ALTER TABLE ONLY billing.invoice_lines
    ADD CONSTRAINT invoice_lines_pkey PRIMARY KEY (invoice_id, line_no);
ALTER TABLE ONLY billing.invoices
    ADD CONSTRAINT invoices_contract_no_month_kind_cause_key UNIQUE (contract_no, month, kind, cause);
ALTER TABLE ONLY billing.invoices
    ADD CONSTRAINT invoices_number_key UNIQUE (number);
ALTER TABLE ONLY billing.invoices
    ADD CONSTRAINT invoices_organization_code_year_sequence_no_key UNIQUE (organization_code, year, sequence_no);
ALTER TABLE ONLY billing.invoices
    ADD CONSTRAINT invoices_pkey PRIMARY KEY (invoice_id);
ALTER TABLE ONLY billing.numbers
    ADD CONSTRAINT numbers_pkey PRIMARY KEY (organization_code, year);
ALTER TABLE ONLY billing.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (month, purpose, contract_no);
ALTER TABLE ONLY billing.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (month, purpose);
ALTER TABLE ONLY billing.turns
    ADD CONSTRAINT turns_pkey PRIMARY KEY (work);
ALTER TABLE ONLY delivery.mail_attempts
    ADD CONSTRAINT mail_attempts_pkey PRIMARY KEY (event_kind, event_key, attempt_no, step);
ALTER TABLE ONLY delivery.mail_outbox
    ADD CONSTRAINT mail_outbox_pkey PRIMARY KEY (event_kind, event_key);
ALTER TABLE ONLY delivery.onec_outbox
    ADD CONSTRAINT onec_outbox_pkey PRIMARY KEY (peer, object_kind, object_key, version);
ALTER TABLE ONLY delivery.onec_peers
    ADD CONSTRAINT onec_peers_pkey PRIMARY KEY (peer);
ALTER TABLE ONLY evidence.carries
    ADD CONSTRAINT carries_pkey PRIMARY KEY (platform, business_date);
ALTER TABLE ONLY evidence.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (digest, event_no);
ALTER TABLE ONLY evidence.failures
    ADD CONSTRAINT failures_pkey PRIMARY KEY (digest, failure_no);
ALTER TABLE ONLY evidence.snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY evidence.snapshots
    ADD CONSTRAINT snapshots_platform_business_date_snapshot_no_key UNIQUE (platform, business_date, snapshot_no);
ALTER TABLE ONLY findings.occurrences
    ADD CONSTRAINT occurrences_pkey PRIMARY KEY (kind, subject, seen_on);
ALTER TABLE ONLY master.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (platform, account_id, contract_no, valid_from);
ALTER TABLE ONLY master.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (client_code);
ALTER TABLE ONLY master.components
    ADD CONSTRAINT components_pkey PRIMARY KEY (tariff_code, valid_from, component_no);
ALTER TABLE ONLY master.contracts
    ADD CONSTRAINT contracts_pkey PRIMARY KEY (contract_no);
ALTER TABLE ONLY master.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (history_no);
ALTER TABLE ONLY master.organizations
    ADD CONSTRAINT organizations_invoice_prefix_key UNIQUE (invoice_prefix) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (code);
ALTER TABLE ONLY master.platforms
    ADD CONSTRAINT platforms_pkey PRIMARY KEY (platform);
ALTER TABLE ONLY master.tariffs
    ADD CONSTRAINT tariffs_pkey PRIMARY KEY (tariff_code, valid_from);
ALTER TABLE ONLY master.terms
    ADD CONSTRAINT terms_pkey PRIMARY KEY (contract_no, valid_from);
ALTER TABLE ONLY master.tiers
    ADD CONSTRAINT tiers_tariff_code_valid_from_component_no_up_to_key UNIQUE NULLS NOT DISTINCT (tariff_code, valid_from, component_no, up_to);
ALTER TABLE ONLY master.vat_modes
    ADD CONSTRAINT vat_modes_pkey PRIMARY KEY (code, vat_mode_from);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY receivables.allocations
    ADD CONSTRAINT allocations_pkey PRIMARY KEY (payment_id, allocation_no);
ALTER TABLE ONLY receivables.imports
    ADD CONSTRAINT imports_pkey PRIMARY KEY (digest, organization_code);
ALTER TABLE ONLY receivables.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (payment_id);
ALTER TABLE ONLY usage.contract_days
    ADD CONSTRAINT contract_days_pkey PRIMARY KEY (contract_no, business_date);
ALTER TABLE ONLY usage.gaps
    ADD CONSTRAINT gaps_pkey PRIMARY KEY (month, contract_no, platform, business_date, missing);
ALTER TABLE ONLY usage.months
    ADD CONSTRAINT months_pkey PRIMARY KEY (month);
CREATE INDEX orders_platform_account_id_order_no_idx ON access.orders USING btree (platform, account_id, order_no);
CREATE INDEX invoices_client_code_idx ON billing.invoices USING btree (client_code);
CREATE INDEX invoices_month_idx ON billing.invoices USING btree (month);
CREATE INDEX mail_outbox_next_attempt_at_event_kind_event_key_idx ON delivery.mail_outbox USING btree (next_attempt_at, event_kind, event_key) WHERE (state = 'queued'::text);
CREATE INDEX onec_outbox_peer_message_no_idx ON delivery.onec_outbox USING btree (peer, message_no);
CREATE INDEX snapshots_business_date_platform_idx ON evidence.snapshots USING btree (business_date, platform) WHERE (state = 'landed'::text);
CREATE INDEX occurrences_seen_on_kind_idx ON findings.occurrences USING btree (seen_on, kind);
CREATE INDEX accounts_contract_no_idx ON master.accounts USING btree (contract_no);
CREATE INDEX history_sheet_key_history_no_idx ON master.history USING btree (sheet, key, history_no);
CREATE INDEX allocations_number_idx ON receivables.allocations USING btree (number);
CREATE INDEX payments_organization_code_client_code_idx ON receivables.payments USING btree (organization_code, client_code);
CREATE INDEX payments_reverses_idx ON receivables.payments USING btree (reverses) WHERE (reverses IS NOT NULL);
CREATE INDEX contract_days_business_date_idx ON usage.contract_days USING btree (business_date);
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON access.orders FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON access.outcomes FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON access.promises FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON access.runs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER counted_up BEFORE INSERT OR UPDATE ON billing.numbers FOR EACH ROW EXECUTE FUNCTION billing.refuse_other_number();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON billing.approvals FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON billing.closed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON billing.evidence FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON billing.holds FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON billing.invoice_lines FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON billing.invoices FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER sealed AFTER INSERT ON billing.invoice_lines REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_late_lines();
CREATE TRIGGER summed AFTER INSERT ON billing.invoices REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_wrong_sums();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON delivery.mail_attempts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON evidence.carries FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON evidence.events FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON master.history FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON receivables.allocations FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR UPDATE OR TRUNCATE ON receivables.imports FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON receivables.payments FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
ALTER TABLE ONLY access.outcomes
    ADD CONSTRAINT outcomes_order_no_fkey FOREIGN KEY (order_no) REFERENCES access.orders(order_no);
ALTER TABLE ONLY access.promises
    ADD CONSTRAINT promises_client_code_fkey FOREIGN KEY (client_code) REFERENCES master.clients(client_code);
ALTER TABLE ONLY access.promises
    ADD CONSTRAINT promises_organization_code_fkey FOREIGN KEY (organization_code) REFERENCES master.organizations(code);
ALTER TABLE ONLY billing.draft_lines
    ADD CONSTRAINT draft_lines_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES billing.drafts(invoice_id) ON DELETE CASCADE;
ALTER TABLE ONLY billing.evidence
    ADD CONSTRAINT evidence_month_purpose_approval_no_fkey FOREIGN KEY (month, purpose, approval_no) REFERENCES billing.approvals(month, purpose, approval_no);
ALTER TABLE ONLY billing.holds
    ADD CONSTRAINT holds_contract_no_fkey FOREIGN KEY (contract_no) REFERENCES master.contracts(contract_no);
ALTER TABLE ONLY billing.invoice_lines
    ADD CONSTRAINT invoice_lines_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES billing.invoices(invoice_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery.mail_attempts
    ADD CONSTRAINT mail_attempts_event_kind_event_key_fkey FOREIGN KEY (event_kind, event_key) REFERENCES delivery.mail_outbox(event_kind, event_key);
ALTER TABLE ONLY delivery.mail_outbox
    ADD CONSTRAINT mail_outbox_client_code_fkey FOREIGN KEY (client_code) REFERENCES master.clients(client_code);
ALTER TABLE ONLY delivery.mail_outbox
    ADD CONSTRAINT mail_outbox_organization_code_fkey FOREIGN KEY (organization_code) REFERENCES master.organizations(code);
ALTER TABLE ONLY evidence.carries
    ADD CONSTRAINT carries_platform_fkey FOREIGN KEY (platform) REFERENCES master.platforms(platform);
ALTER TABLE ONLY evidence.events
    ADD CONSTRAINT events_digest_fkey FOREIGN KEY (digest) REFERENCES evidence.snapshots(digest);
ALTER TABLE ONLY evidence.failures
    ADD CONSTRAINT failures_digest_fkey FOREIGN KEY (digest) REFERENCES evidence.snapshots(digest);
ALTER TABLE ONLY evidence.snapshots
    ADD CONSTRAINT snapshots_platform_fkey FOREIGN KEY (platform) REFERENCES master.platforms(platform);
ALTER TABLE ONLY master.accounts
    ADD CONSTRAINT accounts_contract_no_fkey FOREIGN KEY (contract_no) REFERENCES master.contracts(contract_no) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.accounts
    ADD CONSTRAINT accounts_platform_fkey FOREIGN KEY (platform) REFERENCES master.platforms(platform) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.clients
    ADD CONSTRAINT clients_dealer_code_fkey FOREIGN KEY (dealer_code) REFERENCES master.clients(client_code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.components
    ADD CONSTRAINT components_tariff_code_valid_from_fkey FOREIGN KEY (tariff_code, valid_from) REFERENCES master.tariffs(tariff_code, valid_from) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.contracts
    ADD CONSTRAINT contracts_client_code_fkey FOREIGN KEY (client_code) REFERENCES master.clients(client_code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.contracts
    ADD CONSTRAINT contracts_organization_code_fkey FOREIGN KEY (organization_code) REFERENCES master.organizations(code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.terms
    ADD CONSTRAINT terms_contract_no_fkey FOREIGN KEY (contract_no) REFERENCES master.contracts(contract_no) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.tiers
    ADD CONSTRAINT tiers_tariff_code_valid_from_component_no_fkey FOREIGN KEY (tariff_code, valid_from, component_no) REFERENCES master.components(tariff_code, valid_from, component_no) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY master.vat_modes
    ADD CONSTRAINT vat_modes_code_fkey FOREIGN KEY (code) REFERENCES master.organizations(code);
ALTER TABLE ONLY receivables.allocations
    ADD CONSTRAINT allocations_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES receivables.payments(payment_id);
ALTER TABLE ONLY receivables.imports
    ADD CONSTRAINT imports_organization_code_fkey FOREIGN KEY (organization_code) REFERENCES master.organizations(code);
ALTER TABLE ONLY receivables.payments
    ADD CONSTRAINT payments_client_code_fkey FOREIGN KEY (client_code) REFERENCES master.clients(client_code);
ALTER TABLE ONLY receivables.payments
    ADD CONSTRAINT payments_organization_code_fkey FOREIGN KEY (organization_code) REFERENCES master.organizations(code);
ALTER TABLE ONLY receivables.payments
    ADD CONSTRAINT payments_reverses_fkey FOREIGN KEY (reverses) REFERENCES receivables.payments(payment_id);
GRANT USAGE ON SCHEMA access TO fleetbill_app;
GRANT USAGE ON SCHEMA billing TO fleetbill_app;
GRANT USAGE ON SCHEMA delivery TO fleetbill_app;
GRANT USAGE ON SCHEMA evidence TO fleetbill_app;
GRANT USAGE ON SCHEMA findings TO fleetbill_app;
GRANT USAGE ON SCHEMA master TO fleetbill_app;
GRANT USAGE ON SCHEMA receivables TO fleetbill_app;
GRANT USAGE ON SCHEMA usage TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE access.orders TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE access.blocked TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE access.outcomes TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE access.promises TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE access.runs TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE billing.approvals TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE billing.closed TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE billing.draft_lines TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE billing.drafts TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE billing.evidence TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE billing.holds TO fleetbill_app;
GRANT SELECT ON TABLE billing.held TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE billing.invoice_lines TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE billing.invoices TO fleetbill_app;
GRANT SELECT,INSERT,UPDATE ON TABLE billing.numbers TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE billing.parked TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE billing.runs TO fleetbill_app;
GRANT SELECT ON TABLE billing.run_words TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE billing.turns TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE delivery.mail_attempts TO fleetbill_app;
GRANT SELECT,INSERT,UPDATE ON TABLE delivery.mail_outbox TO fleetbill_app;
GRANT SELECT,INSERT,UPDATE ON TABLE delivery.onec_outbox TO fleetbill_app;
GRANT SELECT,INSERT,UPDATE ON TABLE delivery.onec_peers TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE evidence.carries TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE evidence.events TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE evidence.failures TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE evidence.snapshots TO fleetbill_app;
GRANT UPDATE(state) ON TABLE evidence.snapshots TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE findings.occurrences TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.accounts TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.clients TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.components TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.contracts TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE master.history TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.organizations TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.platforms TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.tariffs TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.terms TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.tiers TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE master.vat_modes TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE receivables.allocations TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE receivables.payments TO fleetbill_app;
GRANT UPDATE(client_code) ON TABLE receivables.payments TO fleetbill_app;
GRANT UPDATE(reverses) ON TABLE receivables.payments TO fleetbill_app;
GRANT SELECT ON TABLE receivables.client_entries TO fleetbill_app;
GRANT SELECT,INSERT ON TABLE receivables.imports TO fleetbill_app;
GRANT SELECT ON TABLE receivables.invoice_balances TO fleetbill_app;
GRANT SELECT ON TABLE receivables.payment_balances TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.contract_days TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.gaps TO fleetbill_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.months TO fleetbill_app;
