-- Takes the holds back, and what was said with them.
DROP VIEW billing.run_words, billing.held;
DROP TABLE billing.holds;
DROP TRIGGER counted_up ON billing.numbers;
DROP FUNCTION billing.refuse_other_number();
