"""The clients' cabinet of a stack: where it answers, and links to look at it as one of its readers."""

from datetime import timedelta
from urllib.error import URLError
from urllib.request import urlopen

from pipelines.cabinet import links
from pipelines.clock import now
from pipelines.warehouse import engine, query
from stack.environment import Stack, free_port

VARIABLE = "FLEETBILL_CABINET_URL"
PORTS = range(8290, 8390)
GOOD_FOR = timedelta(hours=12)


def address() -> str:
    """Where a cabinet that is started now will answer."""
    return f"http://localhost:{free_port(None, PORTS)}"


def command(url: str) -> tuple[str, ...]:
    """What serves it."""
    return ("-m", "pipelines.cli", "cabinet", "--port", url.rpartition(":")[2])


def answers(url: str) -> bool:
    """Whether it answers by now."""
    try:
        with urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310 - an address of ours
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def logins(stack: Stack, url: str) -> str:
    """The address of the cabinet, with a fresh one-time link for a client and one for a dealer, where the house has such."""
    at = now()
    lines = [f"cabinet: {url}"]
    with engine.transaction(stack.settings) as connection:
        for reader in query.rows(connection, "cabinet/example_readers"):
            token = links.make(connection, reader.address, at, GOOD_FOR, "stack")
            lines.append(f"  as {reader.kind} {reader.name}: {url}/enter/{token}")
    if len(lines) == 1:
        lines.append("  nobody to log in as yet: a client needs an e-mail address in the master data")
    return "\n".join(lines)
