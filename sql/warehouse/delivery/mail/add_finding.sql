-- grain: something about mail that somebody must look at
-- inputs: :kind, :subject, :seen_on, :contract_no, :detail
-- rerun: the newest word of a day stays
INSERT INTO findings.occurrences (kind, subject, seen_on, contract_no, detail)
VALUES (:kind, :subject, :seen_on, :contract_no, :detail)
ON CONFLICT (kind, subject, seen_on) DO UPDATE SET contract_no = excluded.contract_no, detail = excluded.detail
