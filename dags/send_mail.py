"""
# send_mail: письма, которые ждут, и те, что вернулись

**Что делает.** Передаёт письма из очереди (счета, напоминания, вести о доступе) почтовому серверу из соединения Airflow
`fleetbill_smtp`, по одному и каждое один раз. Без этого соединения или с FLEETBILL_MAIL_DRY_RUN задача пропускается, журнал говорит
почему: письма остаются в очереди. Сначала читает отчёты о доставке из `exchange/mail/in`: адреса, которые не принимают почту,
становятся находками.

**Когда.** Каждые пять минут. Вручную: *Trigger*.

**Если не получилось.** Сервер не ответил; что осталось, ждёт в очереди и уйдёт со следующим запуском. Письма, от которых сервер
отказался или судьба которых неизвестна, запуск не останавливают: `fleetbill mail status --state unknown`, `fleetbill mail resolve`.
Отчёты, не подошедшие ни к одному письму, лежат в `exchange/mail/failed`, причина рядом.

**За прошлые периоды.** Нет: письмо ждёт в очереди, пока не уйдёт.
"""

from airflow.sdk import Connection, CronTriggerTimetable, dag
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException, AirflowSkipException
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR
from orchestration.queues import EXCHANGE
from orchestration.steps import step


@dag(
    dag_id="send_mail",
    dag_display_name="Отправка писем",
    description="Письма из очереди по соединению fleetbill_smtp; отчёты о недоставке",
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "обмен"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def send_mail():
    """One task: a run of the outbox."""

    # a dead server is told once in a while, not at every run
    @step("Отправить", "Читает отчёты о недоставке, затем передаёт письма почтовому серверу.", retries=5, **EXCHANGE)
    def send(ti=None):
        """Read what came back, hand over what is due."""
        from dataclasses import asdict

        from pipelines import clock, settings
        from pipelines.delivery.mail.bounces import read_inbox
        from pipelines.delivery.mail.sending import CONNECTION, smtp_server
        from pipelines.delivery.mail.sending import send as send_queued
        from pipelines.runs.outcome import letters_words

        configured = settings.load()
        read_inbox(configured, clock.now())
        if configured.mail_dry_run:
            raise AirflowSkipException("Задано FLEETBILL_MAIL_DRY_RUN: ничего не отправляется")
        try:
            server = smtp_server(Connection.get(CONNECTION).as_json())
        except AirflowNotFoundException:
            raise AirflowSkipException(f"Нет соединения Airflow {CONNECTION}: ничего не отправляется, письма ждут в очереди") from None
        done = send_queued(configured, clock.now(), server=server)
        tell(ti, letters_words(done))
        if done.stopped:
            raise AirflowException(f"{done.stopped}; остальное ждёт в очереди")
        return asdict(done)

    send()


send_mail()
