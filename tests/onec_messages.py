"""Messages of 1C's exchange as tests write them: under their name at once."""

from collections.abc import Iterable
from pathlib import Path

from pipelines.delivery.onec.message import Envelope, PreparedMessage, prepare_message, publish
from pipelines.delivery.onec.model import OnecObject
from pipelines.documents.requisites import Bank, Buyer, PartyKind, Seller, seller_kind


def write_message(folder: Path, envelope: Envelope, objects: Iterable[OnecObject] = ()) -> PreparedMessage:
    """The message with these objects, in place of an earlier one; its path and the number of objects."""
    prepared = prepare_message(folder, envelope, objects)
    publish(prepared)
    return prepared


def organization(code: str, name: str, inn: str, full_name: str | None = None, kpp: str | None = None, bank: Bank | None = None) -> Seller:
    """What 1C needs of a seller."""
    return Seller(code, name, seller_kind(inn), full_name, inn, kpp, bank=bank)


def counterparty(
    code: str, name: str, kind: PartyKind, full_name: str | None = None, inn: str | None = None, kpp: str | None = None
) -> Buyer:
    """What 1C needs of a buyer."""
    return Buyer(code, name, kind, full_name, inn, kpp)
