"""What changed since the month before, as the approval page shows it: the bridge, new and lost clients, the biggest changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.documents.bridge_words import PART_NAMES, signed, why
from pipelines.documents.page_cells import cell
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.bridge import Bridge, BridgePart
from pipelines.reports.changes import ContractChange, biggest, changes
from pipelines.reports.parked import LeftOut
from pipelines.wording.russian import amount

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = Mapping[str, Any]

MOST_CHANGES = 15
MOST_CLIENTS = 10
_SEEN_ONLY_WHEN_THERE = {BridgePart.LOST_CONTRACTS, BridgePart.NEW_CONTRACTS, BridgePart.RESUMED, BridgePart.OTHER}
_NOTES = {
    BridgePart.FLEET: "машины, дни, часы и показания счётчиков при прежних условиях и ценах",
    BridgePart.TERMS: "тариф договора, скидка, минимум, база, предоплата",
    BridgePart.TARIFF: "новые версии тарифов",
    BridgePart.VAT: "другая ставка при тех же ценах",
    BridgePart.OTHER: "выставлено не по нынешним данным: их изменили после счетов, или месяцы нельзя сравнить",
}
_GROUPS = {
    BridgePart.NEW_CLIENTS: "Новые клиенты (месяцем раньше счетов не было)",
    BridgePart.LOST_CLIENTS: "Ушедшие клиенты (месяцем раньше счета были)",
}


@dataclass(frozen=True, slots=True)
class ChangesOfRun:
    """Rows for the page, worded. ``more``: changed contracts beyond the ``biggest``."""

    bridge: Sequence[Row] = ()
    before: str = ""
    now: str = ""
    contracts_before: int = 0
    contracts_now: int = 0
    clients: Sequence[Row] = ()
    biggest: Sequence[Row] = ()
    more: int = 0


@dataclass(slots=True)
class _Tally:
    """What is counted while the contracts pass by once."""

    bridge: Bridge = field(default_factory=Bridge)
    clients: dict[BridgePart, dict[tuple[str, str], Decimal]] = field(default_factory=lambda: {part: {} for part in _GROUPS})
    contracts_before: int = 0
    contracts_now: int = 0
    changed: int = 0

    def passing(self, contracts: Iterator[ContractChange]) -> Iterator[ContractChange]:
        """The contracts that the run is about, one by one; all of them are counted."""
        for change in contracts:
            months = change.months
            self.bridge.add(months, change.parts)
            self.contracts_before += months.before is not None
            self.contracts_now += months.now is not None
            if months.standing in self.clients:
                totals, client = self.clients[months.standing], (change.client_code, change.client)
                totals[client] = totals.get(client, ZERO) + abs(months.difference)
            if change.is_drafted or (months.now is None and not months.is_parked):
                self.changed += bool(months.difference)
                yield change


def changes_of_run(connection: "Connection", month: Month, parked: Sequence[LeftOut]) -> ChangesOfRun:
    """The drafted close of a month against all that was billed for the month before; ``parked``: what it leaves out."""
    tally = _Tally()
    rows = [_biggest(change, month) for change in biggest(tally.passing(changes(connection, month, ("close",))), MOST_CHANGES)]
    return ChangesOfRun(
        bridge=_bridge(tally.bridge, parked),
        before=amount(tally.bridge.before),
        now=amount(tally.bridge.now),
        contracts_before=tally.contracts_before,
        contracts_now=tally.contracts_now,
        clients=[_group(title, tally.clients[part]) for part, title in _GROUPS.items()],
        biggest=rows,
        more=tally.changed - len(rows),
    )


def _bridge(bridge: Bridge, parked: Sequence[LeftOut]) -> list[Row]:
    notes = {**_NOTES, BridgePart.PARKED: _parked_note(parked)}
    return [
        {
            "name": name,
            "contracts": bridge.rows[part].contracts,
            "amount": signed(bridge.rows[part].amount),
            "note": notes.get(part, ""),
        }
        for part, name in PART_NAMES.items()
        if bridge.rows[part].contracts or part not in _SEEN_ONLY_WHEN_THERE
    ]


def _parked_note(parked: Sequence[LeftOut]) -> str:
    """What the parked contracts may bring later."""
    if not parked:
        return ""
    estimate = sum((each.estimate or ZERO for each in parked), ZERO)
    unknown = sum(each.estimate is None for each in parked)
    more = f", без оценки: {unknown}" if unknown else ""
    return f"всего отложено {len(parked)}; оценка их месяца {amount(estimate)} ₽{more}"


def _group(title: str, totals: Mapping[tuple[str, str], Decimal]) -> Row:
    ordered = sorted(totals.items(), key=lambda client: (-client[1], client[0]))
    return {
        "title": title,
        "count": len(ordered),
        "total": amount(sum(totals.values(), ZERO)),
        "biggest": [{"client": cell(name), "total": amount(total)} for (_, name), total in ordered[:MOST_CLIENTS]],
        "more": max(0, len(ordered) - MOST_CLIENTS),
    }


def _biggest(change: ContractChange, month: Month) -> Row:
    months = change.months
    return {
        "contract_no": cell(months.contract_no),
        "client": cell(change.client),
        "before": amount(months.before or ZERO),
        "total": amount(months.now or ZERO),
        "change": signed(months.difference),
        "why": cell(why(change, month)),
    }
