-- grain: the last question of a task, if this attempt has asked it: its answer
-- inputs: billing.questions; :dag_id, :run_id, :task_id, :attempt, :option, :by_id, :by_name, :answered_at, :fields, :mistakes
-- rerun: the first answer stays
INSERT INTO billing.answers (dag_id, run_id, task_id, question_no, option, by_id, by_name, answered_at, fields, mistakes)
SELECT
    q.dag_id, q.run_id, q.task_id, q.question_no, :option, :by_id, :by_name, :answered_at, CAST(:fields AS jsonb), CAST(:mistakes AS text[])
FROM (
    SELECT * FROM billing.questions
    WHERE dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id
    ORDER BY question_no DESC LIMIT 1
) q
WHERE q.attempt = :attempt
ON CONFLICT (dag_id, run_id, task_id, question_no) DO NOTHING
