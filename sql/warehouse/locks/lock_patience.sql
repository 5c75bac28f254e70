-- grain: one transaction: how long it waits for a lock
-- inputs: :patience
-- rerun: sets the same again
SELECT set_config('lock_timeout', :patience, true)
