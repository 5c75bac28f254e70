"""`fleetbill status`: what waits for whom; `fleetbill health`: what is late or stuck."""

from dataclasses import asdict

import click

from pipelines.cli.output import emit, format_option, interactive, say, settings
from pipelines.clock import now


@click.command()
@format_option
def status(output_format: str) -> int:
    """What waits for whom, and the command that does the next step. Exit 1 when something waits.

    Missing and quarantined days, complete months that nobody drafted, drafts, parked contracts, closed months whose facts
    changed since, letters, 1C, payments of nobody, debts that the ladder is about to block.
    """
    from pipelines.runs.status import COLUMNS, waiting

    matters = waiting(settings(), now(), (lambda step: say(f"{step} …")) if interactive() else (lambda _: None))
    if output_format == "table" and not matters:
        click.echo("nothing waits")
        return 0
    emit(map(asdict, matters), COLUMNS, output_format)
    return 1 if matters else 0


@click.command()
@format_option
def health(output_format: str) -> int:
    """What is late or stuck, with what to do about it. Exit 1 when anything is; made to be run every few minutes.

    Days not landed, parked contracts, refused letters, orders to platforms, the stop of all blocking; letters and objects for 1C
    that have not left in time, the age of the last backup, the schema, free disk space.
    """
    from pipelines.runs.health import complaints
    from pipelines.runs.status import COLUMNS

    matters = complaints(settings(), now())
    if output_format == "table" and not matters:
        click.echo("nothing is late or stuck")
        return 0
    emit(map(asdict, matters), COLUMNS, output_format)
    return 1 if matters else 0
