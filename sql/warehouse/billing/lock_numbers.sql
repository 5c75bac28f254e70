-- grain: organization × year; held until the issuing transaction ends, so numbers have no gap and no double
-- inputs: billing.numbers
-- rerun: the same
LOCK TABLE billing.numbers IN SHARE ROW EXCLUSIVE MODE
