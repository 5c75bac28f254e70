"""`fleetbill db`: the schema and the embedded server."""

import click

from pipelines.cli.output import emit, format_option, say, settings


@click.group()
def db() -> None:
    """Create or migrate the schema; stop the embedded server."""


@db.command()
@click.option("--revision", default="head", show_default=True, help="Revision to reach.")
def upgrade(revision: str) -> None:
    """Bring the schema to the newest revision. Running it again, or from two processes at once, is safe."""
    from pipelines.warehouse import migrate

    before, after = migrate.upgrade(settings(), revision)
    say(f"schema is at revision {after}" if before == after else f"schema upgraded from {before or 'nothing'} to {after}")


@db.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do it: the data of what is dropped are lost.")
def downgrade(revision: str, *, yes: bool) -> None:
    """Take the schema back to REVISION (`base`: empty). The data of what is dropped are lost."""
    from pipelines.errors import Refused
    from pipelines.warehouse import migrate

    if not yes:
        raise Refused("a downgrade loses data; say --yes to do it")
    before, after = migrate.downgrade(settings(), revision)
    say(f"schema taken back from {before or 'nothing'} to {after or 'nothing'}")


@db.command(short_help="Where the warehouse is, as which role, at which revision.")
@format_option
def status(output_format: str) -> None:
    """Where the warehouse is, which role the application has, and which revision the schema is at."""
    from sqlalchemy import make_url, text

    from pipelines.warehouse import engine, migrate

    configured = settings()
    address = make_url(engine.url(configured)).render_as_string(hide_password=True)
    revision, newest = migrate.current(configured)
    with engine.transaction(configured) as connection:
        role = connection.execute(text("SELECT current_user")).scalar_one()
    emit(
        [
            {
                "database": address,
                "role": role,
                "revision": revision,
                "newest": newest,
                "server": "embedded" if configured.embedded else "by URL",
            }
        ],
        ["database", "role", "revision", "newest", "server"],
        output_format,
    )


@db.command(short_help="Make the roles, and give reports what they may read.")
@format_option
def roles(output_format: str) -> int:
    """Make the roles that are missing and give reports what they may read; every upgrade does it too.

    Exit code 1: the server does not let us make a role; whoever may says `CREATE ROLE NAME NOLOGIN` there, then this again.
    """
    from pipelines.warehouse import roles as of_database

    states = of_database.arrange(settings())
    rows = [{"role": each.role, "state": "there" if each.is_there else "missing", "may": each.may} for each in states]
    emit(rows, ["role", "state", "may"], output_format)
    missing = [each.role for each in states if not each.is_there]
    for role in missing:
        say(f"we may not make {role}: whoever may runs `CREATE ROLE {role} NOLOGIN`, then `fleetbill db roles` again")
    return 1 if missing else 0


@db.command()
def stop() -> None:
    """Stop the embedded server of FLEETBILL_HOME."""
    from pipelines.warehouse import embedded

    configured = settings()
    if not configured.embedded:
        say("the database is a server by URL; nothing to stop")
    elif embedded.stop(configured.home):
        say("the embedded server is stopped")
    else:
        say("the embedded server was not running")
