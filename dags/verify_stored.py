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
        from pipelines.runs.verification import master_data

        return _whole(master_data(settings.load()))

    @step("Файлы озера", "Каждый файл, на котором стоят подсчёты и счета, против его отпечатка.")
    def lake():
        """Files that are removed, damaged, exchanged or foreign."""
        from pipelines import settings
        from pipelines.runs.verification import lake_files

        return _whole(lake_files(settings.load()))

    @step("Цепочка счетов", "Отпечаток каждого выставленного счёта заново и его связь с предыдущим.")
    def ledger():
        """The first invoice of each organization that was changed, removed or slipped in."""
        from pipelines import settings
        from pipelines.runs.verification import chains

        return _whole(chains(settings.load()))

    master()
    lake()
    ledger()


def _whole(verified):
    """How much was looked at; the task ends in words where anything is not as it was written."""
    if verified.faults:
        raise ended(verified.told)
    return verified.looked_at


verify_stored()
