-- grain: row of master.ladder
-- inputs: master.ladder; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.ladder (
    organization_code, category, step, days, action, channel, valid_from, least_debt, letter, on_days_off
)
SELECT
    organization_code, category, step, days, action, channel, valid_from, least_debt, letter, on_days_off
FROM jsonb_populate_recordset(NULL::master.ladder, CAST(:rows AS jsonb))
ON CONFLICT (organization_code, category, valid_from, step) DO UPDATE SET
    days = excluded.days,
    action = excluded.action,
    channel = excluded.channel,
    least_debt = excluded.least_debt,
    letter = excluded.letter,
    on_days_off = excluded.on_days_off
