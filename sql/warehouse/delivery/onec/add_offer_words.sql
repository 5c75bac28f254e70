-- grain: offer × a person's word on it
-- inputs: :offer_nos, :is_taken, :by_name, :reason, :at
-- rerun: refused: an offer has one word
INSERT INTO delivery.onec_offer_words (told_no, is_taken, by_name, reason, at)
SELECT offer_no, :is_taken, :by_name, :reason, :at FROM unnest(CAST(:offer_nos AS bigint[])) offer_no
