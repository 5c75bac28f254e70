-- grain: vehicle, active on at least one of two days, whose contract on the later day is not that of the earlier one
-- inputs: $before, $after: the files of the days; owned_before, owned_after (account_no, contract_index): owner sets of contracts whose
--   vehicles changed
-- rerun: reads only
SELECT a.vehicle_id, wb.contract_index AS from_index, wa.contract_index AS to_index
FROM read_parquet($after) a
JOIN owned_after wa ON wa.account_no = a.account_no
JOIN read_parquet($before) b ON b.vehicle_id = a.vehicle_id
JOIN owned_before wb ON wb.account_no = b.account_no
WHERE wa.contract_index <> wb.contract_index AND (a.billable_state = vehicle_state('active') OR b.billable_state = vehicle_state('active'))
ORDER BY a.vehicle_id
