"""What is stored, held against what was written: master data, files of the lake, the chain of invoices. Reads only."""

from dataclasses import dataclass
from typing import Final

from pipelines.audit import chain, lake
from pipelines.master import verify
from pipelines.settings import Settings

_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at, what is not as it was written (a line each), and the command that lists it whole."""

    looked_at: int
    faults: tuple[str, ...]
    command: str

    @property
    def told(self) -> str:
        """The first faults and what to do, in Russian."""
        more = [f"и ещё {len(self.faults) - _NAMED}"] if len(self.faults) > _NAMED else []
        first = f"расхождений: {len(self.faults)}; все покажет {self.command}, что делать — docs/operations.md"
        return "\n".join([first, *self.faults[:_NAMED], *more])


def master_data(settings: Settings) -> Verified:
    """Rows past their history, and rows that Great Expectations refuses."""
    done = verify.verify(settings, expectations=True)
    faults = (f"{each.sheet} {each.key} {each.column}: {each.found}, {each.in_history} → {each.in_table}" for each in done.differences)
    return Verified(done.rows, tuple(faults), "fleetbill master verify --expectations")


def lake_files(settings: Settings) -> Verified:
    """Files that are removed, damaged, exchanged or foreign."""
    files, flaws = lake.verify(settings)
    return Verified(files, tuple(f"{each.path}: {each.fault}, {each.detail}" for each in flaws), "fleetbill snapshot verify")


def chains(settings: Settings) -> Verified:
    """The first invoice of each organization that was changed, removed or slipped in."""
    walked = chain.verify(settings)
    faults = (f"{each.organization_code}: {each.told}" for each in walked if each.breaks)
    return Verified(sum(each.links for each in walked), tuple(faults), "fleetbill ledger verify")
