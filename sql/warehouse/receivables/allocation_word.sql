-- grain: the word on what a payment pays that holds; none: the rules decide
-- inputs: receivables.allocation_words_now; :payment_id
-- rerun: reads only
SELECT pays, by_name, reason, at FROM receivables.allocation_words_now WHERE payment_id = :payment_id
