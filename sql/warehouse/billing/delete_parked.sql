-- grain: month × purpose × contract
-- inputs: :month, :purpose; the run that replaces them writes its own
-- rerun: the same
DELETE FROM billing.parked WHERE month = :month AND purpose = :purpose
