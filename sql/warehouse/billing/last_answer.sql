-- grain: the last answer to a task of a run of the orchestrator, none before the first one: who gave it, and what is wrong with it
-- inputs: billing.answers; :dag_id, :run_id, :task_id
-- rerun: reads only
SELECT by_name, answered_at, fields, mistakes
FROM billing.answers
WHERE dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id
ORDER BY question_no DESC
LIMIT 1
