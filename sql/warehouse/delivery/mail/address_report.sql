-- grain: finding about an address that already tells of a report, at most one
-- inputs: findings.occurrences; :subject, :report (Message-ID of the report, or its digest)
-- rerun: reads only
SELECT first_day FROM findings.occurrences
WHERE kind = 'bounced_address' AND subject = :subject AND strpos(coalesce(detail, parameters->>'text'), :report) > 0
LIMIT 1
