"""What the files for electronic exchange are made of besides the papers themselves: plain facts. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pipelines.documents.requisites import Party
from pipelines.errors import Refused


class NotForExchange(Refused):
    """A document that no file can be made of; the message names the party and what it lacks."""


@dataclass(frozen=True, slots=True)
class PaidBefore:
    """A payment that came before the service was rendered (line 5 of a счёт-фактура)."""

    number: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Exchange:
    """One document's way: its identity, the moment it was issued at (local to the seller) and the parties' identifiers.

    ``key``: a UUID as text, the same for ever. ``sender`` and ``receiver``: as operators of ЭДО gave them.
    """

    key: str
    at: datetime
    sender: str
    receiver: str
    paid: tuple[PaidBefore, ...] = ()


@dataclass(frozen=True, slots=True)
class ExchangeFile:
    """A file by its name in the archive."""

    name: str
    content: bytes


def participant(party: Party, edo_id: str | None) -> str:
    """The identifier of a party: as its operator gave it, else by ИНН and КПП. NotForExchange without either."""
    if edo_id:
        return edo_id
    if not party.inn:
        raise NotForExchange(f"{party.name} ({party.code}): neither edo_id nor ИНН is known")
    return "-".join(filter(None, (party.inn, party.kpp if party.kind == "legal" else None)))
