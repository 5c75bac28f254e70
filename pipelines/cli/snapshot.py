"""`fleetbill snapshot`: take, land, look at and rule on the snapshots of platforms."""

from datetime import date
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import DATE, MONTH, author_options, authorship, emit, format_option, interactive, say, settings
from pipelines.clock import now
from pipelines.period import Month

if TYPE_CHECKING:
    from pipelines.evidence.landing import LandingResult

COLUMNS = ("platform", "date", "taken_at", "status", "rows", "digest")
RESULT = ("platform", "date", "status", "rows", "digest", "source")
NAMED_FAILURES = 20


@click.group()
def snapshot() -> None:
    """Land, list, accept, withdraw and carry snapshots of platforms."""


@snapshot.command()
@click.option("--platform", required=True, metavar="P", help="A live platform of the master data.")
@format_option
def take(platform: str, output_format: str) -> int:
    """List a live platform's vehicles now. Exit 1 when the snapshot was quarantined."""
    from pipelines.evidence.taking import take as take_now

    configured, at = settings(), now()
    landed = take_now(configured, platform, at)
    say_outcome(platform, platform, landed)
    emit([{"platform": platform, "status": landed.state, "rows": landed.rows, "digest": landed.digest}], RESULT, output_format)
    return 1 if landed.state == "quarantined" else 0


@snapshot.command()
@click.option("--platform", required=True, metavar="P", help="A platform of kind `files`.")
@click.option(
    "--source", default=None, metavar="DIR_OR_FILE", help="Folder (itself or its subfolder PLATFORM) or file; default: as declared."
)
@click.option("--date", "day", type=DATE, default=None, help="Only the file of this day.")
@format_option
def land(platform: str, source: str | None, day: date | None, output_format: str) -> int:
    """Land day files. Good days land whatever the others are; exit 1: something was quarantined, 2: something unreadable."""
    from pipelines.evidence.folder import land_folder

    delivered = land_folder(settings(), platform, source, now(), day=day, progress=_progress if interactive() else None)
    rows = []
    for file, landed in delivered.landed:
        say_outcome(platform, file.name, landed)
        rows.append(
            {
                "platform": platform,
                "date": file.business_date,
                "status": landed.state,
                "rows": landed.rows,
                "digest": landed.digest,
                "source": file.name,
            }
        )
    emit(rows, RESULT, output_format)
    for problem in delivered.problems:
        say(str(problem))
    if delivered.problems:
        return 2
    return 1 if any(landed.state == "quarantined" for _, landed in delivered.landed) else 0


@snapshot.command()
@click.option("--month", type=MONTH, required=True, help="The month to look at.")
@format_option
def coverage(month: Month, output_format: str) -> None:
    """Days × platforms of a month: landed, carried, quarantined, missing."""
    from pipelines.evidence.coverage import coverage as covered
    from pipelines.warehouse.engine import transaction

    with transaction(settings()) as connection:
        rows = covered(connection, month)
    emit(rows, ("platform", "date", "status", "snapshots"), output_format)


@snapshot.command()
@click.option("--platform", required=True, metavar="P", help="The platform that sent nothing.")
@click.option("--date", "day", type=DATE, required=True, help="The day without a snapshot.")
@author_options()
def carry(platform: str, day: date, by: str, reason: str) -> None:
    """Allow the previous day's usage to stand for a day without a snapshot; printed on the invoice."""
    from pipelines.evidence.coverage import carry as carry_forward

    done = carry_forward(settings(), platform, day, authorship(by, reason))
    say(
        f"{platform} {day}: usage is carried forward from the day before" if done else f"{platform} {day}: carried already, nothing changed"
    )


@snapshot.command()
@click.argument("digests", metavar="DIGEST...", nargs=-1, required=True)
@author_options()
def accept(digests: tuple[str, ...], by: str, reason: str) -> None:
    """Let quarantined snapshots count, or withdrawn ones again: all or none. A DIGEST may be its beginning."""
    from pipelines.evidence.rulings import accept as accept_them

    for ruled in accept_them(settings(), digests, authorship(by, reason)):
        say(f"{ruled.platform} {ruled.business_date} {ruled.digest[:12]}: {ruled.state} → landed, {ruled.row_count} vehicles")


@snapshot.command()
@click.argument("digests", metavar="DIGEST...", nargs=-1, required=True)
@author_options()
def withdraw(digests: tuple[str, ...], by: str, reason: str) -> None:
    """Take wrong snapshots out of the count, all or none; they stay readable. A DIGEST may be its beginning."""
    from pipelines.evidence.rulings import withdraw as withdraw_them

    for ruled in withdraw_them(settings(), digests, authorship(by, reason)):
        say(
            f"{ruled.platform} {ruled.business_date} {ruled.digest[:12]}:"
            f" {ruled.state} → withdrawn, {ruled.row_count} vehicles no longer count"
        )


@snapshot.command("list")
@click.option("--month", type=MONTH, default=None, help="Only snapshots of this month.")
@format_option
def list_(month: Month | None, output_format: str) -> None:
    """Every snapshot that was landed, quarantined or withdrawn."""
    from pipelines.evidence.coverage import listing
    from pipelines.warehouse.engine import transaction

    with transaction(settings()) as connection:
        rows = listing(connection, month)
    emit(rows, COLUMNS, output_format)


@snapshot.command()
def docs() -> None:
    """Write Data Docs of the gate: what it expects, and what failed in every snapshot; prints where."""
    from pipelines.evidence.docs import build

    click.echo(str(build(settings())))


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
        many = f", {len(warnings)} warning{'s'[: len(warnings) - 1]} (see findings)" if warnings else ""
        say(f"{source}: landed, {landed.rows} vehicles{many}")
        return
    say(f"{source}: quarantined, {platform}, digest {landed.digest[:12]}:")
    critical = [failure for failure in landed.failures if failure.severity == "critical"]
    for failure in critical[:NAMED_FAILURES]:
        say(f"  {failure}")
    if len(critical) > NAMED_FAILURES:
        say(f"  and {len(critical) - NAMED_FAILURES} more; see `fleetbill snapshot docs`")


def _progress(done: int, total: int, name: str) -> None:
    click.echo(f"\r\033[K{done}/{total} {name}", err=True, nl=done == total)
