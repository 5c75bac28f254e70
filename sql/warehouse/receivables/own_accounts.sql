-- grain: organization × bank account that is its own: now, or by the history if it is nobody else's now
-- inputs: master.organizations, master.bank_accounts, master.history
-- rerun: reads only
WITH present AS (
    SELECT code AS organization_code, bank_account FROM master.organizations
    UNION
    SELECT organization_code, bank_account FROM master.bank_accounts
), former AS (
    SELECT DISTINCT h.key AS organization_code, r.given ->> 'bank_account' AS bank_account
    FROM master.history h
    CROSS JOIN LATERAL (VALUES (h.before), (h.after)) r (given)
    WHERE h.sheet = 'organizations' AND r.given ->> 'bank_account' IS NOT NULL
)
SELECT organization_code, bank_account FROM present
UNION
SELECT f.organization_code, f.bank_account
FROM former f
JOIN master.organizations o ON o.code = f.organization_code
WHERE NOT EXISTS (SELECT FROM present p WHERE p.bank_account = f.bank_account)
ORDER BY organization_code, bank_account
