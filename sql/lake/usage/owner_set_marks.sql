-- grain: owner set of one platform-day, with a mark of the vehicles that it lists
-- inputs: $path: its file
-- rerun: reads only; equal vehicles give equal marks in any order (each is listed once)
SELECT account_no, bit_xor(hash(vehicle_id)) AS mark FROM read_parquet($path) GROUP BY account_no
