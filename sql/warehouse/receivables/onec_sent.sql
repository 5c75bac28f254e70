-- grain: base × version of an object of ours: the first and last message that carried it, and when the base said that it has it
-- inputs: delivery.onec_outbox, delivery.onec_peers, delivery.onec_messages; :kind, :key (of the outbox)
-- rerun: reads only; what is not confirmed goes again with every message, and moments before messages were kept are those of queueing;
--   a base over HTTP acknowledges in the turn itself, which carries no number of theirs
SELECT
    o.peer, 'out' AS direction, o.message_no, last.message_no AS again_in, coalesce(m.at, o.queued_at) AS at,
    'version ' || o.version AS what,
    CASE
        WHEN o.refusal IS NOT NULL THEN 'left out: ' || o.refusal
        WHEN o.message_no IS NULL THEN 'waits'
        WHEN o.message_no <= p.confirmed_no THEN 'acknowledged'
        ELSE 'not acknowledged'
    END AS state,
    CASE WHEN o.message_no <= p.confirmed_no THEN a.at END AS acknowledged_at
FROM delivery.onec_outbox o
LEFT JOIN delivery.onec_peers p USING (peer)
LEFT JOIN delivery.onec_messages m ON (m.peer, m.direction, m.message_no) = (o.peer, 'out', o.message_no)
LEFT JOIN LATERAL (
    SELECT coalesce(min(i.at), CASE WHEN m.other_no IS NULL THEN m.at END) AS at FROM delivery.onec_messages i
    WHERE i.peer = o.peer AND i.direction = 'in' AND i.other_no >= o.message_no AND i.at >= m.at
) a ON true
LEFT JOIN LATERAL (
    SELECT max(g.message_no) AS message_no FROM delivery.onec_messages g
    WHERE g.peer = o.peer AND g.direction = 'out' AND g.message_no > o.message_no AND g.at <= coalesce(a.at, 'infinity')
) last ON true
WHERE (o.object_kind, o.object_key) = (:kind, :key)
ORDER BY o.peer, o.version
