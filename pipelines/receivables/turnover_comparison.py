"""Our ledger and 1C's turnovers side by side, by contract, with the documents that explain a difference (domain.md §8). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from pipelines.money import ZERO
from pipelines.receivables.account import AccountEntry, ContractAccount, balance
from pipelines.receivables.turnover_sheet import OnecTurnover, TurnoverKey, TurnoverReport
from pipelines.wording.russian import amount, short_date

_MOST_TOGETHER: Final = 3
_MOST_DOCUMENTS: Final = 40  # documents of a contract and month of which sums of several are tried


@dataclass(frozen=True, slots=True)
class TurnoverDifference:
    """A contract of which the two books differ; 1C's balances are None where its report has none (карточка счёта).

    `contract_no` '': money that stands on no contract. `movement`: debit less credit of the month; balances above zero are the client's
    debt. `explained_by`: documents whose sum is the difference, or what else is known.
    """

    client_code: str
    contract_no: str
    opening: Decimal
    onec_opening: Decimal | None
    movement: Decimal
    onec_movement: Decimal
    closing: Decimal
    onec_closing: Decimal | None
    explained_by: str


@dataclass(frozen=True, slots=True)
class TurnoverComparison:
    """`agreeing`: contracts that both books hold alike; `unread`: rows of 1C that nothing is known of."""

    organization_code: str
    agreeing: int
    differences: tuple[TurnoverDifference, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A contract in both books."""

    ours: ContractAccount
    onec: OnecTurnover

    @property
    def excess(self) -> Decimal:
        """How much more our movement is than 1C's."""
        return self.ours.debit - self.ours.credit - self.onec.movement

    @property
    def agrees(self) -> bool:
        balances = ((self.ours.opening, self.onec.opening), (self.ours.closing, self.onec.closing))
        return not self.excess and all(onec is None or onec == own for own, onec in balances)


def compare(organization_code: str, ours: Mapping[TurnoverKey, ContractAccount], report: TurnoverReport) -> TurnoverComparison:
    """Both books by client and contract ('': money of no contract)."""
    pairs = {key: _pair(key, ours, report) for key in sorted({*ours, *report.turnovers})}
    by_client: dict[str, dict[str, _Pair]] = {}
    for (client, contract), pair in pairs.items():
        by_client.setdefault(client, {})[contract] = pair
    differences = tuple(_difference(key, pair, by_client[key[0]]) for key, pair in pairs.items() if not pair.agrees)
    agreeing = sum(pair.agrees for (_, contract), pair in pairs.items() if contract)
    return TurnoverComparison(organization_code, agreeing, differences, report.unread)


def _pair(key: TurnoverKey, ours: Mapping[TurnoverKey, ContractAccount], report: TurnoverReport) -> _Pair:
    absent = ZERO if report.has_balances else None
    return _Pair(ours.get(key, ContractAccount(key[1], ZERO, ())), report.turnovers.get(key, OnecTurnover(absent, closing=absent)))


def _difference(key: TurnoverKey, pair: _Pair, of_client: Mapping[str, _Pair]) -> TurnoverDifference:
    own, onec = pair.ours, pair.onec
    said = "; ".join((*_of_opening(pair), *_of_movement(key[1], pair, of_client)))
    return TurnoverDifference(*key, own.opening, onec.opening, own.debit - own.credit, onec.movement, own.closing, onec.closing, said)


def _of_opening(pair: _Pair) -> Iterator[str]:
    if pair.onec.opening is not None and (more := pair.onec.opening - pair.ours.opening):
        yield f"на начало месяца в 1С {'больше' if more > 0 else 'меньше'} на {amount(abs(more))}"


def _of_movement(contract: str, pair: _Pair, of_client: Mapping[str, _Pair]) -> Iterator[str]:
    """The documents whose sum is the difference: those of another contract of the client, one-sided, or posted twice."""
    excess = pair.excess
    if not excess:
        return
    other = next((number for number, each in of_client.items() if number != contract and each.excess == -excess), None)
    if other is not None and (moved := _summing_to(pair.ours.entries, excess)):
        yield f"в 1С {_on(other)}: {_listed(moved)}"
    elif other is not None and (moved := _summing_to(of_client[other].ours.entries, -excess)):
        yield f"у нас {_on(other)}: {_listed(moved)}"
    elif pair.onec.documents:
        yield from _one_sided(pair.ours.entries, pair.onec)
    elif lacking := _summing_to(pair.ours.entries, excess):
        yield f"нет в 1С: {_listed(lacking)}"
    elif doubled := _summing_to(pair.ours.entries, -excess):
        yield f"в 1С дважды: {_listed(doubled)}"
    else:
        yield f"документы месяца: {_listed(pair.ours.entries)}" if pair.ours.entries else "у нас в этом месяце документов нет"


def _on(contract: str) -> str:
    return f"на договоре {contract}" if contract else "без договора"


def _one_sided(entries: Sequence[AccountEntry], onec: OnecTurnover) -> Iterator[str]:
    """Documents that one of the books has and the other has not, told by their sums: each takes one of its equals away."""
    left = list(onec.documents)
    lacking: list[AccountEntry] = []
    for each in entries:
        twin = next((other for other in left if other.amount == each.debit - each.credit), None)
        if twin is None:
            lacking.append(each)
        else:
            left.remove(twin)
    if lacking:
        yield f"нет в 1С: {_listed(lacking)}"
    if left:
        yield "нет у нас: " + ", ".join(f"{other.text} {_signed(other.amount)}" for other in left)


def _summing_to(entries: Sequence[AccountEntry], wanted: Decimal) -> tuple[AccountEntry, ...]:
    """The fewest documents whose sum is wanted; none where no three are."""
    tried = entries[:_MOST_DOCUMENTS]
    sets = (each for size in range(1, _MOST_TOGETHER + 1) for each in combinations(tried, size))
    return next((each for each in sets if balance(each) == wanted), ())


def _listed(entries: Iterable[AccountEntry]) -> str:
    return ", ".join(f"{_document(each)} {_signed(each.debit - each.credit)}" for each in entries)


def _document(entry: AccountEntry) -> str:
    return f"{entry.document.replace(chr(160), ' ')} от {short_date(entry.dated)}"


def _signed(value: Decimal) -> str:
    return f"{'−' if value < 0 else '+'}{amount(abs(value))}"
