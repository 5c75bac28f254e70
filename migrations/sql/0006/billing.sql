-- grain: time that a task of the orchestrator began to wait for a person's word on a run; append-only
CREATE TABLE billing.questions (
    dag_id text NOT NULL,
    run_id text NOT NULL,
    task_id text NOT NULL,
    question_no integer NOT NULL,            -- counts how often the task has asked; the last question counts
    attempt text NOT NULL,                   -- Airflow's id of the attempt that waits
    month date NOT NULL,
    purpose text NOT NULL,
    digest text NOT NULL,                    -- of exactly the run that was shown
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (dag_id, run_id, task_id, question_no)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.questions
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON billing.questions TO fleetbill_app;

-- grain: question that a person has answered, as the orchestrator recorded the answer; append-only
CREATE TABLE billing.answers (
    dag_id text NOT NULL,
    run_id text NOT NULL,
    task_id text NOT NULL,
    question_no integer NOT NULL,
    option text NOT NULL,
    by_id text NOT NULL,
    by_name text NOT NULL,
    answered_at timestamptz NOT NULL,
    fields jsonb NOT NULL,                   -- what the person wrote: date of the invoices, contracts held back, note
    PRIMARY KEY (dag_id, run_id, task_id, question_no),
    FOREIGN KEY (dag_id, run_id, task_id, question_no) REFERENCES billing.questions
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.answers
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON billing.answers TO fleetbill_app;
