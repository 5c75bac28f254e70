-- grain: a person's word that everything from one of our messages on goes to the peer again
-- inputs: delivery.onec_replays; :peer, :from_no, :confirmed_before, :by_name, :reason, :at
-- rerun: a further row
INSERT INTO delivery.onec_replays (peer, replay_no, from_no, confirmed_before, by_name, reason, at)
SELECT
    CAST(:peer AS text), 1 + coalesce((SELECT max(replay_no) FROM delivery.onec_replays WHERE peer = :peer), 0), :from_no,
    :confirmed_before, :by_name, :reason, :at
