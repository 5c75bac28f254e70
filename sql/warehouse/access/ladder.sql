-- grain: step of the ladder in force on :on, by organization and category of clients (NULL: clients of no other category)
-- inputs: master.ladder; :on
-- rerun: reads only
SELECT l.organization_code, l.category, l.step, l.days, l.action, l.least_debt, l.letter, l.on_days_off
FROM master.ladder l
WHERE l.valid_from = (
    SELECT max(v.valid_from) FROM master.ladder v
    WHERE v.organization_code = l.organization_code AND v.category IS NOT DISTINCT FROM l.category AND v.valid_from <= :on
)
ORDER BY l.organization_code COLLATE "C", l.category COLLATE "C", l.days, l.step COLLATE "C"
