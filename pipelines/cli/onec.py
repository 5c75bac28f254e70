"""`fleetbill onec`: one exchange turn with 1C through the exchange folder, and what is unacknowledged."""

from dataclasses import asdict

import click

from pipelines.cli.output import emit, format_option, say, settings
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


@onec.command()
@format_option
def receive(output_format: str) -> None:
    """Take the acknowledgements of 1C from `in`.

    A message whose number has been received already is refused whole (`failed`, with the reason beside it). A message
    with objects in its body is left in `in`: objects are not imported yet.
    """
    from pipelines.delivery.onec.receiving import AnswerOutcome
    from pipelines.delivery.onec.receiving import receive as receive_all

    answers = receive_all(settings(), now())
    emit([asdict(answer) for answer in answers], RECEIVED, output_format)
    not_taken = [answer for answer in answers if answer.outcome != AnswerOutcome.TAKEN]
    for answer in not_taken:
        say(f"{answer.file} {answer.outcome}: {answer.detail}")
    if not_taken:
        raise NotAllTaken(f"{len(not_taken)} of {len(answers)} messages of 1C were not taken")


@onec.command()
@format_option
def status(output_format: str) -> None:
    """What 1C has not confirmed, by peer."""
    from pipelines.delivery.onec.status import status as standing

    emit([asdict(row) for row in standing(settings())], STATUS, output_format)
