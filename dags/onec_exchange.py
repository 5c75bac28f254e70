"""
# onec_exchange: один шаг обмена с 1С

**Что делает.** Берёт сообщения 1С из `FLEETBILL_HOME/exchange/onec/in` (баз из листа `peers` — из
`exchange/onec/КОД/in`): подтверждения и платежи (банк и касса, возвраты, изменённые и
удалённые документы). Платёж, о котором уже говорила выписка, второй раз не учитывается. Кто заплатил, тому доступ возвращается сразу.
Затем пишет в `out` следующее сообщение со всем, что 1С не подтвердила. Принятое сообщение уходит в `done`. То, которое принять нельзя
(не та база, номер уже был, не читается), уходит в `failed`, причина лежит рядом, и приходит сообщение. Чужой или ещё не дописанный файл
остаётся на месте.

**Когда.** Сразу, как только сообщение 1С легло в папку и дописано (три секунды без изменений), и как только 1С есть что сказать:
загружены справочники, выставлены счета. Базу по HTTP спрашивает каждые пять минут. Смотрит за этим триггер `arrivals.Arrival` в
процессе triggerer: пока ничего не происходит, ни одна задача не запускается. Что осталось лежать, о том он напоминает снова, всё
реже. Каждые полчаса — запуск без всякого повода: на случай, если triggerer стоит. Вручную: *Trigger*; лишний шаг не вредит.

**Если не получилось.** Ничего не сделано наполовину: номер сообщения служит одному содержимому, когда бы процесс ни оборвался.
Очистите (*Clear*) задачу. Что 1С не подтвердила: `fleetbill onec status`.

**За прошлые периоды.** Нет: сообщение несёт всё, что ещё не подтверждено.
"""

from airflow.sdk import Asset, AssetOrTimeSchedule, AssetWatcher, CronTriggerTimetable, dag
from arrivals import Arrival
from orchestration.following import tell_refused_platforms
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR
from orchestration.queues import EXCHANGE
from orchestration.steps import step

NEWS = Asset("onec_news", watchers=[AssetWatcher(name="onec", trigger=Arrival("onec"))])


@dag(
    dag_id="onec_exchange",
    dag_display_name="Обмен с 1С",
    description="Подтверждения и платежи 1С, затем сообщение со всем, что 1С не подтвердила",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("10,40 * * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR), assets=[NEWS]
    ),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "обмен"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def onec_exchange():
    """Answers first, so that what they confirm is not sent again."""

    @step("Принять сообщения", "Читает подтверждения и платежи 1С из папки обмена; кто заплатил, тому возвращает доступ.", **EXCHANGE)
    def receive():
        """Every message in the folder, then access for whoever has paid."""
        from orchestration.alerts import alert
        from orchestration.secrets import of_bases, of_platforms

        from pipelines import clock, settings
        from pipelines.delivery.onec.receiving import AnswerOutcome
        from pipelines.runs.exchange import receive_from_onec

        configured = settings.load()
        # workbooks are renewed by the next run of payments_in by the clock: who has paid does not wait for them
        secrets = {"secrets": of_platforms(configured), "base_secrets": of_bases(configured)}
        done = receive_from_onec(configured, clock.now(), **secrets, is_renewing=False)
        for answer in done.answers:
            if answer.outcome == AnswerOutcome.REFUSED:
                alert(f"сообщение 1С {answer.file} не принято", answer.detail, deed="сообщение лежит в failed; пусть 1С повторит обмен")
        tell_refused_platforms(done.restored)
        return [f"{answer.file} {answer.outcome}: {answer.detail}" for answer in done.answers]

    @step("Отправить", "Пишет сообщение со всем, что 1С не подтвердила.", **EXCHANGE)
    def send(ti=None):
        """The message with everything that 1C has not confirmed, to every base; one that cannot be written holds up no other."""
        from orchestration.secrets import of_bases

        from pipelines import clock, settings
        from pipelines.delivery.onec.sending import require_sent, send_to_all

        configured = settings.load()
        messages = require_sent(send_to_all(configured, clock.now(), secrets=of_bases(configured)))
        words = "; ".join(f"Сообщение {message.message_no}: {message.path}" for message in messages) or "1С подтвердила всё"
        tell(ti, words)
        return words

    receive() >> send()


onec_exchange()
