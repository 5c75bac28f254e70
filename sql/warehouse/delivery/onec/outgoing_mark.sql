-- grain: one row: a text that changes whenever 1C may be owed another message: master data, invoices, words of people
-- inputs: master.history, billing.numbers, delivery.onec_peers, delivery.onec_replays
-- rerun: reads only; by keys alone, for it is asked every few seconds
SELECT concat_ws(
    '/',
    (SELECT max(history_no) FROM master.history),
    (SELECT sum(last_no) FROM billing.numbers),
    (SELECT sum(owed_no) FROM delivery.onec_peers WHERE owed_no > acknowledged_no),
    (SELECT count(*) FROM delivery.onec_replays)
)
