"""A letter of the outbox as it would be handed over now, with its attachments: to be opened and read, not sent."""

from datetime import datetime

from pipelines.delivery.mail import events
from pipelines.delivery.mail.client_now import decided
from pipelines.delivery.mail.compose import compose
from pipelines.delivery.mail.rules import addresses
from pipelines.delivery.mail.writing import write
from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.warehouse import engine, query


class NoSuchLetter(Refused):
    """The outbox has no letter of this kind and key."""


class NotToBeSent(Refused):
    """What the letter would tell is no longer so: it would be dropped and not handed over."""


def shown(settings: Settings, kind: str, key: str, at: datetime) -> bytes:
    """The letter as RFC 5322 bytes, as it is decided now, to everybody whom its client's address names today; CannotWrite where
    nothing can be written, NotToBeSent where it would be dropped.

    Nothing changes: the letter waits, or has left, as before.
    """
    with engine.transaction(settings) as connection:
        row = query.run(connection, "delivery/mail/message", kind=kind, key=key, invoice_kinds=sorted(events.ABOUT_INVOICES)).first()
        if row is None:
            raise NoSuchLetter(
                f"there is no letter {kind} {key} in the outbox: `fleetbill mail status --state queued` lists those that wait"
            )
        cells = {"client": row.client_email, "managers": settings.mail_managers, "technical": settings.mail_technical}
        recipients = tuple(addresses(cells[events.AUDIENCES[row.event_kind]]))
        decision = decided(settings, connection, row, at)
        if decision.dropped:
            raise NotToBeSent(f"the letter {kind} {key} would not leave: {decision.dropped}")
        return compose(write(settings, connection, row, recipients, at, decision))
