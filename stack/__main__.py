"""`python -m stack up|down|status|demo`."""

import argparse
import sys
import time

import click

from pipelines.errors import BadInput, Refused
from stack import cabinet, lifecycle, processes
from stack.environment import Stack, passwords, stack
from stack.layout import CELERY, LOCAL, Layout


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused or failed, 2 bad input."""
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("up", "start everything"), ("demo", "run the sample company through it")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--port", type=int, default=None, help="port of the UI on localhost (default: the first free one from 8080)")
        if name == "up":
            command.add_argument("--executor", choices=(LOCAL, CELERY), default=LOCAL, help="Airflow's executor (default: local)")
            command.add_argument("--workers", type=int, default=2, help="workers of the CeleryExecutor (default: 2)")
            command.add_argument("--schedulers", type=int, default=1, help="schedulers beside each other (default: 1)")
    commands.add_parser("down", help="stop everything; the data stay")
    commands.add_parser("status", help="what runs")
    given = parser.parse_args(arguments)
    try:
        layout = Layout(given.executor, given.workers, given.schedulers) if given.command == "up" else Layout()
        return _run(given.command, stack(), getattr(given, "port", None), layout)
    except BadInput as error:
        click.echo(error, err=True)
        return 2
    except Refused as error:
        click.echo(f"refused: {error}", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return 130


def _run(command: str, found: Stack, port: int | None, layout: Layout) -> int:
    if command == "up":
        begun = time.monotonic()
        lifecycle.up(found, port, layout)
        click.echo(f"up after {time.monotonic() - begun:.0f} s")
        click.echo(welcome(found))
    elif command == "down":
        click.echo("stopped; the data stay in " + str(found.home) if lifecycle.down(found) else "nothing was running")
    elif command == "status":
        return _status(found)
    else:
        from stack import demo

        demo.run(found, port)
    return 0


def welcome(found: Stack) -> str:
    """How to open the UI, the desk inside it and the cabinet, and as whom."""
    up = processes.running(found)
    port = up.port if up else "?"
    logins = "\n".join(f"  {user:<9} {password}" for user, password in passwords(found).items())
    return (
        f"Airflow: http://localhost:{port}   (finance approves, engineer runs)\n{logins}\n"
        f"finance desk, as finance: http://localhost:{port}/plugin/billing\n"
        f"{cabinet.logins(found, up.cabinet) if up and up.cabinet else 'the cabinet is not running'}\n"
        f"the `airflow` command of a shell: . {found.private / 'env'}\n"
        f"logs: {found.logs}; `make down` stops everything and keeps the data"
    )


def _status(found: Stack) -> int:
    up = processes.running(found)
    if not up:
        click.echo("nothing is running")
        return 1
    for component in up.pids:
        process = up.process(component)
        click.echo(f"{component:<14} {'pid ' + str(process.pid) if process else 'ended: see ' + str(processes.log_of(found, component))}")
    click.echo(welcome(found))
    return 1 if up.dead else 0


if __name__ == "__main__":
    sys.exit(main())
