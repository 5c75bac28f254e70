"""What 1C has written, taken: acknowledgements, payments, clients; and access back at once for whoever has paid (domain.md §8, §9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.access.connectors import Secrets
from pipelines.access.orders import DunningResult
from pipelines.access.restore import restore
from pipelines.delivery.onec.applying import AppliedCatalogues, apply_catalogues
from pipelines.delivery.onec.body import BodyObject
from pipelines.delivery.onec.catalogues import CatalogueObject
from pipelines.delivery.onec.odata.access import BaseSecrets
from pipelines.delivery.onec.receiving import PeerAnswer, receive
from pipelines.documents.finance_workbook import renew_reports
from pipelines.period import Month
from pipelines.receivables.onec_documents import apply_body
from pipelines.settings import Settings
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PART = 10_000  # counterparties and contracts that are in memory at a time


@dataclass(frozen=True, slots=True)
class ReceivedMessages:
    """What was in the folder, whom it gave access back, and the months whose workbooks were written anew for it."""

    answers: tuple[PeerAnswer, ...]
    restored: DunningResult
    renewed: tuple[Month, ...]


def take_answers(
    settings: Settings, at: datetime, codes: tuple[str, ...] = (), base_secrets: BaseSecrets | None = None
) -> list[PeerAnswer]:
    """Every message in the folders of all bases, or of those of these codes, each whole with its payments or not at all."""
    return receive(settings, at, _apply, codes, base_secrets)


def receive_from_onec(
    settings: Settings,
    at: datetime,
    *,
    secrets: Secrets | None = None,
    codes: tuple[str, ...] = (),
    base_secrets: BaseSecrets | None = None,
    is_renewing: bool = True,
) -> ReceivedMessages:
    """Take the messages of 1C, give access back to whoever has no blocking debt left, and renew the workbooks.

    `is_renewing` False leaves the workbooks to a later run. `secrets` are the Airflow connections of platforms, `base_secrets` those of
    bases over HTTP.

    Without a message too: a run that was killed after its message was taken has not given access back yet.
    """
    answers = take_answers(settings, at, codes, base_secrets)
    restored = restore(settings, at, secrets=secrets)
    return ReceivedMessages(tuple(answers), restored, tuple(renew_reports(settings, at) if is_renewing else ()))


def _apply(connection: "Connection", peer: str, message_no: int, objects: Iterator[BodyObject], at: datetime) -> str:
    """Everything of a message, in its transaction; master data are locked before the ledger, as when invoices are issued."""
    lock(connection, Lock.MASTER)
    applied = AppliedCatalogues()

    def of_money() -> Iterator[BodyObject]:
        """Everything but counterparties and contracts, which are applied apart, and before any payment is matched."""
        catalogues: list[CatalogueObject] = []
        for item in objects:
            if not isinstance(item, CatalogueObject):
                yield item
                continue
            catalogues.append(item)
            if len(catalogues) == _PART:
                apply_catalogues(connection, peer, message_no, catalogues, at, applied)
                catalogues.clear()
        if catalogues:
            apply_catalogues(connection, peer, message_no, catalogues, at, applied)

    documents = apply_body(connection, peer, message_no, of_money(), at)
    return ", ".join(filter(None, (str(documents), str(applied))))
