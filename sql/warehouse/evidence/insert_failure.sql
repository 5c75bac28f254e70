-- grain: one failed expectation at one row of a snapshot, as one judgement found it
-- inputs: :digest, :judgement_no, :failure_no, :severity, :expectation, :column_name, :row_key, :value, :detail, :note,
--   :cannot_be_accepted, :is_comparison
-- rerun: written once, with the judgement
INSERT INTO evidence.failures (
    digest, judgement_no, failure_no, severity, expectation, column_name, row_key, value, detail, note, cannot_be_accepted, is_comparison
)
VALUES (
    :digest, :judgement_no, :failure_no, :severity, :expectation, :column_name, :row_key, :value, :detail, :note, :cannot_be_accepted,
    :is_comparison
)
