-- grain: one row of documents.approved_pages
-- inputs: :month, :purpose, :approval_no, :subject, :facts
-- rerun: the page that is there stays
INSERT INTO documents.approved_pages (month, purpose, approval_no, subject, facts)
VALUES (:month, :purpose, :approval_no, :subject, :facts)
ON CONFLICT DO NOTHING
