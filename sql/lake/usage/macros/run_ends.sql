-- grain: days of a month as bits (days_as_bits): the last day of each run of days, in the order of run_starts
-- inputs: the bits
-- rerun: replaces the macro
CREATE OR REPLACE MACRO run_ends(bits) AS
    list_filter(range(1, 32), lambda d: (bits::UBIGINT >> (d - 1)) & 1 = 1 AND (bits::UBIGINT >> d) & 1 = 0)
