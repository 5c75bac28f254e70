-- grain: version of an object that a message of ours after :confirmed_no carried
-- inputs: :peer, :confirmed_no
-- rerun: the same rows; they are carried by the next message as if for the first time
UPDATE delivery.onec_outbox SET message_no = NULL WHERE peer = :peer AND message_no > :confirmed_no
