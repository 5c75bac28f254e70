"""`fleetbill export`: clients, contracts, fleets, statuses and debts for the systems of others."""

from datetime import date
from pathlib import Path

import click

from pipelines.cli.output import DATE, View, emit, format_option, interactive, say, settings
from pipelines.clock import now

GIVEN = ("dataset", "kind", "rows", "added", "changed", "removed", "cursor", "folder")
GIVEN_VIEW = View(GIVEN[:-2])
CONSUMERS = (
    "consumer", "name", "datasets", "organizations", "dealers", "categories", "personal_data", "connection", "valid_from", "valid_to",
    "cursor", "exported_at",
)  # fmt: skip
CONSUMERS_VIEW = View(CONSUMERS, ("consumer", "name", "datasets", "personal_data", "cursor", "exported_at"))
TAKEN = ("consumer", "cursor", "at", "as_of", "dataset", "rows", "added", "changed", "removed")


class ConsumerGroup(click.Group):
    """`fleetbill export CONSUMER` is short for `fleetbill export take CONSUMER`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, or `take` for anything else."""
        if args and self.get_command(ctx, args[0]) is None:
            args = ["take", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=ConsumerGroup, short_help="Data for other systems: CRM, contractors, logistics.")
def export() -> None:
    """Clients, contracts, fleets by day, statuses and debts for other systems.

    `fleetbill export CONSUMER` is short for `fleetbill export take CONSUMER`. The sheet `consumers` of the master data declares
    who may have what.
    """


@export.command(short_help="Write what a consumer may see, or what has changed, as files.")
@click.argument("consumer")
@click.option("--since", default=None, metavar="CURSOR|MOMENT", help="Only what has changed since then.  [default: everything]")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR", help="Where to write the files.")
@click.option("--date", "as_of", type=DATE, default=None, help="Day of debts and statuses.  [default: today]")
@format_option
def take(consumer: str, since: str | None, out: Path | None, as_of: date | None, output_format: str) -> None:
    """Write what CONSUMER may see: Parquet, CSV and JSON Schema of each dataset, and a manifest with digests.

    With --since, rows that were added, changed or removed. A cursor (from the manifest) gives the delta to the next one, the
    same rows as often as it is asked for. Without --out the files lie in a folder of their own under exchange/exports/.
    """
    from pipelines.exports.giving import give

    if interactive():
        say(f"reading what {consumer} may see …")
    given = give(settings(), consumer, now(), since=since, out=out, as_of=as_of)
    cursor = str(given.excerpt.version.number)
    rows = []
    for each in given.datasets:
        counts = {change: (each.changes or {}).get(change, 0) if each.changes is not None else None for change in GIVEN[3:6]}
        kind = "delta" if given.excerpt.is_delta else "state"
        rows.append({"dataset": each.dataset, "kind": kind, "rows": each.rows, **counts, "cursor": cursor, "folder": str(given.folder)})
    emit(rows, GIVEN, output_format, GIVEN_VIEW)
    say(f"written: {given.folder}")
    say(f"next time: `fleetbill export {consumer} --since {cursor}`")


@export.command(short_help="Who is declared, with what it may see and its newest cursor.")
@format_option
def consumers(output_format: str) -> None:
    """Declared consumers: what each may see, and what was exported for it last."""
    from pipelines.exports import sources
    from pipelines.exports.versions import newest
    from pipelines.warehouse import engine

    rows = []
    with engine.reading(settings()) as connection:
        for each in sources.consumers(connection):
            last = newest(connection, each.code)
            limited = {name: None if codes is None else sorted(codes) for name, codes in each.limits.items()}
            rows.append(
                {
                    "consumer": each.code, "name": each.name, "datasets": list(each.datasets), **limited,
                    "personal_data": each.personal_data, "connection": each.connection, "valid_from": each.valid_from,
                    "valid_to": each.valid_to, "cursor": last and str(last.number), "exported_at": last and last.at,
                }
            )  # fmt: skip
    emit(rows, CONSUMERS, output_format, CONSUMERS_VIEW)


@export.command(short_help="Every version that was exported, with its rows and changes.")
@click.argument("consumer", required=False)
@format_option
def taken(consumer: str | None, output_format: str) -> None:
    """Versions that were exported, of CONSUMER or of all; a row for each dataset."""
    from pipelines.exports.versions import versions

    rows = [
        {
            "consumer": each.consumer, "cursor": str(each.number), "at": each.at, "as_of": each.as_of, "dataset": name,
            "rows": dataset.rows, **{change: dataset.counts.get(change, 0) if dataset.delta else None for change in GIVEN[3:6]},
        }
        for each in versions(settings(), consumer)
        for name, dataset in each.datasets.items()
    ]  # fmt: skip
    emit(rows, TAKEN, output_format)


@export.command(short_help="Serve what was exported over HTTP, read-only.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8088, show_default=True, help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve what was exported over HTTP: GET /v1/DATASET?since=CURSOR with the bearer token of a consumer.

    Tokens are passwords of the Airflow connections that the sheet `consumers` names. HTTP is not encrypted: beyond this machine
    let a proxy with TLS stand before it.
    """
    import uvicorn

    from pipelines import settings as configuration
    from pipelines.exports import sources, tokens
    from pipelines.exports.endpoint import application
    from pipelines.warehouse import engine

    configured = settings()
    with engine.reading(configured) as connection:
        for each in sources.consumers(connection):
            if each.connection and tokens.token(each, configuration.connection) is None:
                say(f"{each.code}: AIRFLOW_CONN_{each.connection.upper()} holds no token of {tokens.SHORTEST} characters; it is not served")
    say(f"serving on http://{host}:{port}/v1; Ctrl-C ends it")
    app = application(configured, now)
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, server_header=False)
