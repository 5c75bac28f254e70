"""`fleetbill forget`: erase what reaches the people of a client that has left."""

import click

from pipelines.cli.output import author_options, authorship, emit, format_option, say, settings


@click.command(short_help="Erase what reaches the people of a client that has left.")
@click.argument("client", metavar="CLIENT")
@author_options()
@click.option("--dry-run", is_flag=True, help="Say what would be erased; change nothing.")
@format_option
def forget(client: str, by: str, reason: str, dry_run: bool, output_format: str) -> None:  # noqa: FBT001 - click passes flags by name
    """Erase e-mail, phone and address of CLIENT wherever they are kept, and say what stays, until when and why.

    Refused while a contract is in force, a month is not billed, money is open or a letter waits. Issued papers, payments and what
    they rest on stay: they are kept by law and never change. An individual's name goes too when no law keeps it any more. Works as
    the owner of the database; run again, it erases nothing more. Backups from before hold everything until you delete them.
    """
    from pipelines.runs import forget as erasures

    done = erasures.forget(settings(), client, authorship(by, reason), dry_run=dry_run)
    emit(
        [{name: getattr(place, name) for name in erasures.COLUMNS} for place in (*done.erased, *done.kept)], erasures.COLUMNS, output_format
    )
    rows = sum(place.rows or 0 for place in done.erased)
    if dry_run:
        say(f"dry run: {rows} rows and files would lose something; nothing was changed")
    elif rows:
        say(f"{client}: {rows} rows and files have lost what reached its people. Delete the backups from before, or note when they go;")
        say("let it be erased in 1C and in the CRM too, for what they tell is taken in again")
    else:
        say(f"{client}: nothing was left to erase")
