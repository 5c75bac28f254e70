"""
# payments_in: платёж возвращает доступ

**Что делает.** Читает выписки банка из `FLEETBILL_HOME/exchange/bank/in`, сопоставляет платежи и сразу возвращает доступ всем, у
кого не осталось долга, за который отключают. Не отключает никого: это делает `receivables`, раз в день. Выписка, которую прочитать
нельзя, уходит в `failed`, и приходит сообщение; так же о платформе, на которую не удалось записать.

Финансовые книги, в которых недостаёт платежа, заново пишет запуск по часам или вручную: после каждого платежа их не пишут, чтобы
возврат доступа не ждал.

**Когда.** Сразу, как только выписка легла в папку и дописана (три секунды без изменений), и снова, пока есть приказ вернуть доступ,
которого платформа не исполнила: через минуту, через две, через четыре, дальше каждые полчаса. Смотрит за этим триггер
`arrivals.Arrival` в процессе triggerer: пока ничего не происходит, ни одна задача не запускается. Каждые полчаса — запуск без всякого
повода: на случай, если triggerer стоит. Вручную: *Trigger*.

**Если не получилось.** Ничего не сделано наполовину: очистите (*Clear*) задачу или дождитесь следующего запуска. Приказ, от
которого платформа отказалась, остаётся в силе и исполняется следующим запуском; кто отключён сейчас, показывает `fleetbill access`.

**За прошлые периоды.** Нет: платежи принимаются, когда бы они ни пришли.
"""

from airflow.sdk import Asset, AssetOrTimeSchedule, AssetWatcher, CronTriggerTimetable, TriggerRule, dag
from arrivals import Arrival
from orchestration.following import payments_task, tell_refused_platforms, workbooks_task
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR
from orchestration.queues import EXCHANGE
from orchestration.steps import step

NEWS = Asset("payment_news", watchers=[AssetWatcher(name="payments", trigger=Arrival("payments"))])


@dag(
    dag_id="payments_in",
    dag_display_name="Платежи и возврат доступа",
    description="Выписки банка, как только они пришли; кто заплатил, тому доступ возвращается сразу",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("5,35 * * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR), assets=[NEWS]
    ),
    catchup=False,
    max_active_runs=2,  # who pays while workbooks are written anew does not wait for them
    tags=["биллинг", "деньги"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def payments_in():
    """Payments, then access."""

    @step(
        "Вернуть доступ",
        "Возвращает доступ всем, кто заплатил, также по выпискам, принятым иначе.",
        trigger_rule=TriggerRule.ALL_DONE,
        **EXCHANGE,
    )
    def restore(ti=None):
        """Access for whoever has paid, also by statements that were imported elsewhere."""
        from orchestration.secrets import of_platforms

        from pipelines import clock, settings
        from pipelines.access.restore import restore as give_back
        from pipelines.runs.outcome import restored_words

        configured = settings.load()
        done = give_back(configured, clock.now(), secrets=of_platforms(configured))
        tell_refused_platforms(done)
        tell(ti, restored_words(done))
        return list(done.lines)

    payments_task() >> restore() >> workbooks_task()


payments_in()
