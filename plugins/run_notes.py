"""Airflow's note of a run says what the run came to: the line that a task of it has told (`orchestration.notes`).

Tasks may not write to Airflow's own database; a listener in the scheduler may, in the transaction that ends the run. Every
process of Airflow reads this file, so what only the scheduler needs is imported when it is needed.
"""

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

NOTE = "note"
LONGEST = 1000
"""As many characters as Airflow keeps of a note."""


class NoteTaker:
    """Told by Airflow when a run ends."""

    @hookimpl
    def on_dag_run_success(self, dag_run, msg):
        """A run has ended well: its note is what its tasks told last."""
        _note(dag_run, _told(dag_run))

    @hookimpl
    def on_dag_run_failed(self, dag_run, msg):
        """A run has failed: its note names the tasks that failed, and what was told before."""
        from sqlalchemy.orm import object_session

        before = _told(dag_run)
        failed = dag_run.get_task_instances(state=["failed"], session=object_session(dag_run))
        names = ", ".join(sorted({ti.task_id for ti in failed}))
        _note(dag_run, f"Не завершено, ошибка: {names or 'запуск'}" + (f". До этого: {before}" if before else ""))


def _told(dag_run):
    from airflow.models.xcom import XComModel
    from sqlalchemy import select
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is None:
        return None
    of_run = (XComModel.dag_id == dag_run.dag_id, XComModel.run_id == dag_run.run_id, XComModel.key == NOTE)
    stored = session.scalars(select(XComModel).where(*of_run).order_by(XComModel.timestamp.desc()).limit(1)).first()
    return XComModel.deserialize_value(stored) if stored else None


def _note(dag_run, words):
    """Write the note, unless a person has written one."""
    by_a_person = dag_run.dag_run_note is not None and dag_run.dag_run_note.user_id is not None
    if words and not by_a_person:
        dag_run.note = str(words)[:LONGEST]


class RunNotes(AirflowPlugin):
    """What Airflow finds in its folder of plugins."""

    name = "fleetbill_run_notes"
    listeners = [NoteTaker()]  # noqa: RUF012 - Airflow's own form
