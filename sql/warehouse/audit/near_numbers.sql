-- grain: number of an issued invoice that a typed one may mean: look-alike letters, spaces and signs apart, or the same year and count
-- inputs: billing.invoices; :typed
-- rerun: reads only
SELECT number
FROM billing.invoices i,
    LATERAL (SELECT translate(upper(:typed), 'ABCEHKMOPTXY', 'АВСЕНКМОРТХУ') AS typed) f,
    LATERAL (SELECT substring(f.typed FROM '([0-9]{2})[^0-9]*[0-9]+$') AS year, ltrim(substring(f.typed FROM '([0-9]+)$'), '0') AS count) p
WHERE regexp_replace(translate(upper(i.number), 'ABCEHKMOPTXY', 'АВСЕНКМОРТХУ'), '[^0-9А-ЯЁA-Z]', '', 'g')
    = regexp_replace(f.typed, '[^0-9А-ЯЁA-Z]', '', 'g')
   OR (i.sequence_no::text = p.count AND (i.year % 100)::text = ltrim(p.year, '0'))
ORDER BY
    regexp_replace(translate(upper(i.number), 'ABCEHKMOPTXY', 'АВСЕНКМОРТХУ'), '[^0-9А-ЯЁA-Z]', '', 'g')
    <> regexp_replace(f.typed, '[^0-9А-ЯЁA-Z]', '', 'g'), number
LIMIT 5
