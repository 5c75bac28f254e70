"""Tasks that several DAGs have: the papers of what was issued, the message for 1C, and the bank's statements."""

from airflow.sdk import TriggerRule, task

from orchestration.approval import APPROVE, answer, final, place


def documents_task(purpose, *, unattended=False):
    """The task that prints what was issued; ``unattended``: the DAG may have issued without asking anybody."""

    @task(task_id="documents", trigger_rule=TriggerRule.NONE_FAILED if unattended else TriggerRule.ALL_SUCCESS)
    def write(partition_key=None, ti=None):
        """PDF of every issued invoice of the month that has none yet."""
        from pipelines import settings
        from pipelines.billing.model import Purpose
        from pipelines.documents.publish import publish
        from pipelines.period import Month
        from pipelines.runs.questions import require_issued, was_asked

        configured, month = settings.load(), Month.parse(partition_key)
        last = "second_approval" if was_asked(configured, place(ti, "second_approval")) else "approval"
        with final():
            if not unattended or was_asked(configured, place(ti, last)):
                answer(configured, ti, last, APPROVE)
                require_issued(configured, month, Purpose(purpose), place(ti, last))
        return publish(configured, month)

    return write()


def onec_task():
    """The task that sends what was issued to 1C."""

    @task(task_id="onec")
    def send_message():
        """The message for 1C with everything that it has not acknowledged."""
        from pipelines import clock, settings
        from pipelines.delivery.onec.sending import send

        message = send(settings.load(), clock.now())
        return str(message.path) if message else None

    return send_message()


def payments_task():
    """The task that reads the statements which lie in the bank's folder."""

    @task(task_id="payments")
    def read_statements():
        """Every statement in the folder; one that cannot be read is told, and holds up no other."""
        from orchestration.alerts import alert
        from pipelines import clock, settings
        from pipelines.receivables.inbox import import_inbox

        read = import_inbox(settings.load(), clock.now())
        for refused in read.failed:
            alert(f"bank statement {refused.name} was not read", refused.reason)
        return list(map(str, read.lines))

    return read_statements()


def workbooks_task():
    """The task that writes anew the finance workbooks which lack payments."""

    @task(task_id="workbooks", trigger_rule=TriggerRule.ALL_DONE)
    def renew(params=None):
        """Workbooks of the months that payments have come for; debts as of the run's date, else of today."""
        from datetime import date

        from pipelines import clock, settings
        from pipelines.documents.report import renew_reports

        day = (params or {}).get("date")
        return list(map(str, renew_reports(settings.load(), clock.now(), date.fromisoformat(day) if day else None)))

    return renew()


def tell_refused_platforms(done):
    """An alert for every platform that could not be written."""
    from orchestration.alerts import alert

    for platform, why in sorted(done.refused.items()):
        alert(f"platform {platform} was not written", why)
