"""`fleetbill review`: a run as the person who approves it sees it, and as it was approved."""

import sys

import click

from pipelines.cli.output import MONTH, paint, settings, width_of
from pipelines.cli.page import page_lines
from pipelines.period import Month

PURPOSES = click.Choice(["close", "prepay", "watch", "correct"])


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month of the run.")
@click.option("--purpose", type=PURPOSES, default="close", show_default=True, help="Which run of the month.")
@click.option("--approval", "approval_no", type=int, metavar="N", help="What was approved by approval N, instead of what is drafted now.")
def review(month: Month, purpose: str, approval_no: int | None) -> None:
    """What a run would bill: the bridge from last month to the kopeck, new and lost clients, biggest changes with their
    causes, parked contracts and findings in roubles. The same page as in Airflow; Markdown where stdout is no terminal.

    Of a run that is issued: what was approved, as it was shown then.
    """
    from pipelines.billing.approval import NothingDrafted
    from pipelines.billing.model import Purpose
    from pipelines.documents.approval_page import drafted_page
    from pipelines.documents.approved_page import approved_page

    configured, run = settings(), Purpose(purpose)
    try:
        page = drafted_page(configured, month, run) if approval_no is None else approved_page(configured, month, run, approval_no)
    except NothingDrafted:
        page = approved_page(configured, month, run)
    text = f"# {page.subject}\n\n{page.body}"
    width = width_of(sys.stdout)
    if width is None:
        click.echo(text)
        return
    for line in page_lines(text, width, paint()):
        click.echo(line)
