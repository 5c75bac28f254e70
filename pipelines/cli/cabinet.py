"""`fleetbill cabinet`: the clients' cabinet over the web, and what its keepers do at the command line."""

from datetime import timedelta

import click

from pipelines.cli.output import say, settings
from pipelines.clock import now


@click.group(short_help="The clients' cabinet over the web.", invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8086, show_default=True, help="Port to listen on.")
@click.pass_context
def cabinet(ctx: click.Context, host: str, port: int) -> None:
    """Serve the clients' cabinet until it is interrupted.

    A client logs in by a one-time link to its address in the master data, mailed by AIRFLOW_CONN_FLEETBILL_SMTP. HTTP is not
    encrypted: beyond this machine let a proxy with TLS stand before it, and name its address in FLEETBILL_CABINET_URL.
    """
    if ctx.invoked_subcommand is not None:
        return
    import uvicorn

    from pipelines.cabinet import rows, second_factor
    from pipelines.cabinet.app import application
    from pipelines.cabinet.code_keys import PLACE, code_keys
    from pipelines.cabinet.mailing import LinkMail
    from pipelines.warehouse import engine

    configured = settings()
    with engine.reading(configured) as connection:
        rows.take_role(connection)
    keys = code_keys()
    with engine.transaction(configured) as connection:
        sealing = second_factor.seal_all(connection, keys)
    if keys is None:
        say(f"{PLACE} holds no key: readers cannot turn codes on; `fleetbill cabinet new-key` makes one")
    if sealing.anew:
        say(f"{sealing.anew} secrets of second factors were sealed with the first key")
    if sealing.shut:
        say(f"no key opens the secret of {', '.join(sealing.shut)}: they cannot log in before `cabinet sign-out ADDRESS --forget-code`")
    url = configured.cabinet_url or f"http://{host}:{port}"
    mail = LinkMail(configured, now, url)
    if not mail.can_send:
        say("AIRFLOW_CONN_FLEETBILL_SMTP is not set: no link can be mailed; `fleetbill cabinet link ADDRESS` makes one")
    say(f"the cabinet is at {url}, listening on {host}:{port}; Ctrl-C ends it")
    app = application(configured, now, mail, url, keys)
    proxies = [each.strip() for each in configured.cabinet_proxies.split(",") if each.strip()]
    # no access log: a link's token is in its path
    uvicorn.run(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False, proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )  # fmt: skip


@cabinet.command(short_help="Make a one-time link for a client's address.")
@click.argument("address")
@click.option("--by", "by_name", required=True, help="Who makes it.")
@click.option("--minutes", type=click.IntRange(1, 24 * 60), default=None, help="How long it is good for.  [default: as mailed ones]")
def link(address: str, by_name: str, minutes: int | None) -> None:
    """Print a one-time link for ADDRESS, which a client has in the master data. Whoever opens it sees that client's account."""
    from pipelines.cabinet import links
    from pipelines.errors import BadInput
    from pipelines.warehouse import engine

    configured = settings()
    good_for = timedelta(minutes=minutes or configured.cabinet_link_minutes)
    with engine.transaction(configured) as connection:
        token = links.make(connection, address, now(), good_for, by_name)
    if token is None:
        raise BadInput.one("ADDRESS", f"no client has the address {address}")
    click.echo(f"{configured.cabinet_url or 'http://127.0.0.1:8086'}/enter/{token}")


@cabinet.command("new-key", short_help="Make a key for the secrets of second factors.")
def new_key() -> None:
    """Print a key nobody has, for AIRFLOW_CONN_FLEETBILL_CABINET='fernet://:KEY@'. Keep it where the database's backups are not.

    Another key: put the new one before the old ones by commas, restart every cabinet, and take the old ones away. A lost key costs
    every reader its codes.
    """
    from pipelines.cabinet import code_keys

    click.echo(code_keys.new_key())


@cabinet.command("sign-out", short_help="End every session of an address.")
@click.argument("address")
@click.option("--forget-code", is_flag=True, help="Also turn its second factor off: the phone is lost, and you know who asks.")
def sign_out(address: str, *, forget_code: bool) -> None:
    """End every session of ADDRESS and the links that wait; its owner may log in anew."""
    from pipelines.cabinet import links, second_factor, sessions
    from pipelines.warehouse import engine

    with engine.transaction(settings()) as connection:
        ended = sessions.end_all(connection, links.plain(address), now())
        was_on = forget_code and second_factor.turn_off(connection, links.plain(address))
    say(f"{ended} sessions ended" + ("; the second factor is off" if was_on else ""))
