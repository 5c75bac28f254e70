-- Takes the holds back, and what was said with them.
DROP VIEW billing.run_words, billing.held;
DROP TABLE billing.holds;
