-- grain: days of a month as bits (days_as_bits), and the first day of a run of them: the last day of that run
-- inputs: the bits; day of the month
-- rerun: replaces the macro; counts the days below the lowest one that is missing from the first on
CREATE OR REPLACE MACRO run_end(bits, first_no) AS
    (first_no - 1 + bit_count((~(bits::UBIGINT >> (first_no - 1)) & ((bits::UBIGINT >> (first_no - 1)) + 1)) - 1))::INTEGER
