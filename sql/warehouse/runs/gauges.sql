-- grain: one row: how the house stands on :day
-- inputs: billing.parked, billing.closed, delivery.mail_outbox, access.blocked, master.contracts, usage.months; :day
-- rerun: reads only
SELECT
    (
        SELECT count(DISTINCT p.contract_no) FROM billing.parked p
        WHERE NOT EXISTS (SELECT FROM billing.closed c WHERE (c.month, c.contract_no) = (p.month, p.contract_no))
    ) AS parked,
    (SELECT min(o.queued_at) FROM delivery.mail_outbox o WHERE o.state = 'queued') AS oldest_letter_at,
    coalesce(
        (SELECT count(DISTINCT b.client_code) FROM access.blocked b)::numeric / nullif((
            SELECT count(DISTINCT k.client_code) FROM master.contracts k
            WHERE k.starts_on <= CAST(:day AS date) AND coalesce(k.ends_on, 'infinity') >= CAST(:day AS date)
        ), 0), 0
    ) AS blocked_share,
    (SELECT max(u.month) FROM usage.months u) AS counted_month
