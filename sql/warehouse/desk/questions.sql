-- grain: the last question of a task among those named, with its answer (NULL: none is recorded yet) and what was wrong with the one before
-- inputs: billing.questions, billing.answers; :dag_ids, :run_ids, :task_ids (arrays, a place each)
-- rerun: reads only
SELECT DISTINCT ON (q.dag_id, q.run_id, q.task_id)
    q.dag_id, q.run_id, q.task_id, q.attempt, q.month, q.purpose, q.digest, q.asked_at, a.option, a.by_name, a.answered_at,
    coalesce(b.mistakes, '{}') AS mistakes_before, b.by_name AS mistaken_by
FROM billing.questions q
LEFT JOIN billing.answers a USING (dag_id, run_id, task_id, question_no)
LEFT JOIN billing.answers b
    ON (b.dag_id, b.run_id, b.task_id, b.question_no) = (q.dag_id, q.run_id, q.task_id, q.question_no - 1)
WHERE (q.dag_id, q.run_id, q.task_id) IN (
    SELECT * FROM unnest(CAST(:dag_ids AS text[]), CAST(:run_ids AS text[]), CAST(:task_ids AS text[]))
)
ORDER BY q.dag_id, q.run_id, q.task_id, q.question_no DESC
