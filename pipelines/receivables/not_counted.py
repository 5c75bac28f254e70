"""Money of customers that 1C tells of and the ledger cannot count, as findings.

Its message is acknowledged like any other, so that nobody would hear of it again.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec.body import NoPayment
from pipelines.findings import store
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

NOT_COUNTED: Final = "onec_not_counted"
"""Kind of finding: a document of money in 1C that no payment was made of, or that differs from the payment that stands; its subject is
base and UUID."""

REASONS: Final = (NoPayment.OTHER_ACCOUNT, NoPayment.OTHER_CURRENCY, NoPayment.UNREADABLE)
"""Why a customer's money is not counted; what is a supplier's, a draft or another firm's is nobody's business here."""


class NotCounted:
    """What a part of a message says of such documents, beside what is open of them.

    Each is open until the base tells it as no money of a customer, or deletes it, or any base tells it so that it counts.
    """

    def __init__(self, connection: "Connection", peer: str, references: Iterable[str], today: date) -> None:
        """`references`: UUIDs of all documents of the part; `today`: where the house is."""
        self._connection, self._peer, self._today = connection, peer, today
        rows = query.rows(connection, "findings/of_documents", kind=NOT_COUNTED, references=list(references))
        self._open: dict[str, date] = {row.subject: row.first_day for row in rows}
        self._of_reference: dict[str, set[str]] = {}
        for subject in self._open:
            self._of_reference.setdefault(subject.rpartition("/")[2], set()).add(subject)
        self._over: set[str] = set()
        self._found: dict[str, Mapping[str, str]] = {}

    def count(self, reference: str) -> None:
        """A payment was made of the document: nothing waits for anybody, whichever base spoke of it."""
        self._over |= self._of_reference.get(reference, set())

    def dismiss(self, reference: str) -> None:
        """The document is deleted, or no money of a customer of ours."""
        self._over |= self._of_reference.get(reference, set()) & {self._subject(reference)}

    def add(self, reference: str, reason: NoPayment, **said: str) -> None:
        """A document that is not counted, and what its words need; `stands`: the sum that the ledger holds of it all the same."""
        self._found[reference] = {"peer": self._peer, "reason": str(reason), **said}

    def write(self) -> None:
        """Put the findings in place of what was open of the same documents; what another base made a payment of is counted."""
        lost = [reference for reference, said in self._found.items() if "stands" not in said]
        binds = {"peer": self._peer, "references": lost}
        for reference in query.scalars(self._connection, "receivables/counted_elsewhere", **binds) if lost else ():
            del self._found[reference]
            self.dismiss(reference)
        occurred = {self._subject(reference): said for reference, said in self._found.items()}
        replaced = self._over | (self._open.keys() & occurred.keys())
        if replaced:
            store.forget_subjects(self._connection, NOT_COUNTED, replaced)
        store.put(self._connection, (self._run(subject, said) for subject, said in occurred.items()))

    def _run(self, subject: str, said: Mapping[str, str]) -> store.FindingRun:
        """Seen since it was told first, until today."""
        first = self._open.get(subject, self._today)
        return store.FindingRun(NOT_COUNTED, subject, first, max(first, self._today), None, None, 0, said)

    def _subject(self, reference: str) -> str:
        return f"{self._peer}/{reference}"
