-- grain: one value: the clients whose rows this transaction may see from now on
-- inputs: :clients
-- rerun: the same; forgotten with the transaction
SELECT set_config('fleetbill.clients', CAST(CAST(:clients AS text[]) AS text), true)
