-- grain: month × purpose, with the last word of a person on exactly this digest, and all who approved it
-- inputs: billing.runs, billing.run_words; :month, :purpose
-- rerun: reads only
SELECT r.digest, r.watched_on, r.only_contract, r.nothing, r.drafted_at, w.approval_no, w.decision, w.by_name, w.approved_by
FROM billing.runs r
JOIN billing.run_words w USING (month, purpose)
WHERE r.month = :month AND r.purpose = :purpose
