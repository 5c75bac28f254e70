-- Takes back what 1C told of payments; refused where it has told anything: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM receivables.onec_documents) OR EXISTS (SELECT FROM receivables.doubtful_pairs)
        OR EXISTS (SELECT FROM delivery.onec_replays) THEN
        RAISE EXCEPTION 'receivables.onec_documents is not empty: what 1C told is not dropped';
    END IF;
END
$$;
DROP VIEW receivables.onec_documents_now;
DROP TABLE receivables.pair_words, receivables.doubtful_pairs, receivables.same_payments, receivables.onec_documents;
DROP TABLE delivery.onec_replays;
ALTER TABLE delivery.onec_peers DROP COLUMN received_created;
