-- grain: one row: this transaction erases what reaches people, and changes nothing else of rows that never change
-- inputs: none
-- rerun: the same again; it ends with the transaction
SELECT set_config('fleetbill.erases', 'yes', true)
