"""
# verify_stored: сверка хранимого

**Что делает.** Раз в неделю проверяет, что всё, на чём стоят счета, таково, каким было записано. Три задачи, одна от другой не зависят:
справочники — против истории решений людей, и каждую строку ещё раз судит Great Expectations; файлы озера — каждый байт против его
отпечатка; цепочка выставленных счетов — от первого номера до последнего. Ничего не меняет.

**Когда.** Ночью на воскресенье, в 03:30. Вручную: *Trigger*, например перед утверждением месяца.

**Если не получилось.** Задача не прошла — значит, найдено расхождение: в журнале и в письме названо каждое (первые двадцать) и команда,
которая показывает все. Что делать с каким — docs/operations.md. После исправления очистите (*Clear*) задачу.

**За прошлые периоды.** Нет: проверяется то, что хранится сейчас, целиком.
"""

from airflow.sdk import CronTriggerTimetable, dag
from orchestration.ending import ended
from orchestration.policy import DEFAULTS, NOT_BEFORE_ITS_HOUR
from orchestration.steps import step

SHOWN = 20


@dag(
    dag_id="verify_stored",
    dag_display_name="Сверка хранимого",
    description="Справочники, файлы озера и цепочка счетов — те ли они, что были записаны",
    schedule=CronTriggerTimetable("30 3 * * 0", timezone="Europe/Moscow", run_immediately=NOT_BEFORE_ITS_HOUR),
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "контроль"],
    default_args=DEFAULTS,
    doc_md=__doc__,
)
def verify_stored():
    """Three looks that only read; each fails where something is not as it was written."""

    @step("Справочники", "Таблицы против истории изменений; каждую строку судит Great Expectations.")
    def master():
        """Rows of master data past their history, or that an expectation refuses."""
        from pipelines import settings
        from pipelines.master.verify import verify

        done = verify(settings.load(), expectations=True)
        _none(
            [f"{each.sheet} {each.key} {each.column}: {each.found}, {each.in_history} → {each.in_table}" for each in done.differences],
            "fleetbill master verify --expectations",
        )
        return {"rows": done.rows, "changes": done.changes}

    @step("Файлы озера", "Каждый файл, на котором стоят подсчёты и счета, против его отпечатка.")
    def lake():
        """Files that are removed, damaged, exchanged or foreign."""
        from pipelines import settings
        from pipelines.audit.lake import verify

        files, faults = verify(settings.load())
        _none([f"{each.path}: {each.fault}, {each.detail}" for each in faults], "fleetbill snapshot verify")
        return {"files": files}

    @step("Цепочка счетов", "Отпечаток каждого выставленного счёта заново и его связь с предыдущим.")
    def ledger():
        """The first invoice of each organization that was changed, removed or slipped in."""
        from pipelines import settings
        from pipelines.audit.chain import verify

        chains = verify(settings.load())
        _none([f"{walked.organization_code}: {walked.told}" for walked in chains if walked.breaks], "fleetbill ledger verify")
        return {walked.organization_code: walked.links for walked in chains}

    master()
    lake()
    ledger()


def _none(found: list[str], command: str) -> None:
    """The task ends in words where anything was found; ``command`` lists all of it."""
    if found:
        more = [f"и ещё {len(found) - SHOWN}"] if len(found) > SHOWN else []
        first = f"расхождений: {len(found)}; все покажет {command}, что делать — docs/operations.md"
        raise ended("\n".join([first, *found[:SHOWN], *more]))


verify_stored()
