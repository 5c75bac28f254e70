"""
# reblock_client: снова отключить то, что снял кто-то другой

**Что делает.** Спрашивает платформу, отключает снова учётные записи клиента, с которых наше отключение снял кто-то другой (дилер, форма,
открытая в чужом браузере), и то, что под ними. То же самое, что `fleetbill access reblock`; в историю идёт имя того, кто запустил.

**Когда.** Только по слову человека: кнопка «Отключить снова» на странице «Долги» рабочего стола, или вручную (*Trigger*) с кодом клиента
и причиной. Машина за тот же долг второй раз не отключает. Слово действует час; очищенный (*Clear*) запуск никого не отключает: Airflow не
говорит, кто его очистил. Нужно снова — запустите заново от своего имени.

**Если не получилось.** Если долг уже уплачен, снимать было нечего или платформа не даёт отключить, запуск отказывает и говорит почему,
без повторов; нового приказа нет. Если на платформу не удалось записать или работа прервалась, данный приказ остаётся в силе и исполняется
повтором этой задачи (Airflow повторяет сам), следующим запуском `payments_in` или `receivables`.

**За прошлые периоды.** Нет: отключается сейчас.
"""

from airflow.sdk import Param, dag
from orchestration.following import tell_refused_platforms
from orchestration.notes import tell
from orchestration.policy import DEFAULTS
from orchestration.queues import EXCHANGE
from orchestration.starter import starter
from orchestration.steps import step


@dag(
    dag_id="reblock_client",
    dag_display_name="Отключить снова",
    description="По слову человека: отключить снова то, что снял кто-то другой",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["биллинг", "деньги"],
    default_args=DEFAULTS,
    params={
        "client": Param("", type="string", minLength=1, title="Клиент", description="код клиента"),
        "reason": Param("", type="string", minLength=1, title="Почему", description="остаётся в истории"),
    },
    doc_md=__doc__,
)
def reblock_client():
    """One task: a person's word, carried out."""

    @step("Отключить снова", "Спрашивает платформу и отключает снова учётные записи клиента и то, что под ними.", **EXCHANGE)
    def reblock(params=None, dag_run=None, ti=None):
        """Block again in the name of whoever has started the run."""
        from orchestration.secrets import of_platforms

        from pipelines import clock, settings
        from pipelines.access.reblock import reblock as block_again

        now = clock.now()
        configured, author = settings.load(), clock.Authorship(starter(dag_run, now, "отключить снова"), params["reason"], now)
        done = block_again(configured, params["client"], author, secrets=of_platforms(configured))
        tell_refused_platforms(done)
        tell(ti, "; ".join(done.lines))
        return list(done.lines)

    reblock()


reblock_client()
