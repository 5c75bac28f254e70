-- grain: kind × subject × day on which it was seen
-- inputs: standard input (CSV)
-- rerun: only after forget
COPY findings.occurrences (kind, subject, seen_on, contract_no, detail) FROM STDIN (FORMAT csv)
