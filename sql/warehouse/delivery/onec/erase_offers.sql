-- grain: open offer of a value that was erased, refused by whoever had it erased
-- inputs: delivery.onec_offers; :client, :by, :reason, :at
-- rerun: there is no open one any more
INSERT INTO delivery.onec_offer_words (told_no, is_taken, by_name, reason, at)
SELECT offer_no, false, :by, :reason, CAST(:at AS timestamptz)
FROM delivery.onec_offers WHERE sheet = 'clients' AND code = :client AND value = 'erased'
