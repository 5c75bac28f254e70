-- grain: month × purpose: the run is done
-- inputs: :month, :purpose
-- rerun: in the issuing transaction only
DELETE FROM billing.runs WHERE month = :month AND purpose = :purpose
