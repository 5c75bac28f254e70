"""Letters in the outbox of a test's house, and what a real sender did with them."""

from collections import Counter
from datetime import date

from sqlalchemy import text

from pipelines.delivery.mail import events, sending, server, status
from pipelines.delivery.mail.queue import queue
from pipelines.warehouse import engine
from tests import issued
from tests.conftest import NOW
from tests.killing import start


def restored(settings, count):
    """That many letters to that many clients."""
    with engine.transaction(settings) as connection:
        known = [issued.client(connection, number, NOW) for number in range(1, count + 1)]
        queue(connection, [events.restored(str(one["code"]), "ORG", str(one["code"]), on=date(2026, 3, 1)) for one in known], NOW)


def send(settings, smtp, at=NOW, **options):
    """Hand over what is due, in this process."""
    return sending.send(settings, at, server=server.parse(smtp.uri()), **options)


def states(settings):
    """Letters by state."""
    return {row["state"]: row["letters"] for row in status.counts(settings)}


def ids(smtp):
    """How often each Message-ID arrived."""
    return Counter(message["Message-ID"] for message in smtp.messages())


def rows(settings, query):
    """Rows of a query."""
    with engine.engine(settings).connect() as connection:
        return connection.execute(text(query)).all()


def findings(settings):
    """Kind, subject and detail of every finding."""
    return [tuple(row) for row in rows(settings, "SELECT kind, subject, parameters->>'text' FROM findings.occurrences ORDER BY 1, 2")]


def sender(mail_environment):
    """A real `fleetbill mail send`."""
    return start(mail_environment, "mail", "send", "--now", "--format", "json")
