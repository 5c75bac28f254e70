-- grain: kind × subject × run of days; the rows come as CSV
-- inputs: standard input
-- rerun: only after forget
COPY findings.occurrences (kind, subject, first_day, last_day, platform, contract_no, vehicle_days, parameters) FROM STDIN (FORMAT csv)
