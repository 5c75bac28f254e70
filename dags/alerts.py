"""Whom a DAG tells when something needs a person: a line in FLEETBILL_HOME/alerts.log always, mail where SMTP is configured."""

from airflow.sdk import BaseNotifier, Connection
from airflow.sdk.exceptions import AirflowNotFoundException

SMTP = "smtp_default"


def tell(subject: str, text: str) -> None:
    """One alert. Mail needs both the Airflow connection `smtp_default` and FLEETBILL_ALERTS_TO; a failing mail is not hidden."""
    from pipelines import settings as configuration
    from pipelines.clock import now

    settings = configuration.load()
    line = " ".join(f"{subject}: {text}".split())
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "alerts.log").open("a", encoding="utf-8") as log:
        log.write(f"{now().isoformat(timespec='seconds')} {line}\n")
    print(f"alert: {line}")  # noqa: T201 - this is the task's own log
    recipients = [address.strip() for address in settings.alerts_to.split(",") if address.strip()]
    if recipients and _has_smtp():
        from html import escape

        from airflow.providers.smtp.hooks.smtp import SmtpHook

        with SmtpHook(smtp_conn_id=SMTP) as mail:
            mail.send_email_smtp(to=recipients, subject=f"fleetbill: {subject}", html_content=f"<pre>{escape(text)}</pre>")


def _has_smtp() -> bool:
    try:
        Connection.get(SMTP)
    except AirflowNotFoundException:
        return False
    return True


class Alert(BaseNotifier):
    """Tells that a task has failed after its last retry: which one, of what day or month, why, and where its log is."""

    def notify(self, context) -> None:
        """Called by Airflow with the context of the failed task."""
        task = context["ti"]
        key = context.get("partition_key") or (context["dag_run"].partition_key if context.get("dag_run") else None)
        what = f"{task.dag_id}.{task.task_id}" + (f" of {key}" if key else "")
        tell(f"{what} failed", f"{context.get('exception') or 'no reason given'}\nlog: {task.log_url}")


class Asked(BaseNotifier):
    """Tells that a person's answer is waited for."""

    def notify(self, context) -> None:
        """Called by the approval when it begins to wait."""
        task = context["ti"]
        tell(f"{task.dag_id} waits for an answer", f"{task.task.subject}\nRequired Actions: {task.log_url}")
