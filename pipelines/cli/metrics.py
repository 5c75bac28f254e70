"""`fleetbill metrics`: what the house did, by day, and how it stands."""

from datetime import date

import click

from pipelines.cli.output import DATE, emit, format_option, settings
from pipelines.clock import now


@click.group(invoke_without_command=True, short_help="What was done, by day: durations, counts, failures; how the house stands.")
@click.option("--from", "first", type=DATE, default=None, help="From this day on.")
@click.option("--to", "last", type=DATE, default=None, help="Up to this day.")
@click.option("--metric", "prefix", default="", metavar="NAME", help="Metrics whose name begins so, such as billing.issue.")
@format_option
@click.pass_context
def metrics(context: click.Context, first: date | None, last: date | None, prefix: str, output_format: str) -> None:
    """What was done by day: of each verb its seconds, counts and failures, and the states that `metrics take` has measured.

    `count`: how often, `total`: their sum, `most`: the greatest, `last`: the last; of `….failed` 1 says that the last try failed.
    """
    if context.invoked_subcommand:
        return
    from pipelines.runs import metrics as kept

    emit(kept.listing(settings(), first, last, prefix), kept.COLUMNS, output_format)


@metrics.command(short_help="Measure how the house stands; keep it, tell the monitor.")
@format_option
def take(output_format: str) -> None:
    """Measure parked contracts, leakage, the age of what has not left, the share of blocked clients; keep them and tell the monitor."""
    from pipelines.runs import gauges

    states = gauges.take(settings(), now())
    emit([{"metric": name, "value": value} for name, value in states.items()], gauges.COLUMNS, output_format)
