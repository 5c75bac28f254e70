-- grain: days of a month as bits (days_as_bits), and one of these days: whether a run of days begins with it
-- inputs: the bits; day of the month
-- rerun: replaces the macro
CREATE OR REPLACE MACRO begins_run(bits, day_no) AS (bits::UBIGINT & ~(bits::UBIGINT << 1)) >> (day_no - 1) & 1 = 1
