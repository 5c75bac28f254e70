"""
# watch_days: чего ждёт месяц

**Что делает.** Смотрит, какие дни есть за прошлый месяц и за этот до вчера. День платформы, которого нет или который в карантине,
читает снова: файл мог прийти позже или прийти новый; использование его месяца считается заново. О том, что ещё открыто, сообщает
каждое утро, пока день не загружен, не принят или не перенесён. Так же о месяце, все дни которого известны, но которого никто не
рассчитал (дни, загруженные вручную, `close_month` не запускают). Без этого такой месяц ждал бы молча и вечно.

**Когда.** Каждое утро в 09:00. Вручную: *Trigger*, где нужно — с другой датой `date` вместо сегодняшней.

**Что делать.** Сообщение называет платформу и день: положите файл в её папку (следующий осмотр его прочтёт), примите снимок из
карантина или перенесите день вперёд: `fleetbill snapshot --help`. Полный месяц: запустите `close_month` с ним. День, прочитанный
после закрытия его месяца, сам ни одного счёта не меняет: запустите `correct_month` с этим месяцем.

**Если не получилось.** Очистите (*Clear*) задачу: уже загруженный день — не новость.

**За прошлые периоды.** Нет.
"""

from airflow.sdk import CronTriggerTimetable, TriggerRule, dag
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR, date_param
from orchestration.steps import step


@dag(
    dag_id="watch_days",
    dag_display_name="Чего ждёт месяц",
    description="Поздние файлы платформ, недостающие дни и полные месяцы, которых никто не рассчитал",
    schedule=CronTriggerTimetable("0 9 * * *", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "день"],
    default_args=DEFAULTS,
    params={"date": date_param("День", "смотреть на дни до этого; пусто: сегодня")},
    doc_md=__doc__,
)
def watch_days():
    """Read again what came later, then one look and one alert."""

    @step("Прочитать поздние файлы", "Читает дни, которых не было или которые были в карантине, и считает их месяцы.", pool="month")
    def read_late_files(params=None):
        """Days that were missing or quarantined and whose file is there now; usage of their months."""
        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.evidence.day import read_again
        from pipelines.period import Month
        from pipelines.usage.month import compute
        from pipelines.warehouse import engine

        configured, at = settings.load(), clock.now()
        landed = read_again(configured, _day(params, at), at)
        for month in sorted({Month.of(day) for day, _ in landed}):
            with engine.transaction(configured) as connection:
                compute(configured, connection, month, store=True, at=at)
        lines = [f"{outcome.platform} {day}: {outcome.done}" for day, outcome in landed]
        if lines:
            alert("прочитаны дни, файлы которых пришли позже", "\n".join(lines), deed=_LATE)
        return lines

    @step(
        "Назвать недостающее",
        "Называет каждый недостающий день прошлого месяца и этого и полные месяцы, которых никто не рассчитал.",
        trigger_rule=TriggerRule.ALL_DONE,
    )
    def name_missing_days(params=None, ti=None):
        """Every missing or quarantined platform-day of last month and this one, and complete months that nobody drafted."""
        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.evidence.waiting import waiting_before
        from pipelines.runs.outcome import waiting_days_words

        day = _day(params, clock.now())
        waiting = waiting_before(settings.load(), day)
        tell(ti, waiting_days_words(waiting, day))
        if waiting:
            alert(f"месяцы ждут того, что было до {day}", "\n".join(each.russian for each in waiting), deed=_MISSING)
        return [str(each) for each in waiting]

    read_late_files() >> name_missing_days()


_LATE = "в открытом месяце ничего; закрытый исправить: correct_month, или fleetbill correct --month МЕСЯЦ"
_MISSING = (
    "получить файлы от платформы и загрузить (fleetbill snapshot land --platform ПЛАТФОРМА --source ПАПКА --date ДЕНЬ), карантин разобрать "
    "(fleetbill snapshot show ОТПЕЧАТОК), полный месяц рассчитать (close_month); если дня не будет — fleetbill snapshot carry"
)


def _day(params, at):
    from datetime import date

    from pipelines import clock

    return date.fromisoformat(params["date"]) if params["date"] else clock.local_date(at, "Europe/Moscow")


watch_days()
