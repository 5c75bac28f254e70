-- grain: the last question that a task of a run of the orchestrator has asked, with its answer (NULL: none yet); none when it never asked
-- inputs: billing.questions, billing.answers; :dag_id, :run_id, :task_id
-- rerun: reads only
SELECT q.month, q.purpose, q.digest, a.option, a.by_name, a.answered_at, a.fields, coalesce(a.mistakes, '{}') AS mistakes
FROM billing.questions q
LEFT JOIN billing.answers a USING (dag_id, run_id, task_id, question_no)
WHERE dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id
ORDER BY question_no DESC
LIMIT 1
