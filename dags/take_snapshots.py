"""
# take_snapshots: снимки живых платформ, в течение дня

**Что делает.** Читает машины и учётные записи каждой живой платформы (виды `traccar`, `wialon`, `sql`), каждую своей задачей, и
загружает прочитанное. Снимок относится к местной дате платформы в ту минуту, когда он сделан; за вчера ничего не снимается. После
каждого снимка сверяет отключения: что из отключённого нами кто-то открыл, и что из открытого нами осталось закрытым, становится
находкой (`block_lifted`, `block_stays`). Само ничего заново не отключает: `fleetbill access reblock`.

**Когда.** В 5:20, 11:20, 17:20 и 23:50 в часовом поясе каждой платформы. Последний — незадолго до полуночи: платформа помнит только
последнюю связь машины, и та, что отзовётся после полуночи, потеряла бы свой день. Запуск вручную снимает все живые платформы сразу.

**Если не получилось.** Платформа не держит другие. Неполный список не принимается, задача пробует ещё раз: пока день не кончился,
годится любой его снимок. Когда попытки кончились или список попал в карантин, придёт сообщение: какой, покажет
`fleetbill snapshot list --month M`; настоящее падение парка пропускает `fleetbill snapshot accept DIGEST --by NAME --reason TEXT`.

- *no connection*, *does not accept the service user*: соединение Airflow, которое называет лист `platforms`; больше скажет
  `fleetbill snapshot probe --platform P`;
- *no administrator*, *may not see*: права служебного пользователя (какие нужны, сказано в docs/platforms.md);
- день без единого снимка так и останется без него и отложит договоры этой платформы:
  `fleetbill snapshot carry --platform P --date D --by NAME --reason TEXT`.

**За прошлые периоды.** Нет: за прошедший день живую платформу не снять. Параметр «Момент» годится только для платформы, часы которой
показывают его же (учебный сервер); боевую платформу он за другой день не снимет.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR
from orchestration.steps import step

_QUARANTINED = (
    "fleetbill snapshot list --status quarantined: прочитать, чем он плох; верен — fleetbill snapshot accept ОТПЕЧАТОК, нет — снять ещё раз"
)
MOMENT = Param(
    None,
    type=["null", "string"],
    format="date-time",
    title="Момент",
    description="пусто: сейчас; другой принимается, только если его же показывают часы самой платформы (до часа)",
)


@dag(
    dag_id="take_snapshots",
    dag_display_name="Снимки живых платформ",
    description="Машины и учётные записи живых платформ, несколько раз в день, последний раз перед полуночью",
    schedule=CronTriggerTimetable("20,50 * * * *", timezone="UTC", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "день"],
    default_args=DEFAULTS,
    params={"moment": MOMENT},
    doc_md=__doc__,
)
def take_snapshots():
    """One task per live platform whose hour it is."""

    @step("Чей час настал", "Называет живые платформы, которые пора снять; при запуске вручную — все.")
    def due(dag_run=None):
        """The live platforms whose hour it is; all of them in a run by hand."""
        from pipelines import settings
        from pipelines.evidence import taking

        return taking.due(settings.load(), dag_run.run_after if dag_run.run_type == "scheduled" else None)

    @step(
        "Снять платформу",
        "Читает одну платформу и загружает снимок. О списке в карантине сообщает.",
        map_index_template="{{ task.op_kwargs['platform'] }}",
        retries=3,
    )
    def take(platform, params=None):
        """One platform, now. A quarantined list is told, for somebody must look at it."""
        from orchestration.alerts import alert
        from orchestration.keys import moment_of
        from orchestration.secrets import of_platforms

        from pipelines import clock, settings
        from pipelines.runs import snapshots

        configured, given = settings.load(), (params or {}).get("moment")
        at = moment_of(given) if given else clock.now()
        landed = snapshots.take(configured, platform, at, secret=of_platforms(configured).get(platform), is_given=bool(given)).landed
        if landed.state == "quarantined":
            alert(f"{platform}: снимок в карантине", "; ".join(map(str, landed.failures[:5])), deed=_QUARANTINED)
        return landed.state

    take.expand(platform=due())


take_snapshots()
