"""What follows once a run is issued, for the command line and the DAGs alike: papers, 1C, the month's workbook (domain.md §7).

Every step finds by itself what is still to be done: a killed run is completed by running any of them again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipelines.billing.model import Purpose
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.delivery.onec.odata.access import BaseSecrets
    from pipelines.documents.publish import Share

Progress = Callable[[str], None]


class FollowUp(StrEnum):
    """A step; in a DAG the task of that name does it."""

    PAPERS = "documents"
    OUTBOX = "outbox"  # 1C's: the message itself goes with the next turn of the exchange
    ONEC = "onec"
    WORKBOOK = "workbook"


FOLLOW_UPS: Final[Mapping[Purpose, tuple[FollowUp, ...]]] = {
    Purpose.PREPAY: (FollowUp.PAPERS, FollowUp.OUTBOX),
    Purpose.WATCH: (FollowUp.PAPERS, FollowUp.OUTBOX),
    Purpose.CLOSE: (FollowUp.PAPERS, FollowUp.ONEC, FollowUp.WORKBOOK),
    Purpose.CORRECT: (FollowUp.PAPERS, FollowUp.OUTBOX),
}
"""What follows at once, in this order."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What the steps came to: papers that were printed, where the message for 1C and the workbook are (None: not written)."""

    documents: int = 0
    message: str | None = None
    workbook: str | None = None


def follow(settings: Settings, month: Month, purpose: Purpose, at: datetime, progress: Progress) -> Followed:
    """All that follows from a run of this purpose; NotPrinted or MessageNotSent after the other steps, which do not wait for it."""
    from pipelines.delivery.onec.sending import MessageNotSent
    from pipelines.documents.publish import NotPrinted

    done, failed = Followed(), list[Refused]()
    for step in FOLLOW_UPS[purpose]:
        if words := _PROGRESS.get(step):
            progress(words)
        try:
            match step:
                case FollowUp.PAPERS:
                    done = replace(done, documents=print_papers(settings, month))
                case FollowUp.OUTBOX:
                    fill_outboxes(settings, at)
                case FollowUp.ONEC:
                    done = replace(done, message=tell_onec(settings, at))
                case FollowUp.WORKBOOK:
                    done = replace(done, workbook=write_workbook(settings, month, at))
        except (NotPrinted, MessageNotSent) as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return done


_PROGRESS: Final = {
    FollowUp.PAPERS: "writing documents",
    FollowUp.ONEC: "writing the 1C message",
    FollowUp.WORKBOOK: "writing the workbook",
}


def print_papers(settings: Settings, month: Month) -> int:
    """The papers of the month that are not printed yet; how many were."""
    from pipelines.documents.publish import publish

    return publish(settings, month)


def share_out(settings: Settings, month: Month) -> "list[Share]":
    """The same for several workers: shares of the papers that are not printed yet, each to be printed by itself. Archives for electronic
    exchange are made of the database alone, and so at once."""
    from pipelines.documents.edo.archives import write_archives
    from pipelines.documents.publish import shares

    write_archives(settings, month)
    return shares(settings, month)


def fill_outboxes(settings: Settings, at: datetime) -> None:
    """What every base of 1C lacks is queued for it, so that the exchange's listings show it; nothing is sent."""
    from pipelines.delivery.onec.filling import fill_outboxes as fill

    fill(settings, at)


def tell_onec(settings: Settings, at: datetime, secrets: "BaseSecrets | None" = None) -> str | None:
    """The next message to every base of 1C; where they lie, None when nothing waits. MessageNotSent where a base got none and needs it."""
    from pipelines.delivery.onec.sending import require_sent, send_to_all

    return ", ".join(str(message.path) for message in require_sent(send_to_all(settings, at, secrets=secrets))) or None


def write_workbook(settings: Settings, month: Month, at: datetime) -> str:
    """The month's workbook for finance; where it is."""
    from pipelines.documents.finance_workbook import write_report

    return write_report(settings, month, at)
