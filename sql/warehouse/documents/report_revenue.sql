-- grain: tariff × component: what issued invoices and drafts of the month bring, and what the month before brought (issued)
-- inputs: master.tariffs, billing.invoices, billing.invoice_lines, billing.drafts, billing.draft_lines; :month, :previous (first days),
--   :last (of the month)
-- rerun: reads only. Quantities of prices per month are taken with the share of their segment; a correction's quantity counts where its
--   line says one
WITH lines AS (
    SELECT i.month = :month AS is_now, i.kind, l.*
    FROM billing.invoices i
    JOIN billing.invoice_lines l USING (invoice_id)
    WHERE i.month IN (:month, :previous)
    UNION ALL
    SELECT true, d.kind, l.*
    FROM billing.drafts d
    JOIN billing.draft_lines l USING (invoice_id)
    WHERE d.month = :month AND NOT d.discarded
      AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
          SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
      ))
)
SELECT
    r.tariff_code, t.name AS tariff, r.component_no, r.component, r.component_kind, round(r.quantity, 3) AS quantity, r.net, r.vat, r.total,
    r.before
FROM (
    SELECT
        tariff_code, component_no,
        (array_agg(component ORDER BY is_now DESC, segment_to DESC, component COLLATE "C"))[1] AS component,
        (array_agg(component_kind ORDER BY is_now DESC, segment_to DESC, component_kind))[1] AS component_kind,
        coalesce(sum(
            quantity * CASE
                WHEN component_kind IN ('fixed', 'vehicles')
                THEN CAST(split_part(share, '/', 1) AS numeric) / CAST(coalesce(nullif(split_part(share, '/', 2), ''), '1') AS numeric)
                ELSE 1
            END
        ) FILTER (WHERE is_now AND (kind IN ('advance', 'monthly') OR price IS NOT NULL)), 0) AS quantity,
        coalesce(sum(net) FILTER (WHERE is_now), 0.00)::numeric(16, 2) AS net,
        coalesce(sum(vat) FILTER (WHERE is_now), 0.00)::numeric(16, 2) AS vat,
        coalesce(sum(total) FILTER (WHERE is_now), 0.00)::numeric(16, 2) AS total,
        coalesce(sum(total) FILTER (WHERE NOT is_now), 0.00)::numeric(16, 2) AS before
    FROM lines
    GROUP BY tariff_code, component_no
) r
LEFT JOIN LATERAL (
    SELECT name FROM master.tariffs v WHERE v.tariff_code = r.tariff_code AND v.valid_from <= :last ORDER BY v.valid_from DESC LIMIT 1
) t ON true
ORDER BY r.tariff_code COLLATE "C", r.component_no = 0, r.component_no
