"""`fleetbill mail`: send what is queued, look at it, read what came back, decide about what nobody knows."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from pipelines.cli.output import View, author_options, authorship, emit, format_option, say, settings
from pipelines.clock import now
from pipelines.errors import Refused

LETTERS_VIEW = View(("kind", "key", "state", "client", "attempts", "next_attempt", "accepted", "bounced", "sent_at", "detail"))
STATES = ("queued", "sent", "failed", "suppressed", "unknown")


class NotAllSent(Refused):
    """The run ended before everything that was due was handed over."""


class NotMatched(Refused):
    """Some messages are no reports about our letters."""


@click.group()
def mail() -> None:
    """Letters to clients, managers and the technical team, from an outbox."""


@mail.command(short_help="Hand over the letters that are due.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many letters; default: FLEETBILL_MAIL_BATCH.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send and store nothing.")
@click.option("--now", "at_once", is_flag=True, help="Also the letters that wait for their next attempt.")
@format_option
def send(limit: int | None, dry_run: bool, at_once: bool, output_format: str) -> None:  # noqa: FBT001 - click passes flags by name
    """Hand over what is due, one letter at a time; run it as often as you like, also twice at once.

    A refused address becomes a finding, a letter that was turned down for now waits and is tried again, and when the
    server does not answer, the run ends with exit code 1 and everything that is left stays queued.
    """
    from pipelines.delivery.mail import sending, status

    known = settings()
    if dry_run or known.mail_dry_run:
        emit(status.dry_run(known, now(), limit, at_once=at_once), status.DRY_COLUMNS, output_format)
        say("dry run: nothing was sent")
        return
    with _asked_to_stop() as stopping:
        done = sending.send(known, now(), limit=limit, at_once=at_once, stopping=stopping)
    columns = ("sent", "deferred", "failed", "unknown", "suppressed", "bounced_addresses")
    emit([{column: getattr(done, column) for column in columns}], columns, output_format)
    if done.stopped:
        raise NotAllSent(f"{done.stopped}; what is left stays queued")


@mail.command()
@click.option(
    "--state",
    "states",
    type=click.Choice(STATES),
    multiple=True,
    metavar="STATE",
    help=f"List letters (repeatable): {', '.join(STATES)}.",
)
@click.option("--limit", type=click.IntRange(min=1), default=1000, show_default=True, metavar="N", help="At most so many letters.")
@format_option
def status(states: tuple[str, ...], limit: int, output_format: str) -> None:
    """How many letters are in which state; with --state: which."""
    from pipelines.delivery.mail import status as outbox

    if states:
        emit(outbox.listing(settings(), list(states), limit), outbox.COLUMNS, output_format, LETTERS_VIEW)
    else:
        emit(outbox.counts(settings()), outbox.COUNT_COLUMNS, output_format)


@mail.command(short_help="Write a letter into a file, as it would leave now.")
@click.argument("kind")
@click.argument("key")
@click.option(
    "--out", "path", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE.eml", help="Opened by any mail program."
)
def show(kind: str, key: str, path: Path) -> None:
    """Write a letter of the outbox into a file, with its attachments, as it would leave now. Nothing is sent."""
    from pipelines.delivery.mail.showing import shown
    from pipelines.files import write_whole

    write_whole(path, shown(settings(), kind, key, now()))
    say(f"{path}: {kind} {key}")


@mail.command(short_help="Decide about a letter that is unknown, failed or suppressed.")
@click.argument("kind")
@click.argument("key")
@click.option("--as", "verdict", type=click.Choice(["sent", "again"]), required=True, help="It arrived; or: send it again.")
@author_options()
def resolve(kind: str, key: str, verdict: str, by: str, reason: str) -> None:
    """Decide about a letter that is unknown (nobody knows whether the server took it), failed or suppressed."""
    from pipelines.delivery.mail import status as outbox

    outbox.resolve(settings(), kind, key, "sent" if verdict == "sent" else "again", authorship(by, reason))


@mail.command(short_help="Read reports of letters that came back.")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@format_option
def bounces(path: Path, output_format: str) -> None:
    """Read letters that came back (RFC 3464): a message, a folder of them, a Maildir or an mbox.

    Each report is matched to its letter in the outbox; the address becomes a finding. Read as often as you like. Messages that
    match nothing are listed, with exit code 1. `send_mail` reads the folder exchange/mail/in by itself.
    """
    from pipelines.delivery.mail.bounces import COLUMNS, read_bounces

    read = read_bounces(settings(), path, now())
    emit([{column: getattr(line, column) for column in COLUMNS} for line in read], COLUMNS, output_format)
    unread = [line for line in read if line.is_problem]
    if unread:
        raise NotMatched(f"{len(unread)} of {len(read)} reports match no letter of ours: {unread[0]}")


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM let the letter in hand be finished; a second one interrupts."""
    confirmed: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        if confirmed:
            raise KeyboardInterrupt
        confirmed.append(number)
        say("stopping after this letter")

    before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(confirmed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
