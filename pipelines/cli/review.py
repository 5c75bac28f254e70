"""`fleetbill review`: a drafted run as the person who approves it sees it."""

import sys

import click

from pipelines.cli.output import MONTH, settings
from pipelines.period import Month

PURPOSES = click.Choice(["close", "prepay", "watch", "correct"])


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month of the run.")
@click.option("--purpose", type=PURPOSES, default="close", show_default=True, help="Which run of the month.")
def review(month: Month, purpose: str) -> None:
    """What a run would bill: totals against last month, new and lost clients, biggest changes with their causes, parked
    contracts, findings in roubles. The same page as in Airflow; Markdown where stdout is no terminal.

    The run must have been drafted: `fleetbill close --month M`, `correct`, or a `prepay` or `watch` beyond its bounds.
    """
    from pipelines.billing.model import Purpose
    from pipelines.documents.approval_page import drafted_page

    page = drafted_page(settings(), month, Purpose(purpose))
    if not sys.stdout.isatty():
        click.echo(f"# {page.subject}\n\n{page.body}")
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(f"# {page.subject}\n\n{page.body}"))
