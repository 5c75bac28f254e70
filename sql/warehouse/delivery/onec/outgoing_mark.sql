-- grain: one row: a text that changes whenever 1C may be owed another message: master data, invoices, closed months, words of people, and
--   payments and access where a base takes their statuses
-- inputs: master.history, billing.numbers, billing.closed, delivery.onec_peers, delivery.onec_replays,
--   receivables.allocations, access.outcomes
-- rerun: reads only; by keys alone, for it is asked every second
WITH taken AS MATERIALIZED (
    SELECT DISTINCT unnest(receives) AS object_type FROM delivery.onec_peers
)
SELECT concat_ws(
    '/',
    (SELECT max(history_no) FROM master.history),
    (SELECT sum(last_no) FROM billing.numbers),
    (SELECT max(closed_at) FROM billing.closed),
    (SELECT sum(owed_no) FROM delivery.onec_peers WHERE owed_no > acknowledged_no),
    (SELECT count(*) FROM delivery.onec_replays),
    CASE WHEN EXISTS (SELECT FROM taken WHERE object_type = 'Справочник.СостояниеОплатыЗаказа')
        THEN (SELECT max(at) FROM receivables.allocations) END,
    CASE WHEN EXISTS (SELECT FROM taken WHERE object_type = 'Справочник.ДополнительныеРеквизиты')
        THEN (SELECT max(at) FROM access.outcomes) END
)
