-- grain: one row: digests of what a run of the month is computed from, whatever the order of rows, each beside a count that only grows
-- inputs: master.contracts, master.clients, master.organizations, master.terms, master.tariffs, master.components, master.tiers,
--   master.vat_modes, master.accounts, master.platforms, master.history, evidence.snapshots, evidence.carries, evidence.events,
--   billing.invoices, billing.closed, billing.holds; :month (first day)
-- rerun: reads only
SELECT
    (
        SELECT (SELECT coalesce(max(history_no), 0) FROM master.history) || ' ' || count(*) || ' ' || coalesce(sum(hashtextextended(r, 0)), 0)
        FROM (
            SELECT 'contract ' || t::text AS r FROM master.contracts t
            UNION ALL SELECT 'client ' || t::text FROM master.clients t
            UNION ALL SELECT 'organization ' || t::text FROM master.organizations t
            UNION ALL SELECT 'terms ' || t::text FROM master.terms t
            UNION ALL SELECT 'tariff ' || t::text FROM master.tariffs t
            UNION ALL SELECT 'component ' || t::text FROM master.components t
            UNION ALL SELECT 'tier ' || t::text FROM master.tiers t
            UNION ALL SELECT 'vat mode ' || t::text FROM master.vat_modes t
            UNION ALL SELECT 'account ' || t::text FROM master.accounts t
            UNION ALL SELECT 'platform ' || t::text FROM master.platforms t
        ) agreed
    ) AS master,
    (
        SELECT (SELECT count(*) FROM evidence.events) || ' ' || count(*) || ' ' || coalesce(sum(hashtextextended(r, 0)), 0)
        FROM (
            SELECT 'snapshot ' || t::text AS r FROM evidence.snapshots t
            UNION ALL SELECT 'carried ' || t::text FROM evidence.carries t
        ) landed
    ) AS evidence,
    (
        (SELECT count(*) FROM billing.invoices WHERE month = :month) || ' ' || (SELECT count(*) FROM billing.closed WHERE month = :month)
    ) AS billed,
    (SELECT count(*)::text FROM billing.holds WHERE month = :month) AS held
