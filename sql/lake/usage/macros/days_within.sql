-- grain: days of a month as bits (days_as_bits): how many of them lie in a run of days
-- inputs: the bits; the run's first and last day of the month
-- rerun: replaces the macro
CREATE OR REPLACE MACRO days_within(bits, first_day_no, last_day_no) AS
    bit_count((bits::UBIGINT >> (first_day_no - 1)) & ((1::UBIGINT << (last_day_no - first_day_no + 1)) - 1))::INTEGER
