"""Money of customers that 1C tells of and the ledger cannot count, as findings.

Its message is acknowledged like any other, so that nobody would hear of it again.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec.body import MoneyDocument, NoPayment, Unread
from pipelines.findings import store
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

NOT_COUNTED: Final = "onec_not_counted"
"""Kind of finding: a document of money in 1C that no payment was made of; its subject is base and UUID."""

REASONS: Final = (NoPayment.OTHER_ACCOUNT, NoPayment.OTHER_CURRENCY)
"""Why a customer's money is not counted; what is a supplier's, a draft or another firm's is nobody's business here."""

_MOST: Final = 1_000
"""Findings of one message: rubbish makes no flood."""


class NotCounted:
    """What one message of a base says of such documents; each is open until the base tells it so that it counts, or deletes it."""

    def __init__(self, connection: "Connection", peer: str) -> None:
        self._connection, self._peer = connection, peer
        self._open = frozenset(query.scalars(connection, "findings/subjects", kind=NOT_COUNTED))
        self._over: set[str] = set()
        self._found: dict[str, store.Occurrence] = {}

    def unread(self, item: Unread, today: date) -> None:
        """A document that could not be read; nothing where it is none of a customer's."""
        if item.reference:
            self._add(item.reference, today, {"document": item.number, "reason": "unreadable", "written": item.written})

    def judge(self, reference: str, document: MoneyDocument | None = None, reason: NoPayment | None = None) -> None:
        """A document as it is now (None: deleted), and why it is no payment (None: it is one)."""
        if document is None or reason not in REASONS:
            if self._open or self._found:
                self._found.pop(self._subject(reference), None)
                self._over.add(self._subject(reference))
            return
        said = {"document": document.number, "amount": f"{document.amount:.2f}", "on": document.paid_on.isoformat()}
        self._add(reference, document.paid_on, {**said, "reason": str(reason), "account": document.our_account})

    def store(self) -> None:
        """Put the findings in place of what was open of the same documents."""
        subjects = self._open & (self._over | self._found.keys())
        if subjects:
            query.run(self._connection, "findings/forget_subjects", kind=NOT_COUNTED, subjects=sorted(subjects))
        for each in self._found.values():
            store.add(self._connection, each)

    def _add(self, reference: str, seen_on: date, parameters: Mapping[str, str]) -> None:
        subject = self._subject(reference)
        if subject in self._found or len(self._found) < _MOST:
            self._found[subject] = store.Occurrence(NOT_COUNTED, subject, seen_on, parameters={"peer": self._peer, **parameters})

    def _subject(self, reference: str) -> str:
        return f"{self._peer}/{reference}"
