DROP TRIGGER told_by_an_event ON evidence.snapshots;
DROP TRIGGER only_its_state ON evidence.snapshots;
DROP TRIGGER never_deleted ON evidence.snapshots;
DROP TRIGGER never_changed ON evidence.failures;
DROP FUNCTION evidence.refuse_untold_state();
DROP FUNCTION evidence.refuse_other_change();
DROP VIEW evidence.current_failures;
DELETE FROM evidence.failures AS failure
WHERE failure.judgement_no < (SELECT max(judgement_no) FROM evidence.judgements AS judgement WHERE judgement.digest = failure.digest);
ALTER TABLE evidence.failures DROP COLUMN judgement_no, DROP COLUMN is_comparison, ADD PRIMARY KEY (digest, failure_no);
DROP TABLE evidence.judgements, evidence.files_read;
