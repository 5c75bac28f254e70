"""Why something could not be done, in the words of who reads the desk."""

from datetime import UTC, datetime, tzinfo

from pipelines.billing.approval import NothingDrafted
from pipelines.desk.blocking import GoesOn
from pipelines.desk.deciding import Mistaken, OutOfDate
from pipelines.desk.doing import SaidMeanwhile
from pipelines.desk.files import NoSuchFile
from pipelines.desk.money_in import OfferGone
from pipelines.desk.orchestrator import AnsweredBefore, AskedAnew, NotAllowed, NotSignedIn
from pipelines.desk.visit import Unreadable
from pipelines.errors import BadInput, Refused
from pipelines.findings.muting import NotMuted
from pipelines.receivables.allocation_words import AlreadyAllocated
from pipelines.warehouse.engine import WarehouseUnreachable
from pipelines.warehouse.locks import AlreadyRunning
from pipelines.wording.outside import clean

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NoSuchFile, 404),
    (Unreadable, 400),
    (BadInput, 400),
    (WarehouseUnreachable, 503),
    (Refused, 409),
)
"""What a refusal is to a browser; the first that fits."""

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (NotSignedIn, "Вход не выполнен: откройте Airflow и войдите."),
    (AskedAnew, "Вопрос, который показывала страница, больше не ждёт ответа: его сняли или задали заново. Ничего не сделано."),
    (NothingDrafted, "Черновиков этого расчёта больше нет."),
    (GoesOn, "Отключения уже разрешил другой человек. Ваше нажатие ничего не изменило."),
    (NotMuted, "Находку уже никто не глушит."),
    (AlreadyRunning, "Этот месяц сейчас рассчитывает другой запуск. Ничего не сделано: повторите через минуту."),
    (WarehouseUnreachable, "База данных не отвечает."),
)


def status(error: Exception) -> int:
    """The status of an answer that refuses."""
    return next(code for kind, code in STATUSES if isinstance(error, kind))


def words(error: Exception, zone: tzinfo = UTC) -> list[str]:
    """The refusal in sentences; moments by the clock of the zone."""
    if isinstance(error, OutOfDate):
        return ["Страница устарела: расчёт с тех пор изменился. Ничего не сделано, ниже — новый расчёт.", *error.changes]
    if isinstance(error, Mistaken):
        return ["Ответ не принят, ничего не сделано:", *error.wrong]
    if isinstance(error, OfferGone):
        return _gone(error, zone)
    if isinstance(error, AnsweredBefore):
        given = error.given
        return [f"Ответ уже дан: «{given.option}», {clean(given.by)}, {_moment(given.at, zone)}. Ваше нажатие ничего не изменило."]
    if isinstance(error, SaidMeanwhile):
        who = f"{clean(error.by)}, {_moment(error.at, zone)}: {clean(error.reason)}"
        return [f"Пока страница была открыта, {error.what} ({who}). Ваше нажатие ничего не изменило."]
    known = next((said for kind, said in _WORDS if isinstance(error, kind)), None)
    if known is not None:
        return [known]
    if isinstance(error, (NotAllowed, Unreadable, NoSuchFile)):
        return [str(error)]
    if isinstance(error, BadInput):
        return ["Отказано: во вводе ошибки.", *(clean(str(problem)) for problem in error.problems)]
    prefix = "О платеже уже сказал другой человек" if isinstance(error, AlreadyAllocated) else "Отказано"
    return [f"{prefix}: {clean(str(error))}"]


def _gone(error: OfferGone, zone: tzinfo) -> list[str]:
    if error.word is None or error.word.pays is None:
        return [f"Счёт {clean(error.number)} для этого платежа больше не предлагается: платёж уже разнесён или счёт оплачен."]
    who = f"{clean(error.word.by_name)}, {_moment(error.word.at, zone)}"
    return [f"Платёж уже разнесён ({who}: {clean(error.word.reason)}). Ваше нажатие ничего не изменило."]


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M:%S}"
