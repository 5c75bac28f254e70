"""Tasks that several DAGs have: the papers of what was issued, the message for 1C, and the bank's statements."""

from airflow.sdk import TriggerRule

from orchestration.approval import APPROVE, answer, place
from orchestration.keys import month_of
from orchestration.steps import step


def documents_task(purpose, *, unattended=False):
    """The task that prints what was issued; ``unattended``: the DAG may have issued without asking anybody."""

    @step(
        "Документы",
        "Печатает PDF всего выставленного за месяц, чего ещё нет.",
        task_id="documents",
        trigger_rule=TriggerRule.NONE_FAILED if unattended else TriggerRule.ALL_SUCCESS,
    )
    def write(partition_key=None, ti=None):
        """PDF of every issued invoice of the month that has none yet."""
        from pipelines import settings
        from pipelines.billing.model import Purpose
        from pipelines.documents.publish import publish
        from pipelines.runs.questions import require_issued, was_asked

        configured, month = settings.load(), month_of(partition_key)
        last = "second_approval" if was_asked(configured, place(ti, "second_approval")) else "approval"
        if not unattended or was_asked(configured, place(ti, last)):
            answer(configured, ti, last, APPROVE)
            require_issued(configured, month, Purpose(purpose), place(ti, last))
        return publish(configured, month)

    return write()


def onec_task():
    """The task that sends what was issued to 1C."""

    @step("Сообщение для 1С", "Пишет сообщение со всем, что 1С не подтвердила.", task_id="onec")
    def send_message():
        """The message for 1C with everything that it has not acknowledged."""
        from pipelines import clock, settings
        from pipelines.delivery.onec.sending import send

        message = send(settings.load(), clock.now())
        return str(message.path) if message else None

    return send_message()


def payments_task():
    """The task that reads the statements which lie in the bank's folder."""

    @step("Прочитать выписки", "Читает выписки из папки банка; та, которую прочитать нельзя, не держит других.", task_id="payments")
    def read_statements():
        """Every statement in the folder; one that cannot be read is told, and holds up no other."""
        from orchestration.alerts import alert
        from pipelines import clock, settings
        from pipelines.receivables.inbox import import_inbox

        read = import_inbox(settings.load(), clock.now())
        for refused in read.failed:
            alert(f"выписка {refused.name} не прочитана", refused.reason)
        return list(map(str, read.lines))

    return read_statements()


def workbooks_task():
    """The task that writes anew the finance workbooks which lack payments."""

    @step(
        "Обновить книги",
        "Пишет заново финансовые книги месяцев, в которых недостаёт платежей.",
        task_id="workbooks",
        trigger_rule=TriggerRule.ALL_DONE,
    )
    def renew(params=None):
        """Workbooks of the months that payments have come for; debts as of the run's date, else of today."""
        from datetime import date

        from pipelines import clock, settings
        from pipelines.documents.finance_workbook import renew_reports

        day = (params or {}).get("date")
        return list(map(str, renew_reports(settings.load(), clock.now(), date.fromisoformat(day) if day else None)))

    return renew()


def tell_refused_platforms(done):
    """An alert for every platform that could not be written."""
    from orchestration.alerts import alert

    for platform, why in sorted(done.refused.items()):
        alert(f"на платформу {platform} не удалось записать", why)
