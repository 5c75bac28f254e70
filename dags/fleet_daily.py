"""
# fleet_daily: один день всех платформ

**Что делает.** За день D (ключ раздела запуска, `2026-02-17`): читает файл дня каждой платформы вида `files` (по задаче на
платформу), записывает, какие дни платформ есть, пересчитывает использование и находки месяца и выставляет счета на превышение
предоплаты (с их PDF) там, где парк вырос сверх оплаченного. После этого день *известен*: выпускается его актив `fleet_day`, и из
дней складывается месяц (`close_month`).

**Когда.** В 00:15 в том часовом поясе, где день кончается позже всех (FLEETBILL_LAST_TIME_ZONE, если не задан — Калининград), за
прошедший день: тогда он кончился на всех платформах. О платформе западнее придёт сообщение, её прочтёт утром `watch_days`.
Повторный запуск дня ничего не загружает дважды: то же содержимое ничего не меняет, другое — ещё один снимок этого дня.

**Если не получилось.** Платформа без файла или с файлом в карантине не держит ни другие платформы, ни день: придёт сообщение,
технической службе (FLEETBILL_MAIL_TECHNICAL) уйдёт письмо, день назовёт `fleetbill snapshot coverage --month M`. Из-за недостающего
дня откладываются договоры этой платформы, и только они.

- файл пришёл позже: положите его в папку платформы; `watch_days` прочтёт его утром, запуск дня (ниже) или `fleetbill snapshot land`
  — сразу;
- в карантине настоящее падение парка: `fleetbill snapshot accept DIGEST --by NAME --reason TEXT`;
- день потерян навсегда: `fleetbill snapshot carry --platform P --date D --by NAME --reason TEXT`;
- счета на превышение за пределами одного запуска ждут человека: сообщение говорит, за какими, ничего не выставлено. Их выставит
  `fleetbill watch --date D --approve-by NAME`, иначе закрытие месяца.

Красные `land`, `usage` или `watch` — наша неисправность (диск, база): что именно, сказано в журнале; исправьте и очистите (*Clear*)
задачу.

**За прошлые периоды**, здесь весь февраль (концу нужен час, иначе последний день не попадёт):

    airflow backfill create --dag-id fleet_daily --from-date 2026-02-01 --to-date 2026-02-28T23:59 \\
        --max-active-runs 31 --reprocess-behavior none

При 31 одновременном запуске сначала загружаются все дни, и месяц считается один раз, а не на каждый день. Один день ещё раз: то же
с `--reprocess-behavior completed` и одной датой. Счета на превышение датируются сегодняшним днём; `--dag-run-conf '{"issue_date":
"2026-02-28"}'` задаёт другую дату. Месяц, который уже сложился, от этого заново не закрывается: запустите `close_month` с этим
месяцем.
"""

from airflow.sdk import Asset, CronPartitionTimetable, TriggerRule, dag
from orchestration.keys import day_of
from orchestration.notes import tell
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR, date_param
from orchestration.steps import step

from pipelines.settings import load

_NOT_COUNTED = (
    "нет файла — получить его от платформы (fleetbill snapshot land --platform ПЛАТФОРМА --source ПАПКА --date ДЕНЬ); карантин — "
    "fleetbill snapshot show ОТПЕЧАТОК, затем accept или новый файл; день потерян — fleetbill snapshot carry"
)
FLEET_DAY = Asset("fleet_day")


@dag(
    dag_id="fleet_daily",
    dag_display_name="Парк за день",
    description="Снимки всех платформ за день, использование, находки, счета на превышение предоплаты",
    schedule=CronPartitionTimetable(
        "15 0 * * *", timezone=load().last_time_zone, run_offset=-1, key_format="%Y-%m-%d", run_immediately=NOT_BEFORE_ITS_HOUR
    ),
    catchup=False,
    max_active_runs=4,
    tags=["биллинг", "день"],
    default_args=DEFAULTS,
    params={"issue_date": date_param("Дата счетов на превышение", "пусто: сегодня")},
    doc_md=__doc__,
)
def fleet_daily():
    """Land, look at what is there, count, and let the month know."""

    @step("Какие платформы", "Называет все платформы вида files.")
    def platforms():
        """Every platform of kind `files`."""
        from pipelines import settings
        from pipelines.evidence.day import files_platforms

        return files_platforms(settings.load())

    @step(
        "Прочитать снимок",
        "Читает файл дня одной платформы. Чего нет или что в карантине, о том сообщает и никого не держит.",
        map_index_template="{{ task.op_kwargs['platform'] }}",
    )
    def land(platform, partition_key=None):
        """One platform-day; what does not count is told, and holds up neither the other platforms nor the day."""

        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.delivery.mail.technical import tell_missing
        from pipelines.evidence.day import land_day

        configured, day, at = settings.load(), day_of(partition_key), clock.now()
        outcome = land_day(configured, platform, day, at)
        if outcome.problem:
            alert(f"{platform}: день {partition_key} не учтён", outcome.told, deed=_NOT_COUNTED)
        tell_missing(configured, day, [outcome], at)
        return outcome.done or outcome.problem

    @step(
        "Посчитать использование",
        "Пересчитывает использование и находки месяца по снимкам.",
        trigger_rule=TriggerRule.ALL_DONE,
        pool="month",
    )
    def usage(partition_key=None, ti=None):
        """Usage and findings of the day's month, recomputed from the evidence."""

        from pipelines import clock, settings
        from pipelines.delivery.mail.technical import tell_findings
        from pipelines.period import Month
        from pipelines.runs.outcome import day_words
        from pipelines.usage.month import compute
        from pipelines.warehouse import engine

        configured, day = settings.load(), day_of(partition_key)
        with engine.transaction(configured) as connection:
            compute(configured, connection, Month.of(day), store=True, at=clock.now())
        tell_findings(configured, day, clock.now())
        tell(ti, day_words(configured, day))

    @step(
        "Проверить предоплату",
        "Выставляет счета на превышение предоплаты за день, с их документами.",
        trigger_rule=TriggerRule.ALL_DONE,
        pool="month",
    )
    def watch(partition_key=None, params=None):
        """Correctives of the day, with their documents."""
        from datetime import date

        from orchestration.alerts import alert

        from pipelines import clock, settings
        from pipelines.runs.watch import watch as watch_day

        day = day_of(partition_key)
        issued_on = date.fromisoformat(params["issue_date"]) if params["issue_date"] else None
        done = watch_day(settings.load(), day, approver=None, issued_on=issued_on, at=clock.now())
        if done.waiting:
            alert(
                f"счета на превышение за {day} ждут человека",
                "; ".join(reason.russian for reason in done.waiting),
                deed=f"fleetbill review --month {day:%Y-%m} --purpose watch, затем fleetbill watch --date {day} --approve-by ИМЯ",
            )
        return done.issued.invoices if done.issued else 0

    @step(
        "День известен",
        "Сообщает месяцу, что день пройден, даже если платформа не ответила: чего не хватает, знает база.",
        trigger_rule=TriggerRule.ALL_DONE,
        outlets=[FLEET_DAY],
        retries=5,
    )
    def known():
        """The day is known, also when a platform failed: what is missing is the warehouse's knowledge."""

    land.expand(platform=platforms()) >> usage() >> watch() >> known()


fleet_daily()
