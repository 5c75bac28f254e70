"""What a person decides on disconnecting debtors: to stop all of it, to let it go on, to take a client's promise, to block again.

Each is the verb of the command line; what another person has said since the page was shown is told, and nothing is done.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.access import promises, stop
from pipelines.access.listing import blocked
from pipelines.access.promises import PlannedDebt
from pipelines.access.stop import Stop
from pipelines.clock import Authorship
from pipelines.desk.doing import SaidMeanwhile
from pipelines.desk.visit import Unreadable
from pipelines.errors import Refused
from pipelines.instalments import FaultKind, Instalment, PlanFault
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.wording.russian import amount

NONE_SHOWN = "none"
"""What a page carries that showed no stop."""


class GoesOn(Refused):
    """Blocking is not stopped: nothing to lift."""


def shown(halt: Stop | None) -> str:
    """What a page carries of the stop that it shows."""
    return halt.at.isoformat() if halt else NONE_SHOWN


def stop_all(settings: Settings, seen: str, author: Authorship, *, release: bool) -> None:
    """Nobody is disconnected from now on. SaidMeanwhile where somebody else has stopped it, or has let it go on, since."""
    _refuse_unless_shown(settings, seen)
    if not stop.stop(settings, author, release=release):
        _refuse_unless_shown(settings, seen)  # another tab was quicker by less than a page


def go_on(settings: Settings, seen: str, author: Authorship) -> None:
    """The next ladder disconnects again. GoesOn, SaidMeanwhile."""
    _refuse_unless_shown(settings, seen)
    stop.resume(settings, author)


@dataclass(frozen=True, slots=True)
class Promised:
    """Whose promise it is, to which organization (None: all of its own), and when the page was shown on which it is taken."""

    client_code: str
    organization_code: str | None
    shown_at: datetime


def take_promise(settings: Settings, whose: Promised, until: date, author: Authorship) -> tuple[str, ...]:
    """A client's word to pay until a day (inclusive); the organizations that it was given to.

    SaidMeanwhile where somebody has taken another promise of the client since the page was shown. Unreadable: no such client, or no such
    organization of it.
    """
    with _told():
        return promises.promise(settings, whose.client_code, until, author, whose.organization_code, since=whose.shown_at)


def take_plan(settings: Settings, whose: Promised, instalments: Sequence[Instalment], author: Authorship) -> PlannedDebt:
    """A client's word to pay what it owes now in parts. As `take_promise`; Unreadable also for several organizations where none is named,
    a day that stands twice, and sums above the debt."""
    with _told():
        return promises.promise_instalments(
            settings, whose.client_code, instalments, author, whose.organization_code, since=whose.shown_at
        )  # fmt: skip


def require_lifted(settings: Settings, client_code: str) -> None:
    """Unreadable unless something that we block of the client was lifted by somebody else."""
    if not any(row["lifted_at"] for row in blocked(settings, client_code)):
        raise Unreadable(f"У клиента {client_code} нет отключения, которое снял кто-то другой. Ничего не сделано.")


@contextmanager
def _told() -> Iterator[None]:
    """Why a promise was not taken, as the desk says it."""
    try:
        yield
    except promises.PromisedMeanwhile as newer:
        words = f"записано обещание этого клиента до {newer.until:%d.%m.%Y}"
        raise SaidMeanwhile(words, newer.by, newer.at, newer.reason) from None
    except promises.NotItsOrganization as error:
        raise Unreadable(_whose(error)) from None
    except promises.PlanRefused as error:
        raise Unreadable(f"Обещание по частям не записано: {'; '.join(map(_in_words, error.faults))}.") from None


def _whose(error: promises.NotItsOrganization) -> str:
    named = ", ".join(error.own)
    if not error.own:
        return f"Клиента с кодом «{error.client_code}» и договором нет."
    if error.organization_code is None:
        return f"У клиента {error.client_code} договоры с {named}: назовите организацию, которой он платит по частям."
    return f"У клиента {error.client_code} нет договора с {error.organization_code}, только с {named}."


def _in_words(fault: PlanFault) -> str:
    match fault.kind:
        case FaultKind.IS_OVER:
            return f"{fault.day:%d.%m.%Y} уже прошло"
        case FaultKind.STANDS_TWICE:
            return f"{fault.day:%d.%m.%Y} стоит дважды"
        case FaultKind.MORE_THAN_OWED:
            return f"обещано {amount(fault.promised)} ₽, а должны {amount(fault.owed)} ₽"


def _refuse_unless_shown(settings: Settings, seen: str) -> None:
    with engine.reading(settings) as connection:
        halt = stop.stopped(connection)
    if shown(halt) == seen:
        return
    if halt is None:
        raise GoesOn("blocking is not stopped any more")
    raise SaidMeanwhile("отключения остановлены", halt.by_name, halt.at, halt.reason)
