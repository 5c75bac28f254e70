-- grain: document of money, counterparty or contract that was read
-- inputs: :peer, :entity, :references, :versions, :dates, :gone (whether the base has it no longer)
-- rerun: the same rows
INSERT INTO delivery.onec_read (peer, reference, entity, data_version, dated, is_gone)
SELECT CAST(:peer AS text), r.reference, CAST(:entity AS text), r.data_version, r.dated, r.is_gone
FROM unnest(CAST(:references AS uuid[]), CAST(:versions AS text[]), CAST(:dates AS timestamp[]), CAST(:gone AS boolean[]))
    r (reference, data_version, dated, is_gone)
ON CONFLICT (peer, reference) DO UPDATE
SET entity = excluded.entity, data_version = excluded.data_version, dated = excluded.dated, is_gone = excluded.is_gone
