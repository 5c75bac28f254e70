"""`fleetbill onec`: one exchange turn with 1C through the exchange folder, and what is unacknowledged."""

from dataclasses import asdict
from pathlib import Path

import click

from pipelines.cli.output import MONTH, View, author_options, authorship, emit, format_option, say, settings
from pipelines.clock import now
from pipelines.errors import BadInput, Refused
from pipelines.period import Month

SENT = ("peer", "path", "message_no", "invoices", "sales", "objects", "is_new")
RECEIVED = ("file", "message_no", "received_no", "outcome", "detail")
STATUS = (
    "peer", "sent_no", "confirmed_no", "received_no", "unconfirmed_invoices", "unconfirmed_sales", "unconfirmed_others",
    "sales_of_open_months", "refused", "oldest_queued_at", "file_waiting", "configuration", "valid_to", "heard_at", "why",
)  # fmt: skip
STORY_VIEW = View(
    ("direction", "peer", "message_no", "again_in", "at", "what", "state", "acknowledged_at"),
    ("direction", "peer", "message_no", "what", "state"),
)
OFFERS_VIEW = View(
    ("offer_no", "peer", "sheet", "code", "name", "field", "ours", "value", "detail", "message_no", "at"),
    ("offer_no", "peer", "code", "field", "ours", "value"),
)


DIFFERENCES = (
    "client_code", "contract_no", "opening", "onec_opening", "movement", "onec_movement", "closing", "onec_closing", "explained_by",
)  # fmt: skip
DIFFERENCES_VIEW = View(
    DIFFERENCES,
    ("client_code", "contract_no", "movement", "onec_movement", "explained_by"),
    totals=("movement", "onec_movement"),
    is_russian=True,
)


class NotAllTaken(Refused):
    """Messages of 1C that were refused or left where they are."""


@click.group()
def onec() -> None:
    """The exchange with 1C: messages in FLEETBILL_HOME/exchange/onec/{out,in,done,failed}.

    Further bases stand in the sheet `peers` of the master data; each has its folder, FLEETBILL_HOME/exchange/onec/PEER/….
    """


_peers_option = click.option(
    "--peer", "peers", multiple=True, metavar="PEER", help="Only this base, by its code; may be given again.  [default: all]"
)


@onec.command(short_help="Write what 1C has not confirmed into `out`.")
@_peers_option
@format_option
def send(peers: tuple[str, ...], output_format: str) -> None:
    """Write the message with everything that 1C has not confirmed into `out`. Running it again changes nothing.

    A sale leaves when its contract's month is closed. What 1C could not take as it is (a number too long, a name that is
    empty) is left out, named, and tried again with every further message.
    """
    from pipelines.delivery.onec.sending import require_sent, send_to_all

    turns = send_to_all(settings(), now(), peers)
    emit([{"peer": turn.peer, **asdict(turn.message)} for turn in turns if turn.message], SENT, output_format)
    for turn in turns:
        place = f"{turn.peer}: " if len(turns) > 1 else ""
        sent = turn.message
        if sent is None and not turn.problem:
            say(f"{place}nothing to send: 1C has confirmed everything")
        if sent and not sent.is_new:
            say(f"{place}message {sent.message_no} still waits for 1C; nothing new since")
        for what, why in sent.refused if sent else ():
            say(f"{place}left out {what}: {why}")
    require_sent(turns)


@onec.command(short_help="Take what 1C has written into `in`: acknowledgements, payments, clients.")
@_peers_option
@format_option
def receive(peers: tuple[str, ...], output_format: str) -> None:
    """Take what 1C has written into `in`: its acknowledgements, the payments in its messages, and what it says of clients and contracts.

    A message is taken whole or not at all. One whose number has been received already is refused (`failed`, with the reason beside it).
    A payment that a bank's statement told of is known. Access of whoever has paid comes back at once.
    """
    from pipelines.cli.platform_writes import refuse_unwritten
    from pipelines.delivery.onec.receiving import AnswerOutcome
    from pipelines.runs.exchange import receive_from_onec

    done = receive_from_onec(settings(), now(), codes=peers)
    emit([asdict(answer) for answer in done.answers], RECEIVED, output_format)
    for line in done.restored.lines:
        say(line)
    for month in done.renewed:
        say(f"the workbook of {month} is written anew")
    not_taken = [answer for answer in done.answers if answer.outcome != AnswerOutcome.TAKEN]
    for answer in not_taken:
        say(f"{answer.file} {answer.outcome}: {answer.detail}")
    if not_taken:
        raise NotAllTaken(f"{len(not_taken)} of {len(done.answers)} messages of 1C were not taken")
    refuse_unwritten(done.restored.refused)


@onec.command(short_help="Compare a turnover report of 1C on account 62 with the ledger.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--month", type=MONTH, required=True, help="The month of the report.")
@click.option("--organization", default=None, metavar="CODE", help="Whose books; default: the organization that the report names.")
@format_option
def reconcile(file: Path, month: Month, organization: str | None, output_format: str) -> int:
    """Compare FILE (.xlsx), оборотно-сальдовая ведомость or карточка of account 62 from 1C, with the ledger by contract.

    Every contract that differs is listed with the documents that explain it, and every row of 1C that nothing is known of is named.
    Exit code 1 when there is any.
    """
    from pipelines.receivables.onec_reconciliation import reconcile as compare_with
    from pipelines.wording.russian import counted

    compared = compare_with(settings(), file, month, organization)
    emit([asdict(each) for each in compared.differences], DIFFERENCES, output_format, DIFFERENCES_VIEW)
    for row in compared.unread:
        say(f"не прочитано: {row}")
    agree = f"сходится {counted(compared.agreeing, 'договор', 'договора', 'договоров')}"
    differ = f"расходится {len(compared.differences)}, не прочитано {counted(len(compared.unread), 'строка', 'строки', 'строк')}"
    say(f"{compared.organization_code}, {month}: {agree}, {differ}")
    return 1 if compared.differences or compared.unread else 0


@onec.command()
@_peers_option
@format_option
def status(peers: tuple[str, ...], output_format: str) -> None:
    """What 1C has not confirmed, by peer: since when, and why."""
    from pipelines.delivery.onec.status import status as standing

    rows = [row for row in standing(settings(), now()) if not peers or row.peer in peers]
    unknown = [peer for peer in peers if peer not in {row.peer for row in rows}]
    if unknown:
        raise BadInput.one("--peer", f"there is no base {', '.join(map(repr, unknown))}")
    emit([asdict(row) for row in rows], STATUS, output_format)


@onec.command(short_help="Send everything from one of our messages on again, after 1C lost what it had.")
@click.option(
    "--from", "first_no", type=click.IntRange(min=1), required=True, metavar="N", help="Number of our first message that 1C lacks."
)
@click.option("--peer", default=None, metavar="PEER", help="Which base, by its code.  [default: that of the settings]")
@author_options()
def replay(first_no: int, peer: str | None, by: str, reason: str) -> None:
    """Send everything from one of our messages on again with the next one; objects keep their UUIDs, so that nothing is doubled."""
    from pipelines.delivery.onec.replay import replay as send_again

    last = send_again(settings(), first_no, authorship(by, reason), peer)
    say(f"what our messages {first_no} to {last} carried goes again with the next `fleetbill onec send`")


@onec.command(short_help="What went to 1C and came from it of one object, by its UUID.")
@click.argument("uuid")
@format_option
def show(uuid: str, output_format: str) -> None:
    """What was sent and received of one object, in which messages of which base, when, and whether it is acknowledged.

    UUID is how 1C knows the object (Ссылка in a message); `again_in` is the last further message that carried it.
    """
    from pipelines.receivables.onec_story import ONEC_STORY_COLUMNS, onec_story

    what, rows = onec_story(settings(), uuid)
    say(what if rows else f"{what}: goes along with the documents that name it")
    emit(rows, ONEC_STORY_COLUMNS, output_format, STORY_VIEW)


@onec.group(invoke_without_command=True, short_help="What 1C would change in clients and contracts, for a person to say.")
@format_option
@click.pass_context
def offers(context: click.Context, output_format: str) -> None:
    """What 1C says of clients and contracts that it may not change itself, by its number; ours beside it.

    `take` writes it into the master data, `refuse` leaves ours until 1C says something else.
    """
    if context.invoked_subcommand is not None:
        return
    from pipelines.delivery.onec.offers import OFFER_COLUMNS
    from pipelines.delivery.onec.offers import offers as listed

    emit(listed(settings()), OFFER_COLUMNS, output_format, OFFERS_VIEW)


@offers.command(short_help="A person's word: these offers become master data.")
@click.argument("numbers", metavar="NUMBERS", nargs=-1, required=True, type=int)
@author_options()
def take(numbers: tuple[int, ...], by: str, reason: str) -> None:
    """Take offers of 1C into the master data, all together, with a line of history."""
    _settle(numbers, by, reason, is_taken=True)


@offers.command(short_help="A person's word: ours stays.")
@click.argument("numbers", metavar="NUMBERS", nargs=-1, required=True, type=int)
@author_options()
def refuse(numbers: tuple[int, ...], by: str, reason: str) -> None:
    """Refuse offers of 1C: what is ours stays, and the same value is not offered again."""
    _settle(numbers, by, reason, is_taken=False)


def _settle(numbers: tuple[int, ...], by: str, reason: str, *, is_taken: bool) -> None:
    from pipelines.delivery.onec.offers import settle

    count = settle(settings(), numbers, authorship(by, reason), is_taken=is_taken)
    say(f"{count} offers {'taken' if is_taken else 'refused'}" if count else "nothing to do: that was said before")
