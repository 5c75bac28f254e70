-- grain: one failed expectation at one row of a snapshot
-- inputs: :digest, :failure_no, :severity, :expectation, :column_name, :row_key, :value, :detail, :note, :cannot_be_accepted
-- rerun: written once, with the snapshot
INSERT INTO evidence.failures
    (digest, failure_no, severity, expectation, column_name, row_key, value, detail, note, cannot_be_accepted)
VALUES
    (:digest, :failure_no, :severity, :expectation, :column_name, :row_key, :value, :detail, :note, :cannot_be_accepted)
