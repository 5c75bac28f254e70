"""What follows the issue of invoices in every DAG that issues them: their papers, and the message for 1C."""

from airflow.sdk import TriggerRule, task


def documents(trigger_rule=TriggerRule.ALL_SUCCESS):
    """The task that prints what was issued."""

    @task(task_id="documents", trigger_rule=trigger_rule)
    def write(partition_key=None):
        """PDF of every issued invoice of the month that has none yet."""
        from pipelines import settings
        from pipelines.documents.publish import publish
        from pipelines.period import Month

        return publish(settings.load(), Month.parse(partition_key))

    return write()


def onec():
    """The task that sends what was issued to 1C."""

    @task(task_id="onec")
    def send_message():
        """The message for 1C with everything that it has not acknowledged."""
        from pipelines import clock, settings
        from pipelines.delivery.onec.sending import send

        message = send(settings.load(), clock.now())
        return str(message.path) if message else None

    return send_message()
