-- grain: organization × year
-- inputs: temporary table numbered
-- rerun: in the issuing transaction only
INSERT INTO billing.numbers (organization_code, year, last_no)
SELECT organization_code, year, max(sequence_no) FROM numbered GROUP BY organization_code, year
ON CONFLICT (organization_code, year) DO UPDATE SET last_no = excluded.last_no
