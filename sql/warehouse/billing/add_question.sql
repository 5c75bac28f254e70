-- grain: one row: a task of the orchestrator asks a person about the run of a digest
-- inputs: billing.questions; :dag_id, :run_id, :task_id, :attempt, :month, :purpose, :digest, :asked_at
-- rerun: a further question; the last one of a task counts
INSERT INTO billing.questions (dag_id, run_id, task_id, question_no, attempt, month, purpose, digest, asked_at)
SELECT :dag_id, :run_id, :task_id, coalesce(max(question_no), 0) + 1, :attempt, :month, :purpose, :digest, :asked_at
FROM billing.questions
WHERE dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id
