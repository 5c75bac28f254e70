-- grain: erasure of a client's personal data
-- inputs: :client, :with_name, :erased (place -> rows), :by, :reason, :at; master.erasures
-- rerun: one row more for one erasure more
INSERT INTO master.erasures (client_code, erasure_no, with_name, erased, by_name, reason, at)
SELECT :client, coalesce(max(erasure_no), 0) + 1, :with_name, CAST(:erased AS jsonb), :by, :reason, CAST(:at AS timestamptz)
FROM master.erasures WHERE client_code = :client
