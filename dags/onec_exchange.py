"""
# onec_exchange: один шаг обмена с 1С

**Что делает.** Берёт ответы 1С из `FLEETBILL_HOME/exchange/onec/in`, затем пишет в `out` следующее сообщение со всем, что 1С не
подтвердила. Принятый ответ уходит в `done`. Тот, который принять нельзя (не та база, номер уже был, не читается), уходит в
`failed`, причина лежит рядом, и приходит сообщение. Чужой или ещё не дописанный файл остаётся на месте.

**Когда.** Каждые десять минут. Вручную: *Trigger*; лишний шаг не вредит.

**Если не получилось.** Ничего не сделано наполовину: номер сообщения служит одному содержимому, когда бы процесс ни оборвался.
Очистите (*Clear*) задачу. Что 1С не подтвердила: `fleetbill onec status`.

**За прошлые периоды.** Нет: сообщение несёт всё, что ещё не подтверждено.
"""

from airflow.sdk import CronTriggerTimetable, dag
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR
from orchestration.steps import step


@dag(
    dag_id="onec_exchange",
    dag_display_name="Обмен с 1С",
    description="Ответы 1С и сообщение со всем, что 1С не подтвердила",
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "обмен"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def onec_exchange():
    """Answers first, so that what they confirm is not sent again."""

    @step("Принять ответы", "Читает ответы 1С из папки обмена.")
    def receive():
        """Every message in the folder."""
        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.delivery.onec.receiving import AnswerOutcome
        from pipelines.delivery.onec.receiving import receive as take

        answers = take(settings.load(), clock.now())
        for each in answers:
            if each.outcome == AnswerOutcome.REFUSED:
                alert(f"сообщение 1С {each.file} не принято", each.detail)
        return [f"{each.file} {each.outcome}: {each.detail}" for each in answers]

    @step("Отправить", "Пишет сообщение со всем, что 1С не подтвердила.")
    def send(ti=None):
        """The message with everything that 1C has not confirmed."""
        from pipelines import clock, settings
        from pipelines.delivery.onec.sending import send as write

        message = write(settings.load(), clock.now())
        words = f"Сообщение {message.message_no}: {message.path}" if message else "1С подтвердила всё"
        tell(ti, words)
        return words

    receive() >> send()


onec_exchange()
