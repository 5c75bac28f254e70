-- grain: group of vehicle-days: bit d-1 stands for day d of the month
-- inputs: day_no of each row, and whether it is meant
-- rerun: replaces the macro
CREATE OR REPLACE MACRO days_as_bits(day_no, is_meant) AS
    coalesce(bit_or(1::UINTEGER << (day_no - 1)) FILTER (WHERE is_meant), 0)::UINTEGER
