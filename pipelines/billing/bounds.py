"""What one run may issue without a person: declared bounds, checked as one (domain.md §6). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pipelines.settings import Settings
from pipelines.wording.russian import roubles

FEW = 20
"""So many clients are within any share: in a small house most clients may well pay ahead."""


@dataclass(frozen=True, slots=True)
class UnattendedBounds:
    """At most so many invoices, so much money (total, roubles), and such a share of the month's clients (0…1)."""

    invoices: int
    total: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class RunSize:
    """What a run would issue: invoices, their total in roubles, clients billed, of so many clients in force in the month."""

    invoices: int
    total: Decimal
    touched: int
    clients: int


class ReasonToAsk(NamedTuple):
    """Why a run needs a person, in words."""

    english: str
    russian: str


def bounds_of(settings: Settings) -> UnattendedBounds:
    """The declared bounds."""
    return UnattendedBounds(settings.unattended_invoices, settings.unattended_total, settings.unattended_share)


def exceeded(bounds: UnattendedBounds, run: RunSize) -> Sequence[ReasonToAsk]:
    """Every bound that the run is beyond; none: it may be issued without a person."""
    said = []
    if run.invoices > bounds.invoices:
        said.append(
            ReasonToAsk(
                f"{run.invoices} invoices, more than {bounds.invoices}",
                f"счетов {run.invoices}, без человека не больше {bounds.invoices}",
            )
        )
    if run.total > bounds.total:
        said.append(
            ReasonToAsk(
                f"{run.total} roubles, more than {bounds.total}",
                f"{roubles(run.total)} ₽, без человека не больше {roubles(bounds.total)} ₽",
            )
        )
    if run.touched > FEW and run.touched > bounds.share * run.clients:
        said.append(
            ReasonToAsk(
                f"{run.touched} of {run.clients} clients, a greater share than {bounds.share}",
                f"клиентов {run.touched} из {run.clients}, доля больше {str(bounds.share).replace('.', ',')}",
            )
        )
    return said
