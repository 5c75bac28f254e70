"""What is missing for a contract to be billed: days without a snapshot, columns that its terms need (domain.md §2.5)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.usage.sources import Sources

USED_COLUMNS = ("last_message_at", "online_minutes")
SNAPSHOT, QUARANTINED, WHOLE_FILE = "snapshot", "quarantined", "whole file"


@dataclass(frozen=True, order=True, slots=True)
class Gap:
    """One missing thing of one platform and day: 'snapshot', 'quarantined', 'whole file' (the lake's is lost), or the name of a column."""

    platform: str
    date: date
    missing: str


@dataclass(frozen=True, slots=True)
class Present:
    """Vehicles of a contract on a platform-day that lacks columns: active ones, and those that count as far as can be known."""

    contract_no: str
    platform: str
    date: date
    columns: frozenset[str]
    active: int
    counted: int


def gaps(sources: Sources, present: Iterable[Present]) -> dict[str, list[Gap]]:
    """Contract → what is missing, in order; contracts that lack nothing are not there.

    A platform without vehicles of the contract on a day is a known zero there, whatever columns it lacks.
    """
    gaps_of_contract: dict[str, set[Gap]] = defaultdict(set)
    spans = {contract.contract_no: contract for contract in sources.contracts}
    for platform, mappings in sources.mappings_of.items():
        for day in sources.month.dates():
            if (platform, day) in sources.days:
                continue
            gap = Gap(platform, day, _missing(sources, platform, day))
            for mapping in mappings:
                if mapping.is_valid(day) and spans[mapping.contract_no].is_in_force(day):
                    gaps_of_contract[mapping.contract_no].add(gap)
    for row in present:
        for column in unknown(sources, row):
            gaps_of_contract[row.contract_no].add(Gap(row.platform, row.date, column))
    return {contract_no: sorted(missing) for contract_no, missing in gaps_of_contract.items()}


def _missing(sources: Sources, platform: str, day: date) -> str:
    if sources.fault_of(platform, day):
        return WHOLE_FILE
    return QUARANTINED if (platform, day) in sources.quarantined else SNAPSHOT


def unknown(sources: Sources, row: Present) -> list[str]:
    """Columns that the contract's terms and tariff of that day need and the platform-day lacks."""
    terms = sources.terms_on(row.contract_no, row.date)
    is_used = terms is None or terms.counting == "used"
    if is_used and lacks_used(row.columns):
        return [USED_COLUMNS[0]] if row.active else []
    if not row.counted:
        return []
    return sorted(sources.needed_columns(row.contract_no, row.date) - row.columns)


def lacks_used(columns: frozenset[str]) -> bool:
    """Whether nobody can say which vehicles were used."""
    return not any(column in columns for column in USED_COLUMNS)


def measured(sources: Sources) -> frozenset[str]:
    """Columns that some tariff needs."""
    return frozenset(column for versions in sources.tariff_columns.values() for _, columns in versions for column in columns)


def uncovered(missing: Mapping[str, list[Gap]]) -> set[tuple[str, date]]:
    """(contract, day) whose fleet is not known; where only minutes or a meter are missing, the fleet still is."""
    unknown_fleet = (SNAPSHOT, QUARANTINED, WHOLE_FILE, USED_COLUMNS[0])
    return {(contract_no, gap.date) for contract_no, gaps_of in missing.items() for gap in gaps_of if gap.missing in unknown_fleet}
