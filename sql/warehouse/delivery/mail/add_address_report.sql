-- grain: finding about an address and day, one report more
-- inputs: :subject, :seen_on, :detail (names the report); findings.occurrences
-- rerun: only for a report that address_report.sql does not find; several of one day stand beside each other, in 2,000 characters
INSERT INTO findings.occurrences (kind, subject, first_day, last_day, parameters)
VALUES ('bounced_address', :subject, :seen_on, :seen_on, jsonb_build_object('text', CAST(:detail AS text)))
ON CONFLICT (kind, subject, first_day) DO UPDATE
SET detail = NULL, parameters = jsonb_build_object(
    'text', left((excluded.parameters->>'text') || '; ' || coalesce(occurrences.detail, occurrences.parameters->>'text'), 2000)
)
