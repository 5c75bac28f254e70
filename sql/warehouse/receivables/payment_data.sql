-- grain: organization × rouble account in force on the day, and the moment up to which its payment data tell (NULL: there are none): the
--   end of their last day where the organization is; files imported before it was kept of which accounts they tell count for every
--   account; nothing is paid to one that is not open yet
-- inputs: master.organizations, master.bank_accounts, receivables.imports, receivables.imported_accounts; :on, :known_at
--   (only what had been imported by then; NULL: all)
-- rerun: reads only
WITH main AS (
    SELECT code AS organization_code, time_zone, regexp_replace(bank_account, '[^0-9]', '', 'g') AS bank_account, NULL::date AS valid_from
    FROM master.organizations
), in_force AS (
    SELECT * FROM main
    UNION ALL
    SELECT b.organization_code, m.time_zone, b.bank_account, b.valid_from
    FROM master.bank_accounts b
    JOIN main m ON m.organization_code = b.organization_code
    WHERE b.bank_account <> m.bank_account
        AND coalesce(b.valid_from, '-infinity') <= :on AND :on <= coalesce(b.valid_to, 'infinity')
), nameless AS (
    SELECT i.organization_code, max(i.data_until) AS data_until
    FROM receivables.imports i
    WHERE i.at <= coalesce(CAST(:known_at AS timestamptz), 'infinity') AND NOT EXISTS (
        SELECT FROM receivables.imported_accounts a WHERE a.digest = i.digest AND a.organization_code = i.organization_code
    )
    GROUP BY i.organization_code
), named AS (
    SELECT organization_code, bank_account, max(a.data_until) AS data_until
    FROM receivables.imported_accounts a
    JOIN receivables.imports i USING (digest, organization_code)
    WHERE i.at <= coalesce(CAST(:known_at AS timestamptz), 'infinity')
    GROUP BY organization_code, bank_account
)
SELECT
    f.organization_code, f.bank_account,
    CAST(greatest(n.data_until, w.data_until, f.valid_from - 1) + 1 AS timestamp) AT TIME ZONE f.time_zone AS as_of
FROM in_force f
LEFT JOIN named n ON n.organization_code = f.organization_code AND n.bank_account = f.bank_account
LEFT JOIN nameless w ON w.organization_code = f.organization_code
WHERE substr(f.bank_account, 6, 3) IN ('810', '643')
ORDER BY f.organization_code COLLATE "C", f.bank_account
