"""What one run may issue without a person: declared bounds, checked as one (domain.md §6). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.billing.drafts import Prepared
from pipelines.settings import Settings

FEW = 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """At most so many invoices, so much money (total, roubles), and such a share of the month's clients (0…1)."""

    invoices: int
    total: Decimal
    share: Decimal


def bounds_of(settings: Settings) -> Bounds:
    """The declared bounds."""
    return Bounds(settings.unattended_invoices, settings.unattended_total, settings.unattended_share)


def exceeded(bounds: Bounds, run: Prepared, clients: int) -> Sequence[str]:
    """Every bound that the run is beyond, in words; none: it may be issued without a person.

    ``clients``: the clients with contracts in force in the month. The share says nothing of a run that bills ``FEW``
    clients or fewer: in a small house most clients may well pay ahead.
    """
    touched = len({draft.client_code for draft in run.drafts})
    said = []
    if len(run.drafts) > bounds.invoices:
        said.append(f"{len(run.drafts)} invoices, more than {bounds.invoices}")
    if run.amounts.total > bounds.total:
        said.append(f"{run.amounts.total} roubles, more than {bounds.total}")
    if touched > FEW and touched > bounds.share * clients:
        said.append(f"{touched} of {clients} clients, a greater share than {bounds.share}")
    return said
