-- An order is for one target: the account itself, or what goes down with it. Orders of earlier versions were for accounts.
ALTER TABLE access.orders ADD COLUMN target text NOT NULL DEFAULT 'account'
    CHECK (target IN ('account', 'sub_user', 'share_link', 'vehicle'));
ALTER TABLE access.orders ADD COLUMN target_id text;            -- of an account: the account_id
ALTER TABLE access.orders DISABLE TRIGGER never_changed;
UPDATE access.orders SET target_id = account_id;
ALTER TABLE access.orders ENABLE TRIGGER never_changed;
ALTER TABLE access.orders ALTER COLUMN target_id SET NOT NULL;
CREATE INDEX ON access.orders (platform, target, target_id, order_no);

-- Whose block it is: false where somebody else's was met, and nothing was written. `gone`: the target is not there any more.
ALTER TABLE access.outcomes ADD COLUMN is_ours boolean NOT NULL DEFAULT true;
ALTER TABLE access.outcomes DROP CONSTRAINT outcomes_state_after_check;
ALTER TABLE access.outcomes ADD CONSTRAINT outcomes_state_after_check CHECK (state_after IN ('blocked', 'active', 'unknown', 'gone'));

-- grain: attempt to carry out an order on a live platform, stored right before the write; append-only
CREATE TABLE access.attempts (
    order_no bigint NOT NULL REFERENCES access.orders,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_no, at)
);

-- grain: change of a target's state that was read of a platform after our last order for it was carried out; append-only
CREATE TABLE access.readings (
    order_no bigint NOT NULL REFERENCES access.orders,    -- the newest order for the target at that time
    reading_no integer NOT NULL,
    state text NOT NULL CHECK (state IN ('blocked', 'active', 'gone')),
    edited_by text,                                       -- who has changed it, where the platform says so
    edited_at timestamptz,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_no, reading_no)
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.attempts
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON access.readings
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

-- grain: target × client × organization that we block now; what somebody else had blocked before us is not among them
DROP VIEW access.blocked;
CREATE VIEW access.blocked AS
SELECT l.* FROM (
    SELECT DISTINCT ON (platform, target, target_id, client_code, organization_code) *
    FROM access.orders
    ORDER BY platform, target, target_id, client_code, organization_code, order_no DESC
) l
WHERE l.action = 'block'
    AND NOT EXISTS (SELECT FROM access.outcomes o WHERE o.order_no = l.order_no AND NOT o.is_ours);

-- grain: target of an order that was carried out: its newest order, and what is known of it since
CREATE VIEW access.targets AS
SELECT
    n.platform, n.target, n.target_id, n.account_id, n.order_no, n.action, n.client_code, n.organization_code, o.at AS carried_out_at,
    coalesce(r.state, o.state_after) AS state, coalesce(r.at, o.at) AS state_read_at, r.edited_by, r.edited_at,
    coalesce(r.reading_no, 0) AS last_reading_no
FROM (
    SELECT DISTINCT ON (platform, target, target_id) *
    FROM access.orders
    ORDER BY platform, target, target_id, order_no DESC
) n
JOIN access.outcomes o USING (order_no)
LEFT JOIN LATERAL (
    SELECT * FROM access.readings x WHERE x.order_no = n.order_no ORDER BY x.reading_no DESC LIMIT 1
) r ON true;

-- grain: order to block that was carried out by us and after which the target was read as not blocked: the first such reading
CREATE VIEW access.lifted AS
SELECT DISTINCT ON (b.order_no)
    b.order_no, b.platform, b.target, b.target_id, r.at AS lifted_at, r.edited_by, r.edited_at
FROM access.orders b
JOIN access.outcomes o ON o.order_no = b.order_no AND o.is_ours
JOIN access.orders n ON (n.platform, n.target, n.target_id) = (b.platform, b.target, b.target_id) AND n.order_no >= b.order_no
JOIN access.readings r ON r.order_no = n.order_no AND r.state = 'active'
WHERE b.action = 'block' AND n.action = 'block'
ORDER BY b.order_no, r.order_no, r.reading_no;

GRANT SELECT, INSERT ON access.attempts, access.readings TO fleetbill_app;
GRANT SELECT ON access.blocked, access.targets, access.lifted TO fleetbill_app;
