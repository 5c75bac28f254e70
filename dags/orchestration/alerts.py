"""Whom a DAG tells when something needs a person: by Airflow's SMTP notifier where mail is configured, in the task's log always."""

import logging

from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import BaseNotifier, Connection
from airflow.sdk.exceptions import AirflowNotFoundException

SMTP = "smtp_default"

_AGAIN = (
    "повторов больше не будет. По строке ошибки найти причину (docs/operations.md), устранить её и нажать Clear у задачи: сделанное не "
    "повторится. Что ещё стоит, показывает fleetbill health"
)

log = logging.getLogger("fleetbill.alerts")


def alert(subject: str, text: str, *, deed: str) -> None:
    """One alert: what happened, why, and ``deed``, what its reader does now (docs/operations.md has all of them).

    Mail needs both the Airflow connection `smtp_default` and FLEETBILL_ALERTS_TO; a failing mail is not hidden.
    """
    from html import escape

    from pipelines import settings

    text = f"{text}\nчто делать: {deed}"
    log.warning("%s: %s", subject, text)
    recipients = [address.strip() for address in settings.load().alerts_to.split(",") if address.strip()]
    if recipients and _has_smtp():
        mail = SmtpNotifier(to=recipients, subject=f"fleetbill: {subject}", html_content=f"<pre>{escape(text)}</pre>", smtp_conn_id=SMTP)
        mail.notify({})


def _has_smtp() -> bool:
    try:
        Connection.get(SMTP)
    except AirflowNotFoundException:
        return False
    return True


class Failed(BaseNotifier):
    """Tells that a task has failed after its last retry: which one, of what day or month, why, and where its log is."""

    def notify(self, context) -> None:
        """Called by Airflow with the context of the failed task."""
        task = context["ti"]
        key = context.get("partition_key") or (context["dag_run"].partition_key if context.get("dag_run") else None)
        what = f"{task.dag_id}.{task.task_id}" + (f" за {key}" if key else "")
        alert(f"ошибка: {what}", f"{context.get('exception') or 'причина не указана'}\nжурнал: {task.log_url}", deed=_AGAIN)


class Waiting(BaseNotifier):
    """Tells that a person's answer is waited for."""

    def notify(self, context) -> None:
        """Called by the question when it begins to wait."""
        task = context["ti"]
        alert(
            f"{task.dag_id} ждёт решения",
            f"{task.task.subject}\nRequired Actions: {task.log_url}",
            deed="открыть вопрос, прочитать черновик и ответить",
        )
