"""In whose name a run does what only a person may order: of whoever has started it, and just now."""

from datetime import datetime, timedelta

from orchestration.ending import ended

GOOD_FOR = timedelta(hours=1)
"""How long the word of who starts a run holds: what that person saw may be otherwise later."""


def starter(dag_run, now: datetime, deed: str) -> str:
    """The name of the person who has started the run, for a ``deed`` in the infinitive.

    Ends the task for good where nobody has, where that was too long ago, and where the run was cleared: Airflow does not tell by whom, and
    goes on naming the first.
    """
    if not dag_run.triggering_user_name:
        raise ended(f"{deed} может только человек: запустите из рабочего стола или кнопкой Trigger")
    if dag_run.clear_number:
        raise ended(f"запуск очистили (Clear), и кто, неизвестно; {deed} можно только новым запуском от своего имени")
    if now - dag_run.run_after > GOOD_FOR:
        raise ended(f"запустили больше часа назад ({dag_run.triggering_user_name}): {deed} можно только новым запуском, взглянув на долг")
    return str(dag_run.triggering_user_name)
