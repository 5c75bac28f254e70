"""Findings that a pass over the month's evidence brings to light, replaced with its usage (domain.md §3, §10)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.findings.store import Occurrence, replace
from pipelines.period import Span
from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake import Lake
from pipelines.usage.month_ends import DIP, dips
from pipelines.usage.owners import Owner, OwnerStanding
from pipelines.usage.placeholders import PLACEHOLDER, placeholder_devices
from pipelines.usage.platform_days import OwnedDay
from pipelines.usage.sources import Sources
from pipelines.usage.suspected import suspected_duplicates
from pipelines.usage.transfers import TRANSFER, transfers
from pipelines.usage.without_accounts import WITHOUT_ACCOUNTS, contracts_without_accounts

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
    PLACEHOLDER,
    WITHOUT_ACCOUNTS,
)


def replace_findings(connection: "Connection", lake: Lake, counted: CountedMonth, at: datetime) -> int:
    """Replace the month's findings of these kinds, and the dips and transfers that its days decide; their number without the latter."""
    rows = [
        *_unbilled(lake, counted),
        *_unknown_accounts(lake, counted),
        *_double_mappings(counted),
        *_duplicates(lake, counted),
        *suspected_duplicates(lake, counted),
        *placeholder_devices(lake, counted),
        *contracts_without_accounts(connection, lake, counted),
        *_missing(counted.sources),
    ]
    month = counted.sources.month
    number = replace(connection, KINDS, month.first, month.last, rows)
    replace(connection, [TRANSFER], month.first, month.next.first, transfers(connection, lake, counted, at))
    for each in (month.previous, month):
        replace(connection, [DIP], each.first, each.last, dips(connection, each))
    return number


def _unbilled(lake: Lake, counted: CountedMonth) -> Iterator[Occurrence]:
    """Active vehicles that belong to nobody, or to a contract out of force; and those with several owners."""
    import pyarrow as pa

    for day in counted.owned_days:
        several = _several(day)
        chosen = [number for number, owner in enumerate(day.owners) if number in several or owner.standing <= OwnerStanding.OUT_OF_CONTRACT]
        if not chosen:
            continue
        lake.put("chosen_accounts", pa.table({"account_no": pa.array(chosen, pa.int32())}))
        listed = lake.table("vehicles_of", path=lake.location(day.path), shape=lake.shape).to_pydict()
        columns = (listed[name] for name in ("vehicle_id", "account_no", "plate", "is_used"))
        for vehicle_id, number, plate, is_used in zip(*columns, strict=True):
            subject, owner, accounts = f"{day.platform}/{vehicle_id}", day.owners[number], ", ".join(day.owner_sets[number])
            if owner.standing <= OwnerStanding.OUT_OF_CONTRACT:
                yield from _served_for_free(subject, day.business_date, owner, accounts, plate, is_used=is_used)
            if number in several:
                detail = f"владельцы {accounts} ведут к договорам {', '.join(owner.rivals)}"
                yield Occurrence("several_owners", subject, day.business_date, owner.contract_no, detail)


def _served_for_free(subject: str, seen_on: date, owner: Owner, accounts: str, plate: str | None, *, is_used: bool) -> Iterator[Occurrence]:
    """Findings of one vehicle that no contract in force owns."""
    state = ", ".join(filter(None, [plate, "на связи" if is_used else "без сообщений за день"]))
    if not is_used:
        yield Occurrence("silent_unbilled", subject, seen_on, owner.contract_no, f"не обслуживалась: {state}")
    if owner.standing is OwnerStanding.ORPHAN:
        where = f"учётная запись {accounts} не привязана к договору" if accounts else "без учётной записи"
        yield Occurrence("orphan", subject, seen_on, None, f"{where}; {state}")
    else:
        detail = f"договор {owner.contract_no} в этот день не действует; {state}"
        yield Occurrence("out_of_contract", subject, seen_on, owner.contract_no, detail)


def _several(day: OwnedDay) -> set[int]:
    """Owner sets of several accounts that lead to different contracts."""
    return {number for number, owner in enumerate(day.owners) if owner.rivals and len(day.owner_sets[number]) > 1}


def _unknown_accounts(lake: Lake, counted: CountedMonth) -> Iterator[Occurrence]:
    """Accounts that hold active vehicles and lead to no contract."""
    vehicles: dict[tuple[str, date, str], int] = defaultdict(int)
    for row in lake.table("active_accounts").to_pylist():
        day = counted.owned_days[row["platform_day_no"]]
        for account in day.owner_sets[row["account_no"]]:
            vehicles[day.platform, day.business_date, account] += row["vehicles"]
    for (platform, day_, account), number in vehicles.items():
        yield Occurrence("unknown_account", f"{platform}/{account}", day_, None, f"машин на учётной записи: {number}; договора нет")


def _double_mappings(counted: CountedMonth) -> Iterator[Occurrence]:
    """Accounts that are mapped to several contracts on a covered day."""
    for platform, day in counted.sources.days:
        for account, contracts in counted.owners.mapped(platform, day).items():
            if len(contracts) > 1:
                in_force = counted.owners.in_force(day)
                billed = next((name for name in contracts if name in in_force), contracts[0])
                others = ", ".join(name for name in contracts if name != billed)
                yield Occurrence("double_mapping", f"{platform}/{account}", day, billed, f"привязана и к {others}; считается по {billed}")


def _duplicates(lake: Lake, counted: CountedMonth) -> Iterator[Occurrence]:
    """Vehicles whose device another vehicle holds that day."""
    losers = lake.table("losers").to_pylist()
    names = _vehicle_names(lake, counted, losers)
    for row in losers:
        day = counted.owned_days[row["platform_day_no"]]
        loser = names[row["platform_day_no"], row["vehicle_no"]]
        winner = names[row["winner_platform_day_no"], row["winner_vehicle_no"]]
        contract_no = day.owners[row["account_no"]].contract_no
        yield Occurrence("duplicate", loser, day.business_date, contract_no, f"то же устройство у {winner}; считается оно")


def _vehicle_names(lake: Lake, counted: CountedMonth, losers: list[dict[str, int]]) -> dict[tuple[int, int], str]:
    """`platform/vehicle` of losers and winners, by number of the platform-day and of the vehicle."""
    import pyarrow as pa

    chosen: dict[int, set[int]] = defaultdict(set)
    for row in losers:
        chosen[row["platform_day_no"]].add(row["vehicle_no"])
        chosen[row["winner_platform_day_no"]].add(row["winner_vehicle_no"])
    names: dict[tuple[int, int], str] = {}
    for day_number, numbers in chosen.items():
        day = counted.owned_days[day_number]
        lake.put("chosen_vehicles", pa.table({"vehicle_no": pa.array(sorted(numbers), pa.int32())}))
        ids = lake.table("vehicle_ids", path=lake.location(day.path)).to_pydict()
        for number, vehicle_id in zip(ids["vehicle_no"], ids["vehicle_id"], strict=True):
            names[day_number, number] = f"{day.platform}/{vehicle_id}"
    return names


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
            state = "снимок в карантине" if (platform, day) in sources.quarantined else "снимка нет"
            yield Occurrence("missing_snapshot", platform, day, None, f"{state}: договоры этой платформы за месяц не выставляются")
