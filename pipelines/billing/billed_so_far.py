"""What was issued for a month so far: the lines that a corrective, a credit or a correction is taken from."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from pipelines.period import Month, Span
from pipelines.rating.charges import Billed
from pipelines.rating.model import Kind
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

AHEAD = frozenset({"advance", "corrective", "adjustment"})


@dataclass(frozen=True, slots=True)
class BilledSoFar:
    """Lines by contract and invoice kind, and the causes of the invoices of each kind."""

    by_kind: dict[str, dict[str, list[Billed]]] = field(default_factory=dict)
    causes: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def lines(self, contract_no: str) -> Sequence[Billed]:
        """Everything issued for the contract's month, of all kinds."""
        return [line for lines in self.by_kind.get(contract_no, {}).values() for line in lines]

    def ahead(self, contract_no: str) -> Sequence[Billed]:
        """What advance, corrective and credit have billed while the month is open (domain.md §6)."""
        return [line for kind, lines in self.by_kind.get(contract_no, {}).items() if kind in AHEAD for line in lines]

    def count(self, contract_no: str, kind: str) -> int:
        """Number of the contract's invoices of this kind for the month."""
        return len(self.causes.get((contract_no, kind), ()))

    def fresh_cause(self, contract_no: str, kind: str, cause: str) -> str:
        """The cause, or with ``/2``, ``/3`` … where invoices of that cause exist: a day that was watched, and changed later."""
        taken = self.causes.get((contract_no, kind), ())
        number = 1 + sum(other == cause or other.startswith(f"{cause}/") for other in taken)
        return cause if number == 1 else f"{cause}/{number}"


def read(connection: "Connection", month: Month) -> BilledSoFar:
    """Read it in two statements."""
    lines: dict[str, dict[str, list[Billed]]] = defaultdict(lambda: defaultdict(list))
    for row in query.rows(connection, "billing/issued_lines", month=month.first):
        lines[row.contract_no][row.kind].append(
            Billed(
                row.tariff_code,
                row.component_no,
                row.component,
                Kind(row.component_kind),
                Span(row.segment_from, row.segment_to),
                row.prices_include_vat,
                row.net,
                row.vat_rate,
                row.vat,
                row.total,
                Fraction(row.quantity_exact),
                row.price,
            )
        )
    counted = query.rows(connection, "billing/issued_kinds", month=month.first)
    return BilledSoFar(lines, {(row.contract_no, row.kind): row.causes for row in counted})
