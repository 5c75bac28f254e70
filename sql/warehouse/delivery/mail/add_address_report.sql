-- grain: finding about an address and day, one report more
-- inputs: :subject, :seen_on, :detail (names the report); findings.occurrences
-- rerun: only for a report that address_report.sql does not find; several of one day stand beside each other, in 2,000 characters
INSERT INTO findings.occurrences (kind, subject, seen_on, detail)
VALUES ('bounced_address', :subject, :seen_on, :detail)
ON CONFLICT (kind, subject, seen_on) DO UPDATE SET detail = left(excluded.detail || '; ' || occurrences.detail, 2000)
