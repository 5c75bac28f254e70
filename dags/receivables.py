"""
# receivables: деньги, долги, доступ

**Что делает.** Читает выписки банка из `FLEETBILL_HOME/exchange/bank/in`, сопоставляет платежи, сверяет доступ (что говорят
платформы, а что приказали мы: расхождения становятся находками, на платформы ничего не пишется), затем делает шаги лестницы долгов за
дату: кому напомнить, кого отключить, кому вернуть доступ. Прочитанная выписка уходит в `done`; та, которую прочитать нельзя, — в
`failed`, и приходит сообщение со всеми её ошибками. Платёж, который есть в двух выписках, сохраняется один раз.

Затем заново пишутся финансовые книги, в которых недостаёт платежа, и записывается, как стоит дело: отложенные договоры, утечка, письма и
объекты для 1С, которые не ушли, доля отключённых (`fleetbill metrics`).

**Когда.** Каждое утро в 08:00; между утрами выписки читает и доступ возвращает `payments_in`. Вручную: *Trigger*, где нужно — с
другой датой `date` вместо сегодняшней.

**Если не получилось.** Ничего не сделано наполовину: устраните причину и очистите (*Clear*) задачу. Отключение осторожно: если
данные о платежах старше FLEETBILL_BLOCKING_DATA_HOURS или отключить пришлось бы больше клиентов, чем позволяет
FLEETBILL_BLOCKING_MAX_SHARE, не отключается никто, и журнал говорит почему. О платформе, на которую не удалось записать, приходит
сообщение; её приказы остаются в силе, их исполнит следующий запуск. План на дату показывает `fleetbill dunning --date D --dry-run`,
кто отключён сейчас — `fleetbill access`.

**За прошлые периоды.** Нет: платежи принимаются, когда бы они ни пришли, а лестница прошедшего дня задним числом не делается.
"""

from airflow.sdk import CronTriggerTimetable, TriggerRule, dag
from orchestration.following import payments_task, tell_refused_platforms, workbooks_task
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR, date_param
from orchestration.queues import EXCHANGE
from orchestration.steps import step


@dag(
    dag_id="receivables",
    dag_display_name="Дебиторка и блокировки",
    description="Выписки банка, затем лестница долгов: напоминания, отключения, возврат доступа",
    schedule=CronTriggerTimetable("0 8 * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "деньги"],
    default_args=DEFAULTS,
    params={"date": date_param("День", "за какой день лестница; пусто: сегодня")},
    doc_md=__doc__,
)
def receivables():
    """Payments first, so that nobody is blocked who has paid."""

    @step("Сверить доступ", "Спрашивает каждую платформу, что отключено, и сравнивает с приказами; расхождения — находки.", **EXCHANGE)
    def reconcile(ti=None):
        """What the platforms say against our orders; one that cannot be read holds up nobody."""
        from orchestration.alerts import alert
        from orchestration.secrets import of_platforms

        from pipelines import clock, settings
        from pipelines.access.reconcile import reconcile as compare
        from pipelines.runs.outcome import reconciled_words

        configured = settings.load()
        done = compare(configured, clock.now(), secrets=of_platforms(configured))
        for platform, why in sorted(done.unread.items()):
            alert(
                f"доступ на платформе {platform} не сверен",
                why,
                deed=f"fleetbill snapshot probe --platform {platform}; завтра сверится само",
            )
        tell(ti, reconciled_words(done))
        return list(done.lines)

    @step("Лестница долгов", "Шаги за день: кому напомнить, кого отключить, кому вернуть доступ.", **EXCHANGE)
    def ladder(params=None, ti=None):
        """The steps of the date."""
        from datetime import date

        from orchestration.secrets import of_platforms

        from pipelines import clock, settings
        from pipelines.access.dunning import dunning
        from pipelines.runs.outcome import ladder_words

        configured = settings.load()
        day = date.fromisoformat(params["date"]) if params["date"] else clock.local_date(clock.now(), "Europe/Moscow")
        done = dunning(configured, day, clock.now(), secrets=of_platforms(configured))
        tell_refused_platforms(done)
        tell(ti, ladder_words(done))
        return list(done.lines)

    @step("Замерить", "Записывает, как стоит дело: отложенное, утечка, что не ушло, доля отключённых.", trigger_rule=TriggerRule.ALL_DONE)
    def measure():
        """States of the day, for metrics and whoever watches them."""
        from pipelines import clock, settings
        from pipelines.runs import gauges

        return {name: str(value) for name, value in gauges.take(settings.load(), clock.now()).items()}

    payments_task() >> reconcile() >> ladder() >> [workbooks_task(), measure()]


receivables()
