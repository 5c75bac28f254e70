"""`fleetbill onec`: one exchange turn with 1C through the exchange folder, and what is unacknowledged."""

from dataclasses import asdict

import click

from pipelines.cli.output import author_options, authorship, emit, format_option, say, settings
from pipelines.clock import now
from pipelines.errors import Refused

SENT = ("path", "message_no", "invoices", "sales", "objects", "is_new")
RECEIVED = ("file", "message_no", "received_no", "outcome", "detail")
STATUS = (
    "peer", "sent_no", "confirmed_no", "received_no", "unconfirmed_invoices", "unconfirmed_sales", "sales_of_open_months", "refused",
    "oldest_queued_at", "file_waiting",
)  # fmt: skip


class NotAllTaken(Refused):
    """Messages of 1C that were refused or left where they are."""


@click.group()
def onec() -> None:
    """The exchange with 1C: messages in FLEETBILL_HOME/exchange/onec/{out,in,done,failed}."""


@onec.command(short_help="Write what 1C has not confirmed into `out`.")
@format_option
def send(output_format: str) -> None:
    """Write the message with everything that 1C has not confirmed into `out`. Running it again changes nothing.

    A sale leaves when its contract's month is closed. What 1C could not take as it is (a number too long, a name that is
    empty) is left out, named, and tried again with every further message.
    """
    from pipelines.delivery.onec.sending import send as send_all

    sent = send_all(settings(), now())
    emit([asdict(sent)] if sent else [], SENT, output_format)
    if sent is None:
        say("nothing to send: 1C has confirmed everything")
        return
    if not sent.is_new:
        say(f"message {sent.message_no} still waits for 1C; nothing new since")
    for what, why in sent.refused:
        say(f"left out {what}: {why}")


@onec.command(short_help="Take what 1C has written into `in`: acknowledgements and payments.")
@format_option
def receive(output_format: str) -> None:
    """Take what 1C has written into `in`: its acknowledgements, and the payments in its messages.

    A message is taken whole or not at all. One whose number has been received already is refused (`failed`, with the reason beside it).
    A payment that a bank's statement told of is known. Access of whoever has paid comes back at once.
    """
    from pipelines.cli.platform_writes import refuse_unwritten
    from pipelines.delivery.onec.receiving import AnswerOutcome
    from pipelines.runs.exchange import receive_from_onec

    done = receive_from_onec(settings(), now())
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


@onec.command()
@format_option
def status(output_format: str) -> None:
    """What 1C has not confirmed, by peer."""
    from pipelines.delivery.onec.status import status as standing

    emit([asdict(row) for row in standing(settings())], STATUS, output_format)


@onec.command(short_help="Send everything from one of our messages on again, after 1C lost what it had.")
@click.option(
    "--from", "first_no", type=click.IntRange(min=1), required=True, metavar="N", help="Number of our first message that 1C lacks."
)
@author_options()
def replay(first_no: int, by: str, reason: str) -> None:
    """Send everything from one of our messages on again with the next one; objects keep their UUIDs, so that nothing is doubled."""
    from pipelines.delivery.onec.replay import replay as send_again

    last = send_again(settings(), first_no, authorship(by, reason))
    say(f"what our messages {first_no} to {last} carried goes again with the next `fleetbill onec send`")
