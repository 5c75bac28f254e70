"""`fleetbill snapshot`: take, land, look at and rule on the snapshots of platforms."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.output import DATE, MONTH, View, author_options, authorship, emit, format_option, interactive, say, settings, show
from pipelines.cli.snapshot_words import calendar, say_failures, say_outcome
from pipelines.clock import now
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.wording.english import counted

if TYPE_CHECKING:
    from pipelines.evidence.register import Registered

COLUMNS = ("platform", "date", "taken_at", "status", "rows", "digest")
RESULT = ("platform", "date", "status", "rows", "digest", "source")
RESULT_VIEW = View(RESULT, ("date", "status", "rows", "source"))
VEHICLES_VIEW = View(
    ("vehicle_id", "account_id", "name", "plate", "vin", "hw_id", "state", "last_message_at", "online_minutes"),
    ("vehicle_id", "account_id", "name", "plate", "state", "online_minutes"),
)
FAULTS = ("fault", "path", "detail")
FAULTS_VIEW = View(FAULTS, FAULTS)
PROBED = ("platform", "version", "may")
SHORT = 12  # characters of a digest in a table
STATES = click.Choice(["landed", "quarantined", "withdrawn"])
CHANGES = {"came": "came", "went": "went", "state": "changed state", "account": "changed account", "device": "changed device"}
FILE_FORMAT = """\b
A day is one file, PLATFORM/YYYY-MM-DD.csv (.csv.gz, .parquet); text in UTF-8,
cells of a CSV parted by a comma or a semicolon.
Every vehicle of the platform stands in it once. Columns (* required):
  vehicle_id *       the platform's own key of the vehicle
  state *            active, deactivated or blocked
  account_id         whose vehicle it is; empty: nobody's
  parent_account_id  the account above it
  name, plate, vin   as the platform has them
  hw_id              the device, such as an IMEI; tells duplicates
  last_message_at    2026-02-03T10:00:00+03:00, with its offset
  online_minutes     of the day, 0 to 1500
  is_clone           1: a copy of another vehicle
  meter_NAME         any number of meters, such as meter_sms
Beside the days may lie accounts.csv, the tree of accounts:
account_id, parent_account_id, name, enabled. More: docs/going_live.md
"""


@click.group()
def snapshot() -> None:
    """Snapshots of platforms: land, check, look at, rule on."""


@snapshot.command()
@click.option("--platform", required=True, metavar="P", help="A live platform of the master data.")
@format_option
def take(platform: str, output_format: str) -> int:
    """List a live platform's vehicles now. Exit 1 when the snapshot was quarantined."""
    from pipelines.runs.snapshots import take as take_now

    configured, at = settings(), now()
    taken = take_now(configured, platform, at)
    landed = taken.landed
    say_outcome(platform, platform, landed)
    for drift in taken.blocks.drifts:
        say(drift)
    row = {
        "platform": platform, "date": landed.business_date, "status": landed.state, "rows": landed.rows, "digest": landed.digest,
    }  # fmt: skip
    emit([row], RESULT, output_format)
    return 1 if landed.state == "quarantined" else 0


@snapshot.command()
@click.option("--platform", required=True, metavar="P", help="A live platform of the master data.")
@format_option
def probe(platform: str, output_format: str) -> int:
    """A live platform: its version, and what we may do there. Nothing is stored."""
    from pipelines.evidence.taking import probe as probe_now

    answered = probe_now(settings(), platform, now())
    may = ", ".join(sorted(each.name.lower().replace("_", " ") for each in answered.capabilities))
    emit([{"platform": platform, "version": answered.version, "may": may}], PROBED, output_format)
    return 0


@snapshot.command(epilog=FILE_FORMAT)
@click.option("--platform", required=True, metavar="P", help="A platform of kind `files`.")
@click.option(
    "--source", default=None, metavar="DIR_OR_FILE", help="Folder (itself or its subfolder PLATFORM) or file; default: as declared."
)
@click.option("--date", "day", type=DATE, default=None, help="Only the file of this day.")
@format_option
def land(platform: str, source: str | None, day: date | None, output_format: str) -> int:
    """Land day files. Good days land whatever the others are; exit 1: something was quarantined, 2: something unreadable."""
    from pipelines.evidence.landing_folder import land_folder

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
    emit(rows, RESULT, output_format, RESULT_VIEW)
    for problem in delivered.problems:
        say(str(problem))
    if delivered.problems:
        return 2
    return 1 if any(landed.state == "quarantined" for _, landed in delivered.landed) else 0


@snapshot.command(short_help="Judge a day file as landing would; nothing is stored.")
@click.argument("source", metavar="FILE")
@click.option("--platform", metavar="P", help="Whose file it is.  [default: the name of its folder, or the only `files` platform]")
@format_option
def check(source: str, platform: str | None, output_format: str) -> int:
    """Judge a day file, or each of a folder, as landing would, beside what is landed now; nothing is stored.

    Exit 1: something would be quarantined, 2: something cannot be read.
    """
    from pipelines.evidence.check_files import check as judge

    verdicts, problems = judge(settings(), platform, source, now())
    for each in verdicts:
        known = f" ({each.known} already)" if each.known else ""
        say(f"{each.file.name}: would be {each.state}{known}, {counted(each.rows, 'vehicle')}{':' if each.failures else ''}")
        say_failures(each.failures)
    rows = [
        {"platform": each.platform, "date": each.file.business_date, "status": each.state, "rows": each.rows, "digest": each.digest,
         "source": each.file.name}
        for each in verdicts
    ]  # fmt: skip
    emit(rows, RESULT, output_format, RESULT_VIEW)
    for problem in problems:
        say(str(problem))
    return 2 if problems else int(any(each.state == "quarantined" for each in verdicts))


@snapshot.command("show", short_help="What a snapshot says, who ruled on it, why; its vehicles.")
@click.argument("digest")
@click.option("--vehicles", "is_list", is_flag=True, help="Its vehicles instead.")
@format_option
def show_(digest: str, output_format: str, *, is_list: bool) -> None:
    """What a snapshot says: its day, file, vehicles by state, what the gate found, and who ruled on it. DIGEST may be its beginning."""
    from pipelines.evidence import showing

    if is_list:
        emit(showing.vehicles(settings(), digest), showing.VEHICLE_COLUMNS, output_format, VEHICLES_VIEW)
        return
    seen = showing.show(settings(), digest)
    registered = seen.registered
    row = {
        "platform": registered.platform, "date": registered.business_date, "taken_at": registered.taken_at, "status": registered.state,
        "rows": registered.row_count, "digest": registered.digest, "source": seen.source, "columns": seen.columns,
        "accounts": seen.accounts, "states": seen.states, "orphans": seen.orphans,
        "events": [{"event": each.event, "by": each.by, "reason": each.reason, "at": each.at} for each in seen.events],
        "failures": [{"severity": each.severity, "failure": str(each)} for each in seen.failures],
    }  # fmt: skip
    if output_format != "table":
        emit([row], list(row), output_format)
        return
    states = ", ".join(f"{state or 'without a state'} {count}" for state, count in seen.states.items())
    events = [f"{each.at:%Y-%m-%d %H:%M} {each.event} by {each.by}: {each.reason}" for each in seen.events]
    shown = {**row, "states": states, "events": "; ".join(events), "failures": None}
    emit([shown], list(shown), "table", View(list(shown), is_block=True))
    say_failures(seen.failures)


@snapshot.command(short_help="What changed between two snapshots of a platform.")
@click.argument("earlier", metavar="DIGEST")
@click.argument("later", metavar="DIGEST")
@format_option
def diff(earlier: str, later: str, output_format: str) -> None:
    """Vehicles that came, went, or changed their state, account or device from one snapshot to another of the same platform."""
    from pipelines.evidence.showing import CHANGE_COLUMNS, changes

    first, second, rows = changes(settings(), earlier, later)
    emit(rows, CHANGE_COLUMNS, output_format)
    counts = Counter(row["change"] for row in rows)
    said = ", ".join(f"{counts[change]} {word}" for change, word in CHANGES.items() if counts[change]) or "no vehicle differs"
    say(f"{first.platform} {first.business_date} → {second.business_date}: {said}")


@snapshot.command(short_help="A month's calendar: landed, carried, quarantined, missing.")
@click.option("--month", type=MONTH, required=True, help="The month to look at.")
@click.option("--platform", metavar="P", help="Only this platform.")
@click.option("--missing", is_flag=True, help="Only days that are neither landed nor carried, one a row.")
@format_option
def coverage(month: Month, platform: str | None, output_format: str, *, missing: bool) -> None:
    """Days × platforms of a month: landed, carried, quarantined, missing. A table is a calendar, a sign a day."""
    from pipelines.evidence import register
    from pipelines.evidence.coverage import coverage as covered
    from pipelines.evidence.waiting import COVERED
    from pipelines.warehouse.engine import reading

    with reading(settings()) as connection:
        if platform is not None:
            register.declared(connection, platform)
        rows = [row for row in covered(connection, month) if platform in (None, row["platform"])]
    if missing:
        rows = [row for row in rows if row["status"] not in COVERED]
    if output_format != "table" or missing:
        emit(rows, ("platform", "date", "status", "snapshots"), output_format)
        return
    if not rows:
        say("no platform is declared in the master data")
        return
    for line in calendar(month, rows):
        show(line)


@snapshot.command(short_help="Let the usage of the day before stand for a missing day.")
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


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """DIGESTs, or a platform and a month whose snapshots are meant; ``--yes`` where nobody can be asked."""
    for option in (
        click.option("--yes", is_flag=True, help="Do it without asking, where a platform or a month chooses."),
        click.option("--month", type=MONTH, help="Every snapshot of this month that can be."),
        click.option("--platform", metavar="P", help="Every snapshot of this platform that can be; with --month: of both."),
        click.argument("digests", metavar="[DIGEST]...", nargs=-1),
    ):
        command = option(command)
    return command


@snapshot.command(short_help="Let quarantined snapshots count, or withdrawn ones again.")
@selection_options
@author_options()
def accept(digests: tuple[str, ...], platform: str | None, month: Month | None, by: str, reason: str, *, yes: bool) -> None:
    """Let quarantined snapshots count, or withdrawn ones again: all or none. A DIGEST may be its beginning.

    With --platform or --month instead of digests: every quarantined one of them; they are shown, and you are asked.
    """
    from pipelines.evidence.rulings import accept as accept_them

    author = authorship(by, reason)
    for ruled in accept_them(settings(), _ruled_on(digests, platform, month, "quarantined", "landed", yes=yes), author):
        say(_became(ruled, "landed", counted(ruled.row_count, "vehicle")))


@snapshot.command(short_help="Take wrong snapshots out of the count; they stay readable.")
@selection_options
@author_options()
def withdraw(digests: tuple[str, ...], platform: str | None, month: Month | None, by: str, reason: str, *, yes: bool) -> None:
    """Take wrong snapshots out of the count, all or none; they stay readable. A DIGEST may be its beginning.

    With --platform or --month instead of digests: every landed one of them; they are shown, and you are asked.
    """
    from pipelines.evidence.rulings import withdraw as withdraw_them

    author = authorship(by, reason)
    for ruled in withdraw_them(settings(), _ruled_on(digests, platform, month, "landed", "withdrawn", yes=yes), author):
        say(_became(ruled, "withdrawn", f"{counted(ruled.row_count, 'vehicle')} no longer count"))


def _became(before: "Registered", state: str, so_much: str) -> str:
    """What was done to a snapshot; of what was so already, that nothing was."""
    done = f"{state} already, nothing changed" if before.state == state else f"{before.state} → {state}, {so_much}"
    return f"{before.platform} {before.business_date} {before.digest[:12]}: {done}"


def _ruled_on(digests: tuple[str, ...], platform: str | None, month: Month | None, state: str, becomes: str, *, yes: bool) -> Sequence[str]:
    """The digests that are meant: those given, or those chosen, shown and agreed to."""
    if digests and (platform or month):
        raise click.UsageError("give digests, or choose with --platform and --month, not both")
    if digests:
        return digests
    if not platform and not month:
        raise click.UsageError("give a DIGEST, or choose with --platform and --month")
    from pipelines.evidence.rulings import chosen

    snapshots = chosen(settings(), state, platform, month)
    if not snapshots:
        raise Refused(f"no {state} snapshot{f' of {platform}' if platform else ''}{f' in {month}' if month else ''}")
    say(f"{counted(len(snapshots), 'snapshot')}, {state} now, to become {becomes}:")
    for each in snapshots:
        say(f"  {each.platform} {each.business_date} {each.digest[:SHORT]}, {counted(each.row_count, 'vehicle')}")
    if not yes and not sys.stdin.isatty():
        raise Refused(f"nothing was done; --yes does it for {counted(len(snapshots), 'snapshot')}")
    if not yes and not click.confirm("Do it?", err=True):
        raise Refused("nothing was done")
    return [each.digest for each in snapshots]


@snapshot.command("list")
@click.option("--month", type=MONTH, default=None, help="Only snapshots of this month.")
@click.option("--platform", metavar="P", help="Only snapshots of this platform.")
@click.option("--status", type=STATES, metavar="STATUS", help=f"Only these: {', '.join(STATES.choices)}.")
@format_option
def list_(month: Month | None, platform: str | None, status: str | None, output_format: str) -> None:
    """Every snapshot that was landed, quarantined or withdrawn."""
    from pipelines.evidence import register
    from pipelines.evidence.coverage import listing
    from pipelines.warehouse.engine import transaction

    with transaction(settings()) as connection:
        if platform is not None:
            register.declared(connection, platform)
        rows = [row for row in listing(connection, month) if platform in (None, row["platform"]) and status in (None, row["status"])]
    if output_format == "table":  # a digest may be abbreviated wherever one is asked for
        rows = [{**row, "digest": row["digest"][:SHORT]} for row in rows]
    emit(rows, COLUMNS, output_format)


@snapshot.command(short_help="Hold the files of the lake against their digests.")
@format_option
def verify(output_format: str) -> int:
    """Read every file of the lake and compare it with what was written. Exit 1: a file is removed, damaged or foreign.

    Each such file is named: removed, shortened, damaged, exchanged (another day's file in its place), foreign. A day whose file is not
    what was landed counts as missing; landing the same day again heals it.
    """
    from pipelines.audit.lake import verify as verify_lake

    files, faults = verify_lake(settings())
    said = f"the lake holds all of its {counted(files, 'file')}, every byte as it was written"
    if not faults and output_format == "table":
        click.echo(said)
        return 0
    emit([{"fault": each.fault, "path": each.path, "detail": each.detail} for each in faults], FAULTS, output_format, FAULTS_VIEW)
    say(f"{counted(len(faults), 'fault')} among {counted(files, 'file')}: docs/operations.md says what to do" if faults else said)
    return int(bool(faults))


@snapshot.command(short_help="Write Data Docs of the gate, with what failed.")
def docs() -> None:
    """Write Data Docs of the gate: what it expects, and what failed in every snapshot; prints where."""
    from pipelines.evidence.docs import build

    click.echo(str(build(settings())))


def _progress(done: int, total: int, name: str) -> None:
    click.echo(f"\r\033[K{done}/{total} {name}", err=True, nl=done == total)
