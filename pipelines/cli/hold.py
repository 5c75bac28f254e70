"""`fleetbill hold`: leave contracts out of the runs of a month until somebody releases them."""

import click

from pipelines.cli.output import MONTH, View, author_options, authorship, emit, format_option, say, settings
from pipelines.period import Month


@click.group()
def hold() -> None:
    """Hold contracts back from the runs of a month; release them."""


@hold.command(short_help="Leave CONTRACT out of every run of the month.")
@click.argument("contracts", nargs=-1, required=True, metavar="CONTRACT…")
@click.option("--month", type=MONTH, required=True, help="The month that is not billed.")
@author_options()
def add(contracts: tuple[str, ...], month: Month, by: str, reason: str) -> None:
    """Leave CONTRACT out of every run of the month: it is parked, the others go on, and nothing is lost.

    A run that was shown before is another one now: it must be looked at again.
    """
    from pipelines.billing.hold import hold_back

    held = hold_back(settings(), month, contracts, authorship(by, reason))
    for contract_no in dict.fromkeys(contracts):
        say(f"{contract_no}: held back from {month}" if contract_no in held else f"{contract_no}: held back from {month} already")


@hold.command()
@click.argument("contracts", nargs=-1, required=True, metavar="CONTRACT…")
@click.option("--month", type=MONTH, required=True, help="The month that may be billed again.")
@author_options()
def release(contracts: tuple[str, ...], month: Month, by: str, reason: str) -> None:
    """Let CONTRACT be billed by the next run of the month."""
    from pipelines.billing.hold import release as let_go

    released = let_go(settings(), month, contracts, authorship(by, reason))
    for contract_no in dict.fromkeys(contracts):
        if contract_no in released:
            say(f"{contract_no}: released; `fleetbill close --month {month}` bills it")
        else:
            say(f"{contract_no}: was not held back from {month}, nothing changed")


@hold.command("list")
@click.option("--month", type=MONTH, default=None, help="Only this month.")
@format_option
def list_(month: Month | None, output_format: str) -> None:
    """Contracts that are held back now: by whom, since when, why."""
    from pipelines.billing.hold import COLUMNS, listing

    emit(listing(settings(), month), COLUMNS, output_format, View(("month", "contract_no", "client", "at", "by", "reason")))
