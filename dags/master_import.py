"""
# master_import: клиенты, договоры, условия, тарифы, учётные записи

**Что делает.** Загружает книгу, папку файлов CSV или таблицы базы по URL через проверки, всё или ничего. Листов, которых нет, не
трогает; исчезнувшая строка не удаляется (`fleetbill master retire`).

**Когда.** Вручную: *Trigger* с `path` (как его видит машина Airflow), `by` и `reason`; кто и почему — остаётся в истории. `dry_run`
показывает, что добавится и изменится.

**Если не получилось.** Ничего не применено. Журнал перечисляет все ошибки с их местом, например `terms.csv:14 column tariff_code:
unknown tariff 'T9'`; исправьте файл и запустите снова. Повторная загрузка того же ничего не меняет.

**За прошлые периоды.** Нет: у справочников свои даты.
"""

from airflow.sdk import Param, dag
from orchestration.notes import tell
from orchestration.policy import DEFAULTS
from orchestration.steps import step


@dag(
    dag_id="master_import",
    dag_display_name="Загрузка справочников",
    description="Клиенты, договоры, условия, тарифы и учётные записи из книги, папки CSV или базы",
    schedule=None,
    max_active_runs=1,
    tags=["биллинг", "справочники"],
    # bad input stays bad: trying again is a person's decision
    default_args={**DEFAULTS, "retries": 0},
    params={
        "path": Param("", type="string", minLength=1, title="Откуда", description="книга, папка файлов CSV или URL базы"),
        "by": Param("", type="string", minLength=1, title="Кто", description="кто загружает; остаётся в истории"),
        "reason": Param("", type="string", minLength=1, title="Почему", description="остаётся в истории"),
        "dry_run": Param(default=False, type="boolean", title="Только показать", description="показать, что изменится, и ничего не менять"),
    },
    doc_md=__doc__,
)
def master_import():
    """One task: the import is one transaction."""

    @step("Загрузить", "Проверяет источник и загружает его, всё или ничего. Ошибки перечислены в журнале с их местом.")
    def load(params=None, ti=None):
        """Import; added, changed and unchanged rows by sheet."""
        from pipelines import clock, settings
        from pipelines.runs.import_master import import_master
        from pipelines.runs.outcome import import_words

        author = clock.Authorship(params["by"], params["reason"], clock.now())
        report = import_master(settings.load(), params["path"], author, dry_run=params["dry_run"])
        tell(ti, import_words(report, author))
        return str(report)

    load()


master_import()
