-- grain: one row: whether this message has told before of one of these documents
-- inputs: receivables.onec_documents; :peer, :message_no, :references
-- rerun: in the transaction that takes the message
SELECT EXISTS (
    SELECT FROM receivables.onec_documents
    WHERE peer = :peer AND reference = ANY(CAST(:references AS uuid[])) AND message_no = :message_no
)
