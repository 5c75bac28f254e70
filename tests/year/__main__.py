"""`python -m tests.year`: live the year by each seed, both ways, check what must hold, print the table, and write docs/year.md.

A seed that was lived to its end is kept under OUT and not lived again; one that was interrupted starts anew. Exit code 1: something that
must hold did not.
"""

import argparse
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.settings import Settings
from pipelines.warehouse import embedded, migrate
from tests.year import kept, table
from tests.year.assumptions import Assumptions
from tests.year.by_fleetbill import DAILY, ByFleetbill, Pace
from tests.year.checks import broken
from tests.year.document import write_document
from tests.year.modelled import Modelled
from tests.year.old_way import OldWay
from tests.year.outcome import Outcome
from tests.year.sensitivity import moved
from tests.year.world import Scale

# a database that lives as long as the run
_FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


def live(settings: Settings, folder: Path, scale: Scale, given: Assumptions, pace: Pace = DAILY) -> tuple[dict[str, Outcome], list[str]]:
    """Both ways of one seed, in a house that is empty, and what must hold and does not."""
    year = ByFleetbill(settings, folder, scale, given, pace)
    return {"old way": OldWay(scale, given).live(), "fleetbill": year.live()}, broken(year)


def _in_new_house(folder: Path, scale: Scale, given: Assumptions) -> tuple[dict[str, Outcome], list[str]]:
    home = folder / "home"
    if embedded.is_there(home):
        embedded.stop(home)
    shutil.rmtree(folder, ignore_errors=True)
    home.mkdir(parents=True)
    embedded.ensure_running(home, _FAST)
    settings = Settings(
        home=home, database_url=embedded.address(home), database_owner_url=embedded.address(home, embedded.OWNER), workers=1
    )
    try:
        migrate.upgrade(settings)
        return live(settings, folder, scale, given)
    finally:
        embedded.stop(home)


def _said(scale: Scale, given: Assumptions) -> dict[str, Any]:
    return {"clients": scale.clients, "months": scale.months, "seed": scale.seed, "first": str(scale.first), **asdict(given)}


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=600)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seeds", default="1,2,3", help="by commas")
    parser.add_argument("--also", default="", metavar="CLIENTS:SEED[:MONTHS],…", help="further years, of other sizes")
    parser.add_argument("--retold", default="", metavar="CLIENTS:SEED[:MONTHS],…", help="years by the calculator and a retold ladder")
    parser.add_argument("--out", type=Path, default=Path("var/year"))
    parser.add_argument("--document", type=Path, help="the Markdown file to write, its charts beside it")
    parser.add_argument("--what-if", type=int, default=20, metavar="CLIENTS", help="clients of the table of what moves it; 0: none")
    chosen = parser.parse_args(arguments)
    scales = [Scale(chosen.clients, chosen.months, int(seed)) for seed in chosen.seeds.split(",")]
    scales += [_scale(said, chosen.months) for said in chosen.also.split(",") if said]
    given, years, failures = Assumptions(), {}, 0
    for scale in scales:
        years[scale], problems = _lived(chosen.out, scale, given)
        failures += len(problems)
        print(f"\nseed {scale.seed}: {scale.clients} clients, {scale.months} months from {scale.first}")
        print("\n".join(table.in_columns(table.HEADS, table.compared(years[scale]["old way"], years[scale]["fleetbill"], given))))
    first = next(iter(years))
    retold = {
        scale: _retold(chosen.out, scale, given) for scale in (first, *(_scale(said, 12) for said in chosen.retold.split(",") if said))
    }
    what_if = Scale(chosen.what_if, 12, first.seed)
    moves = list(moved(what_if, given, years[first], chosen.out / "what-if.json")) if chosen.what_if else []
    if moves:
        print("\n".join(["", *table.in_columns(table.MOVED, table.moved_rows(moves))]))
    if chosen.document:
        write_document(chosen.document, given, (years, retold), (what_if, moves))
    return 1 if failures else 0


def _scale(said: str, months: int) -> Scale:
    """Clients, seed and, unless all have as many, months."""
    clients, seed, *more = map(int, said.split(":"))
    return Scale(clients, more[0] if more else months, seed)


def _retold(out: Path, scale: Scale, given: Assumptions) -> dict[str, Outcome]:
    """A year by the calculator and the retold ladder, kept as well."""
    path, said = out / f"{scale.clients}-{scale.months}-{scale.seed}-retold.json", _said(scale, given)
    outcomes = kept.read(path, said) or {"old way": OldWay(scale, given).live(), "fleetbill": Modelled(scale, given).live()}
    kept.write(path, outcomes, said)
    return outcomes


def _lived(out: Path, scale: Scale, given: Assumptions) -> tuple[dict[str, Outcome], list[str]]:
    """A year that was kept, or one that is lived now, and what must hold and does not: such a year is not kept."""
    name = f"{scale.clients}-{scale.months}-{scale.seed}"
    outcomes = kept.read(out / f"{name}.json", _said(scale, given))
    if outcomes is not None:
        return outcomes, []
    began = time.monotonic()
    outcomes, problems = _in_new_house(out / name, scale, given)
    print(f"\nseed {scale.seed}: lived in {(time.monotonic() - began) / 60:.1f} minutes", file=sys.stderr)
    print("\n".join(f"DOES NOT HOLD: {problem}" for problem in problems[:50]) or "all that must hold, holds", file=sys.stderr)
    if not problems:
        kept.write(out / f"{name}.json", outcomes, _said(scale, given))
    return outcomes, problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
