"""Findings that a pass over the month's evidence brings to light, replaced with its usage (domain.md §3, §10)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.findings.dips import WEEK, Dip, MonthEnd, dip
from pipelines.findings.store import Occurrence, replace
from pipelines.period import Month, Span
from pipelines.usage.counting import Counted
from pipelines.usage.lake import Lake
from pipelines.usage.owners import Standing
from pipelines.usage.parts import Part
from pipelines.usage.sources import Sources
from pipelines.usage.suspected import suspected_duplicates
from pipelines.usage.transfers import TRANSFER, transfers
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

KINDS = (
    "orphan",
    "out_of_contract",
    "silent_unbilled",
    "unknown_account",
    "double_mapping",
    "several_owners",
    "duplicate",
    "suspected_duplicate",
    "missing_snapshot",
)
DIP = "month_end_dip"


def findings(connection: "Connection", lake: Lake, sources: Sources, found: Counted, at: datetime) -> int:
    """Replace the month's findings of these kinds, and the dips and transfers that its days decide; their number without the latter."""
    rows = [
        *_unbilled(lake, found),
        *_unknown_accounts(lake, found),
        *_double_mappings(sources, found),
        *_duplicates(lake, found),
        *suspected_duplicates(lake, found),
        *_missing(sources),
    ]
    month = sources.month
    count = replace(connection, KINDS, month.first, month.last, rows)
    replace(connection, [TRANSFER], month.first, month.next.first, transfers(connection, lake, found, at))
    for each in (month.previous, month):
        replace(connection, [DIP], each.first, each.last, _dips(connection, each))
    return count


def _unbilled(lake: Lake, found: Counted) -> Iterator[Occurrence]:
    """Active vehicles that belong to nobody, or to a contract out of force; and those with several owners."""
    import pyarrow as pa

    for part in found.parts:
        several = _several(part)
        wanted = [number for number, owner in enumerate(part.owners) if number in several or owner.standing <= Standing.OUT_OF_CONTRACT]
        if not wanted:
            continue
        lake.put("chosen_accounts", pa.table({"account_no": pa.array(wanted, pa.int32())}))
        listed = lake.table("vehicles_of", path=lake.location(part.path), shape=lake.shape).to_pydict()
        seen_on = part.day.business_date
        for vehicle_id, number, plate, is_used in zip(
            *(listed[name] for name in ("vehicle_id", "account_no", "plate", "is_used")), strict=True
        ):
            owner, subject = part.owners[number], f"{part.day.platform}/{vehicle_id}"
            words = ", ".join(filter(None, [plate, "на связи" if is_used else "без сообщений за день"]))
            names = ", ".join(part.owner_sets[number])
            if owner.standing <= Standing.OUT_OF_CONTRACT and not is_used:
                yield Occurrence("silent_unbilled", subject, seen_on, owner.contract_no, f"не обслуживалась: {words}")
            if owner.standing is Standing.ORPHAN:
                where = f"учётная запись {names} не привязана к договору" if names else "без учётной записи"
                yield Occurrence("orphan", subject, seen_on, None, f"{where}; {words}")
            elif owner.standing is Standing.OUT_OF_CONTRACT:
                yield Occurrence(
                    "out_of_contract", subject, seen_on, owner.contract_no, f"договор {owner.contract_no} в этот день не действует; {words}"
                )
            if number in several:
                rivals = ", ".join(owner.rivals)
                yield Occurrence("several_owners", subject, seen_on, owner.contract_no, f"владельцы {names} ведут к договорам {rivals}")


def _several(part: Part) -> set[int]:
    """Owner sets of several accounts that lead to different contracts."""
    return {number for number, owner in enumerate(part.owners) if owner.rivals and len(part.owner_sets[number]) > 1}


def _unknown_accounts(lake: Lake, found: Counted) -> Iterator[Occurrence]:
    """Accounts that hold active vehicles and lead to no contract."""
    vehicles: dict[tuple[str, date, str], int] = defaultdict(int)
    listed = lake.table("active_accounts").to_pydict()
    for part_no, number, count in zip(listed["part_no"], listed["account_no"], listed["vehicles"], strict=True):
        part = found.parts[part_no]
        for account in part.owner_sets[number]:
            vehicles[part.day.platform, part.day.business_date, account] += count
    for (platform, day, account), count in vehicles.items():
        yield Occurrence("unknown_account", f"{platform}/{account}", day, None, f"машин на учётной записи: {count}; договора нет")


def _double_mappings(sources: Sources, found: Counted) -> Iterator[Occurrence]:
    """Accounts that are mapped to several contracts on a covered day."""
    in_force: dict[int, frozenset[str]] = {}
    for platform, day in sources.days:
        epoch = sources.epochs[day]
        if epoch not in in_force:
            in_force[epoch] = sources.in_force_on(day)
        for account, contracts in found.resolver.mapped(platform, day).items():
            if len(contracts) > 1:
                billed = next((name for name in contracts if name in in_force[epoch]), contracts[0])
                others = ", ".join(name for name in contracts if name != billed)
                yield Occurrence("double_mapping", f"{platform}/{account}", day, billed, f"привязана и к {others}; считается по {billed}")


def _duplicates(lake: Lake, found: Counted) -> Iterator[Occurrence]:
    """Vehicles whose device another vehicle holds that day."""
    import pyarrow as pa

    listed = lake.table("losers").to_pylist()
    wanted: dict[int, set[int]] = defaultdict(set)
    for row in listed:
        wanted[row["part_no"]].add(row["vehicle_no"])
        wanted[row["winner_part_no"]].add(row["winner_vehicle_no"])
    names: dict[tuple[int, int], str] = {}
    for part_no, numbers in wanted.items():
        part = found.parts[part_no]
        lake.put("chosen_vehicles", pa.table({"vehicle_no": pa.array(sorted(numbers), pa.int32())}))
        ids = lake.table("vehicle_ids", path=lake.location(part.path)).to_pydict()
        for number, vehicle_id in zip(ids["vehicle_no"], ids["vehicle_id"], strict=True):
            names[part_no, number] = f"{part.day.platform}/{vehicle_id}"
    for row in listed:
        part = found.parts[row["part_no"]]
        loser = names[row["part_no"], row["vehicle_no"]]
        winner = names[row["winner_part_no"], row["winner_vehicle_no"]]
        contract_no = part.owners[row["account_no"]].contract_no
        yield Occurrence("duplicate", loser, part.day.business_date, contract_no, f"то же устройство у {winner}; считается оно")


def _missing(sources: Sources) -> Iterator[Occurrence]:
    """Days that are over and that a platform with contracts in force on it does not cover."""
    if sources.known_until is None:
        return
    for platform, mappings in sources.mappings_of.items():
        for day in Span(sources.month.first, sources.known_until).dates():
            if (platform, day) in sources.days:
                continue
            in_force = sources.in_force_on(day)
            if not any(mapping.is_valid(day) and mapping.contract_no in in_force for mapping in mappings):
                continue
            word = "снимок в карантине" if (platform, day) in sources.quarantined else "снимка нет"
            yield Occurrence("missing_snapshot", platform, day, None, f"{word}: договоры этой платформы за месяц не выставляются")


def _dips(connection: "Connection", month: Month) -> Iterator[Occurrence]:
    from sqlalchemy import text

    binds: Mapping[str, Any] = {
        "first": month.first,
        "last": month.last,
        "week_from": month.last - timedelta(days=WEEK - 1),
        "next_to": month.last + timedelta(days=WEEK),
    }
    for contract_no, *figures in connection.execute(text(statement("warehouse/usage/month_ends")), binds):
        end = MonthEnd(*figures)
        found = dip(end)
        if found is None:
            continue
        words = f"было до {end.peak_before}, в последнюю неделю не больше {end.last_week}"
        after = f", на следующей неделе {end.next_week}" if found is Dip.CONFIRMED else "; следующая неделя ещё не известна целиком"
        yield Occurrence(DIP, contract_no, month.last, contract_no, words + after)
