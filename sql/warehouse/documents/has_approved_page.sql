-- grain: one row when the page of an approval is kept
-- inputs: documents.approved_pages; :month, :purpose, :approval_no
-- rerun: reads only
SELECT true FROM documents.approved_pages WHERE month = :month AND purpose = :purpose AND approval_no = :approval_no
