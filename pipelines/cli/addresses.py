"""`fleetbill master addresses`: where a client's papers go, what its people asked for in the cabinet, and our own word on it."""

from dataclasses import asdict

import click

from pipelines.cli.output import authorship, emit, format_option, say, settings
from pipelines.errors import BadInput

COLUMNS = ("asked_at", "client_code", "action", "address", "asked_by", "applied_at", "stopped_at")


@click.command(short_help="What clients changed of their e-mail addresses in the cabinet; with --set: our own word on it.")
@click.argument("client", required=False)
@click.option("--set", "cell", default=None, metavar="ADDRESSES", help="Instead: set CLIENT's addresses, by commas.")
@click.option("--by", default=None, metavar="NAME", help="Who does this; kept in the history.")
@click.option("--reason", default=None, metavar="TEXT", help="Why; kept in the history.")
@format_option
def addresses(client: str | None, cell: str | None, by: str | None, reason: str | None, output_format: str) -> None:
    """List the changes of addresses that CLIENT's people (without it: everybody's) asked for in the cabinet, the newest first.

    An older sheet does not undo such a change: its import says so. With --set, --by and --reason a person of ours does, or sets whatever
    else is right.
    """
    from pipelines.master import address_changes
    from pipelines.warehouse import engine

    if cell is None:
        with engine.reading(settings()) as connection:
            listed = address_changes.listed(connection, [client] if client else [])
        emit([{name: row[name] for name in COLUMNS} for row in map(asdict, listed)], COLUMNS, output_format)
        return
    if not (client and by and reason):
        raise BadInput.one("--set", "needs CLIENT, --by and --reason")
    with engine.transaction(settings()) as connection:
        change = address_changes.set_addresses(connection, client, cell, authorship(by, reason))
    say(f"{client}: {change.after['email']}" if change and change.after else f"{client}: nothing to change")
