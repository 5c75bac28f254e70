"""`fleetbill findings`: what somebody must look at."""

import click

from pipelines.cli.output import MONTH, emit, format_option, settings
from pipelines.period import Month

COLUMNS = ("kind", "subject", "contract_no", "first_seen", "last_seen", "days", "detail")


@click.command()
@click.option("--month", type=MONTH, default=None, help="As seen in this month; without it: ever.")
@click.option("--kind", default=None, metavar="K", help="This kind alone, such as orphan or duplicate.")
@format_option
def findings(month: Month | None, kind: str | None, output_format: str) -> None:
    """What somebody must look at: orphans, duplicates, unknown accounts, month-end dips and the rest."""
    from difflib import get_close_matches

    from pipelines.clock import now
    from pipelines.errors import BadInput
    from pipelines.findings.kinds import KIND_NAMES
    from pipelines.findings.store import listing
    from pipelines.usage.month import refresh
    from pipelines.usage.stored import months_with_evidence
    from pipelines.warehouse import engine

    configured = settings()
    with engine.transaction(configured) as connection:
        refresh(configured, connection, [month] if month else months_with_evidence(connection), now())
        rows = listing(connection, month, kind)
    if kind and not rows and kind not in KIND_NAMES:
        meant = get_close_matches(kind, KIND_NAMES, n=1)
        hint = f"did you mean '{meant[0]}'?" if meant else f"the kinds are {', '.join(KIND_NAMES)}"
        raise BadInput.one("--kind", f"unknown kind '{kind}'; {hint}")
    emit(rows, COLUMNS, output_format)
