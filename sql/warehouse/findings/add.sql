-- grain: one finding of one day
-- inputs: :kind, :subject, :seen_on, :platform, :contract_no, :vehicle_days, :parameters (JSON text)
-- rerun: the newest word of a day stays
INSERT INTO findings.occurrences (kind, subject, first_day, last_day, platform, contract_no, vehicle_days, parameters)
VALUES (:kind, :subject, :seen_on, :seen_on, :platform, :contract_no, :vehicle_days, CAST(:parameters AS jsonb))
ON CONFLICT (kind, subject, first_day) DO UPDATE
SET platform = excluded.platform, contract_no = excluded.contract_no, vehicle_days = excluded.vehicle_days,
    parameters = excluded.parameters, detail = NULL
