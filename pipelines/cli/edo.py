"""`fleetbill edo`: the files for electronic exchange of a month."""

from dataclasses import asdict

import click

from pipelines.cli.output import MONTH, View, emit, format_option, say, settings
from pipelines.period import Month

COLUMNS = ("organization_code", "run", "client_code", "contract_no", "number", "format", "file", "archive", "lacks")
VIEW = View(COLUMNS, ("client_code", "contract_no", "number", "format", "file", "lacks"))


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month that was billed.")
@click.option("--write", is_flag=True, help="Write the archives again, as the clients want them now.")
@format_option
def edo(month: Month, *, write: bool, output_format: str) -> int:
    """The files that clients want (column formats of the sheet clients), of every run of a month: УПД 5.03 and CommerceML 2.10.

    One archive per run and organization lies among the documents, written with the papers. УПД are not signed: an operator of
    ЭДО takes the archive, and the head signs there. What a file lacks is told, and exit code 1 says that something does.
    """
    from pipelines.documents.edo.archives import archives, write_archives
    from pipelines.documents.store import DocumentStore

    configured = settings()
    lines = (
        write_archives(configured, month, again=True) if write else [line for each in archives(configured, month) for line in each.lines]
    )
    emit([asdict(line) for line in lines], COLUMNS, output_format, VIEW)
    store = DocumentStore(configured.documents)
    for path in sorted({line.archive for line in lines if line.archive}):
        say(store.url(path) if store.exists(path) else f"{path}: not written yet; --write writes it")
    lacking = sum(bool(line.lacks) for line in lines)
    if lacking:
        say(f"{lacking} files lack something, see the column lacks")
    return 1 if lacking else 0
