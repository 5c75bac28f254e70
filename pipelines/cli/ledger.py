"""`fleetbill ledger`: the chain of issued invoices."""

import click

from pipelines.cli.output import View, emit, format_option, settings

COLUMNS = ("organization", "links", "last_number", "digest", "break")


@click.group()
def ledger() -> None:
    """The chain of issued invoices: whether every one is as it was issued."""


@ledger.command(short_help="Walk the chain of issued invoices; exit 1 where it breaks.")
@click.option("--organization", metavar="CODE", help="Only the chain of this organization.")
@click.option("--expect", "expected", metavar="DIGEST", help="A link must have this digest, which was kept outside or stands on a paper.")
@format_option
def verify(organization: str | None, expected: str | None, output_format: str) -> None:
    """Walk the chain of issued invoices: the digest of each is made again from its rows, and must follow from the one before.

    Names the first invoice that was changed, removed or slipped in, by the owner of the database too. Keep the last digest
    outside, in a letter or on paper: who makes the whole chain anew does not come to it again (--expect).
    """
    from pipelines.audit.chain import require_whole
    from pipelines.audit.chain import verify as verify_chain

    chains = verify_chain(settings(), organization, expected)
    rows = [
        {
            "organization": walked.organization_code,
            "links": walked.links,
            "last_number": walked.last_number or None,
            "digest": walked.digest,
            "break": walked.told or None,
        }
        for walked in chains
    ]
    emit(rows, COLUMNS, output_format, View(COLUMNS))
    require_whole(chains, expected)
