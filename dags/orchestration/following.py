"""Tasks that several DAGs have: the papers of what was issued, the message for 1C, the bank's statements,
exports to other systems, and dealers' reports."""

from airflow.sdk import TriggerRule

from orchestration.approval import APPROVE, answer, place
from orchestration.keys import month_of
from orchestration.queues import EXCHANGE
from orchestration.steps import step


def documents_tasks(purpose, *, unattended=False):
    """Two tasks: what is to be printed of what was issued, and each share of it in a task of its own.

    ``unattended``: the DAG may have issued without asking anybody.
    """

    @step(
        "Документы",
        "Делит на части то выставленное за месяц, чему ещё не напечатан PDF, и пишет архивы для ЭДО.",
        task_id="documents",
        trigger_rule=TriggerRule.NONE_FAILED if unattended else TriggerRule.ALL_SUCCESS,
    )
    def plan(partition_key=None, ti=None):
        """The shares of what has no PDF yet."""
        from dataclasses import asdict

        from pipelines import settings
        from pipelines.billing.model import Purpose
        from pipelines.runs.following import share_out
        from pipelines.runs.questions import require_issued, was_asked

        configured, month = settings.load(), month_of(partition_key)
        last = "second_approval" if was_asked(configured, place(ti, "second_approval")) else "approval"
        if not unattended or was_asked(configured, place(ti, last)):
            answer(configured, ti, last, APPROVE)
            require_issued(configured, month, Purpose(purpose), place(ti, last))
        return [asdict(share) for share in share_out(configured, month)]

    @step(
        "Напечатать",
        "Печатает свою часть документов месяца; напечатанное раньше не печатает. Других частей не держит.",
        task_id="print",
        map_index_template="{{ task.op_kwargs['share']['number'] + 1 }}/{{ task.op_kwargs['share']['count'] }}",
    )
    def write(share, partition_key=None):
        """PDF of every issued invoice of this share that has none yet; how many."""
        from pipelines import settings
        from pipelines.documents.publish import Share, print_share

        return print_share(settings.load(), month_of(partition_key), Share(**share))

    planned = plan()
    write.expand(share=planned)
    return planned


def onec_task():
    """The task that sends what was issued to 1C."""

    @step("Сообщение для 1С", "Пишет сообщение со всем, что 1С не подтвердила.", task_id="onec", **EXCHANGE)
    def send_message():
        """The message for 1C with everything that it has not acknowledged."""
        from orchestration.secrets import of_bases
        from pipelines import clock, settings
        from pipelines.runs.following import tell_onec

        configured = settings.load()
        return tell_onec(configured, clock.now(), of_bases(configured))

    return send_message()


def exports_tasks():
    """Two tasks: the consumers that are served today, and the export of each in a task of its own."""

    @step("Кому выгружать", "Называет потребителей листа consumers, которых обслуживают сегодня.", task_id="consumers")
    def served():
        """The consumers of today."""
        from pipelines import clock, settings
        from pipelines.exports import giving

        return giving.served(settings.load(), clock.now())

    @step(
        "Выгрузить",
        "Пишет одному потребителю, что изменилось с прошлой выгрузки; в первый раз — всё. Других не держит.",
        task_id="export",
        map_index_template="{{ task.op_kwargs['consumer'] }}",
        **EXCHANGE,
    )
    def give(consumer):
        """What is new for one consumer, as a folder."""
        from pipelines import clock, settings
        from pipelines.exports import giving

        given = giving.give_news(settings.load(), consumer, clock.now())
        return str(given.folder) if given else "изменений нет"

    consumers = served()
    give.expand(consumer=consumers)
    return consumers


def dealer_reports_task():
    """The task that queues the reports of the month to the dealers, where they may be mailed."""

    @step("Отчёты дилерам", "Ставит в очередь письма дилерам с отчётами за месяц, если их можно отправлять.", task_id="dealer_reports")
    def send(partition_key=None):
        """A letter to every dealer; what one is refused is told, and holds up no other."""
        from airflow.sdk.exceptions import AirflowSkipException

        from orchestration.alerts import alert
        from pipelines import clock, settings
        from pipelines.runs.dealer_reports import send_all

        configured, month = settings.load(), month_of(partition_key)
        if not configured.mail_dealers:
            raise AirflowSkipException("FLEETBILL_MAIL_DEALERS не задано: отчёты дилерам не отправляются")
        done = list(send_all(configured, month, clock.now()))
        for sent in done:
            if sent.refused:
                alert(
                    f"отчёт дилеру {sent.dealer} за {month} не составлен",
                    sent.refused,
                    deed=f"исправить и повторить: fleetbill dealers send --month {month}",
                )
        return [sent.dealer for sent in done if sent.is_queued]

    return send()


def payments_task():
    """The task that reads the statements which lie in the bank's folder."""

    @step(
        "Прочитать выписки",
        "Читает выписки из папки банка; та, которую прочитать нельзя, не держит других.",
        task_id="payments",
        **EXCHANGE,
    )
    def read_statements():
        """Every statement in the folder; one that cannot be read is told, and holds up no other."""
        from orchestration.alerts import alert
        from pipelines import clock, settings
        from pipelines.receivables.inbox import import_inbox

        read = import_inbox(settings.load(), clock.now())
        for refused in read.failed:
            alert(
                f"выписка {refused.name} не прочитана",
                refused.reason,
                deed="файл лежит в failed; взять в банке целый и положить в exchange/bank/in",
            )
        return list(map(str, read.lines))

    return read_statements()


def workbooks_task():
    """The task that writes anew the finance workbooks which lack payments; not in a run that something started which has arrived."""

    @step(
        "Обновить книги",
        "Пишет заново финансовые книги месяцев, в которых недостаёт платежей; после события — не он, а ближайший запуск по часам.",
        task_id="workbooks",
        trigger_rule=TriggerRule.ALL_DONE,
    )
    def renew(params=None, dag_run=None):
        """Workbooks of the months that payments have come for; debts as of the run's date, else of today.

        Payments that arrive one after the other would write them each time, and who has paid would wait for the processor.
        """
        from datetime import date

        from airflow.sdk.exceptions import AirflowSkipException

        if dag_run is not None and dag_run.run_type == "asset_triggered":
            raise AirflowSkipException("Книги пишет ближайший запуск по часам")
        from pipelines import clock, settings
        from pipelines.documents.finance_workbook import renew_reports

        day = (params or {}).get("date")
        return list(map(str, renew_reports(settings.load(), clock.now(), date.fromisoformat(day) if day else None)))

    return renew()


def tell_refused_platforms(done):
    """An alert for every platform that could not be written."""
    from orchestration.alerts import alert

    for platform, why in sorted(done.refused.items()):
        alert(
            f"на платформу {platform} не удалось записать",
            why,
            deed=f"fleetbill snapshot probe --platform {platform}; следующий запуск повторит сам",
        )
