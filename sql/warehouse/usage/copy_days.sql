-- grain: contract × day; the rows come as CSV in byte order of contract
-- inputs: standard input
-- rerun: only after forget_days
COPY usage.contract_days (contract_no, business_date, fleet_size, online_minutes, meters) FROM STDIN (FORMAT csv)
