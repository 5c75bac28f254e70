"""What a terminal says of snapshots: what landing came to, what the gate found, and a month's calendar."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.cli.output import say
from pipelines.cli.table import cells
from pipelines.period import Month
from pipelines.wording.english import counted

if TYPE_CHECKING:
    from pipelines.evidence.landing import LandingResult
    from pipelines.evidence.register import FailedExpectation

NAMED_FAILURES = 20
SIGNS = {"landed": "#", "carried": "c", "quarantined": "Q", "missing": "."}


def say_outcome(platform: str, source: str, landed: "LandingResult") -> None:
    """What happened to one snapshot, and why it is in quarantine: failing rows up to a cap."""
    if landed.already and landed.state == "landed":
        say(f"{source}: landed already, nothing changed")
        return
    if landed.state == "withdrawn":
        say(f"{source}: was withdrawn and stays so; `fleetbill snapshot accept {landed.digest[:12]}` lets it count again")
        return
    if landed.state == "landed":
        warnings = [failure for failure in landed.failures if failure.severity != "critical"]
        many = f", {counted(len(warnings), 'warning')} (see findings)" if warnings else ""
        say(f"{source}: landed, {counted(landed.rows, 'vehicle')}{many}")
        if landed.quarantined_after:
            say(f"{source}: {landed.note_on_days_after}")
        return
    say(f"{source}: quarantined, {platform}, digest {landed.digest[:12]}:")
    say_failures([failure for failure in landed.failures if failure.severity == "critical"])


def say_failures(failures: "Sequence[FailedExpectation]") -> None:
    """What the gate found, the critical first, up to a cap; what is no more than a warning says so."""
    for failure in sorted(failures, key=lambda each: each.severity != "critical")[:NAMED_FAILURES]:
        say(f"  {failure}" if failure.severity == "critical" else f"  {failure.severity}: {failure}")
    if len(failures) > NAMED_FAILURES:
        say(f"  and {len(failures) - NAMED_FAILURES} more; see `fleetbill snapshot docs`")


def calendar(month: Month, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line per platform with a sign per day, under the days of the month, and what the signs mean."""
    signs: dict[str, str] = {}
    for row in rows:
        signs[row["platform"]] = signs.get(row["platform"], "") + SIGNS[row["status"]]
    width = max([len(str(month)), *map(cells, signs)])
    days = [day.day for day in month.dates()]
    tens = "".join(str(day // 10) if day % 10 == 0 else " " for day in days)
    units = "".join(str(day % 10) for day in days)
    lines = [f"{'':{width}}  {tens}", f"{month!s:{width}}  {units}"]
    for platform, line in signs.items():
        covered = sum(line.count(SIGNS[status]) for status in ("landed", "carried"))
        lines.append(f"{platform}{' ' * (width - cells(platform))}  {line}  {covered} of {len(days)} days")
    return [line.rstrip() for line in lines] + ["", ", ".join(f"{sign} {status}" for status, sign in SIGNS.items())]
