-- grain: contract × missing thing
-- inputs: standard input (CSV)
-- rerun: only after forget_gaps
COPY usage.gaps (month, contract_no, platform, business_date, missing) FROM STDIN (FORMAT csv)
