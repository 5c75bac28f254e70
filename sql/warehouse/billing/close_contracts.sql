-- grain: contract × month: billed, or rated to nothing
-- inputs: temporary table numbered, billing.drafts, billing.runs; :month, :purpose, :at
-- rerun: in the issuing transaction only
INSERT INTO billing.closed (contract_no, month, closed_at)
SELECT d.contract_no, CAST(:month AS date), CAST(:at AS timestamptz) FROM billing.drafts d JOIN numbered USING (invoice_id) WHERE :purpose = 'close'
UNION
SELECT unnest(r.nothing), :month, :at FROM billing.runs r WHERE r.month = :month AND r.purpose = :purpose
ON CONFLICT DO NOTHING
