"""`fleetbill findings`: what somebody must look at."""

import click

from pipelines.cli.output import MONTH, View, client_option, contract_option, emit, format_option, settings
from pipelines.period import Month

COLUMNS = ("kind", "subject", "contract_no", "first_seen", "last_seen", "days", "detail")
VIEW = View(
    ("kind", "subject", "contract_no", "client", "first_seen", "last_seen", "days", "detail"),
    ("kind", "subject", "contract_no", "days", "detail"),
    is_russian=True,
)


@click.command()
@click.option("--month", type=MONTH, default=None, help="As seen in this month; without it: ever.")
@click.option(
    "--kind", default=None, metavar="K", help="Only this kind, such as orphan or duplicate, or by the name that the table gives it."
)
@client_option
@contract_option
@format_option
def findings(month: Month | None, kind: str | None, client: str | None, contract: str | None, output_format: str) -> None:
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
    kind = next((code for code, name in KIND_NAMES.items() if name == kind), kind)
    with engine.transaction(configured) as connection:
        refresh(configured, connection, [month] if month else months_with_evidence(connection), now())
        rows = listing(connection, month, kind, client=client, contract_no=contract)
    if kind and not rows and kind not in KIND_NAMES:
        meant = get_close_matches(kind, KIND_NAMES, n=1)
        hint = f"did you mean '{meant[0]}'?" if meant else f"the kinds are {', '.join(KIND_NAMES)}"
        raise BadInput.one("--kind", f"unknown kind '{kind}'; {hint}")
    emit(rows, COLUMNS, output_format, VIEW)
