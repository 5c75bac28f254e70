"""`fleetbill proof`: what a client checks alone."""

from pathlib import Path

import click

from pipelines.cli.output import say, settings, show


@click.command()
@click.argument("number")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.zip", help="Where to (default: proof-NUMBER.zip).")
def proof(number: str, out: Path | None) -> None:
    """Write the proof of an issued invoice: a zip whose verify.py recomputes it from the client's own vehicle-days, with plain Python.

    It is checked before it is handed over. The same invoice gives the same bytes for ever.
    """
    from pipelines.audit.proof import prove

    proven = prove(settings(), number, out)
    show("\n".join(proven.counted))
    say(f"proof written to {proven.path}")
