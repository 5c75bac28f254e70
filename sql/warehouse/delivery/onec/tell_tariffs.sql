-- grain: tariff that terms in the peer's books name and that has changed or was named anew, all of them when :is_full: a service for each
--   of its components, as its version of :today names it; where :tells_prices, the prices of each of its versions
-- inputs: master.history, master.contracts, master.terms, master.tariffs, master.components, master.tiers, delivery.onec_outbox,
--   billing.invoice_lines, temporary table onec_told; :peer, :organizations, :from_date, :today, :is_full, :since_no, :tells_prices
-- rerun: once per transaction
INSERT INTO onec_told (object_kind, object_key, digest)
WITH changed AS MATERIALIZED (
    SELECT coalesce(h.after, h.before) ->> 'tariff_code' AS tariff_code FROM master.history h
    WHERE NOT CAST(:is_full AS boolean) AND h.history_no > :since_no AND h.sheet IN ('tariffs', 'components', 'tiers', 'terms')
    UNION
    SELECT t.tariff_code FROM master.history h JOIN master.terms t ON t.contract_no = coalesce(h.after, h.before) ->> 'contract_no'
    WHERE NOT CAST(:is_full AS boolean) AND h.history_no > :since_no AND h.sheet = 'contracts'
    UNION
    SELECT t.tariff_code FROM master.terms t WHERE CAST(:is_full AS boolean)
),
known AS MATERIALIZED (
    SELECT DISTINCT o.object_kind, o.object_key, regexp_replace(o.object_key, '[:|][0-9-]+$', '') AS tariff_code
    FROM delivery.onec_outbox o
    WHERE o.peer = :peer AND o.object_kind IN ('service', 'prices') AND (CAST(:is_full AS boolean) OR EXISTS (SELECT FROM changed))
),
versions AS MATERIALIZED (
    SELECT t.*, lead(t.valid_from) OVER (PARTITION BY t.tariff_code ORDER BY t.valid_from) AS next_from
    FROM master.tariffs t
    WHERE t.tariff_code IN (
        SELECT e.tariff_code FROM master.terms e JOIN master.contracts c USING (contract_no)
        WHERE c.organization_code = ANY(CAST(:organizations AS text[])) AND coalesce(c.ends_on >= CAST(:from_date AS date), true)
          AND e.tariff_code IN (SELECT tariff_code FROM changed)
        UNION
        SELECT k.tariff_code FROM known k WHERE CAST(:is_full AS boolean) OR k.tariff_code IN (SELECT tariff_code FROM changed)
    )
),
parts AS MATERIALIZED (
    SELECT
        v.tariff_code, v.valid_from, v.name AS tariff_name, v.prices_include_vat, c.component_no, c.name, c.price,
        jsonb_build_array(c.kind, c.meter, c.scheme, c.price, c.package_size, r.tiers) AS pricing,
        coalesce(r.first_price, c.price) AS listed
    FROM versions v
    JOIN master.components c USING (tariff_code, valid_from)
    LEFT JOIN (
        SELECT
            tariff_code, valid_from, component_no, jsonb_agg(jsonb_build_array(up_to, price) ORDER BY up_to NULLS LAST) AS tiers,
            (array_agg(price ORDER BY up_to NULLS LAST))[1] AS first_price
        FROM master.tiers
        GROUP BY tariff_code, valid_from, component_no
    ) r USING (tariff_code, valid_from, component_no)
    WHERE coalesce(v.next_from > CAST(:from_date AS date), true)
),
told AS (
    SELECT DISTINCT ON (tariff_code, component_no)
        'service' AS object_kind, tariff_code || ':' || component_no AS object_key,
        md5(CAST(jsonb_build_array(tariff_name, name, pricing) AS text)) AS digest
    FROM parts
    ORDER BY
        tariff_code, component_no, valid_from <= CAST(:today AS date) DESC,
        CASE WHEN valid_from <= CAST(:today AS date) THEN valid_from END DESC, valid_from
),
priced AS (
    SELECT
        'prices' AS object_kind, tariff_code || '|' || valid_from AS object_key,
        md5(CAST(jsonb_build_array(tariff_name, prices_include_vat, jsonb_agg(jsonb_build_array(component_no, name, listed) ORDER BY component_no)) AS text))
            AS digest
    FROM parts
    WHERE CAST(:tells_prices AS boolean) AND listed = round(listed, 2)
    GROUP BY tariff_code, valid_from, tariff_name, prices_include_vat
)
SELECT object_kind, object_key, digest FROM told
UNION ALL
SELECT object_kind, object_key, digest FROM priced
UNION ALL
SELECT k.object_kind, k.object_key, ''
FROM known k
WHERE (CAST(:is_full AS boolean) OR k.tariff_code IN (SELECT tariff_code FROM changed))
  AND NOT EXISTS (SELECT FROM told t WHERE (t.object_kind, t.object_key) = (k.object_kind, k.object_key))
  AND NOT EXISTS (SELECT FROM priced p WHERE (p.object_kind, p.object_key) = (k.object_kind, k.object_key))
  AND CASE k.object_kind
      WHEN 'prices' THEN CAST(:tells_prices AS boolean)
      ELSE NOT EXISTS (SELECT FROM billing.invoice_lines l WHERE l.tariff_code || ':' || l.component_no = k.object_key)
      END
