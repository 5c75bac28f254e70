-- grain: days of a month as bits (days_as_bits): the first day of each run of days
-- inputs: the bits
-- rerun: replaces the macro
CREATE OR REPLACE MACRO run_starts(bits) AS
    list_filter(range(1, 32), lambda d: (bits::UBIGINT >> (d - 1)) & 1 = 1 AND ((bits::UBIGINT << 1) >> (d - 1)) & 1 = 0)
