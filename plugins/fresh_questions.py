"""A question that is put again shows its page anew: Airflow keeps the page of a task as it was first shown, also for later tries.

When a try of a task is over, Airflow copies its question into the history and leaves the question itself with the task; the next try
may then only clear its answer, and a person would answer a page that is out of date. So the question goes where its try goes.
"""

from airflow.plugins_manager import AirflowPlugin


def keep_in_history_alone(_mapper, connection, past):
    """The question of a try that has gone to the history no longer waits with the task (called by SQLAlchemy)."""
    from airflow.models.hitl import HITLDetail
    from sqlalchemy import delete

    connection.execute(delete(HITLDetail.__table__).where(HITLDetail.__table__.c.ti_id == past.ti_history_id))


class FreshQuestions(AirflowPlugin):
    """What Airflow finds in its folder of plugins."""

    name = "fleetbill_fresh_questions"

    @classmethod
    def on_load(cls, *_, **__):
        """Called by every process of Airflow that loads plugins; tasks have no database and no such table."""
        from airflow.models.hitl_history import HITLDetailHistory
        from sqlalchemy import event

        if not event.contains(HITLDetailHistory, "after_insert", keep_in_history_alone):
            event.listen(HITLDetailHistory, "after_insert", keep_in_history_alone)
