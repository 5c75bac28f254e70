"""What all requests to a running cabinet share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pipelines.cabinet.code_keys import CodeKeys
from pipelines.cabinet.proof_turns import ProofTurns
from pipelines.settings import Settings

Clock = Callable[[], datetime]


class Mailer(Protocol):
    """Whatever mails: it takes a wish at once and tells nobody whether an address is registered."""

    def send_link(self, address: str, language: str) -> None:
        """Mail a link to the address if it is registered."""

    def send_address_letters(self) -> None:
        """Mail what waits about changes of clients' addresses."""

    def close(self) -> None:
        """Mail what waits, and take no more wishes."""


@dataclass(frozen=True, slots=True)
class House:
    """The settings, the clock and the mailer of a cabinet; ``url``: where readers reach it, as links name it.

    ``keys``: of the secrets of second factors; None: nobody can turn codes on. ``proofs``: the line for them.
    """

    settings: Settings
    clock: Clock
    mailer: Mailer
    url: str
    keys: CodeKeys | None = None
    proofs: ProofTurns = field(default_factory=ProofTurns)

    def close(self) -> None:
        """The cabinet ends: no further proof is begun, and what waits is mailed."""
        self.proofs.close()
        self.mailer.close()

    @property
    def is_secure(self) -> bool:
        """Whether readers come by TLS: cookies then never travel without."""
        return self.url.startswith("https://")

    def cookie(self, name: str) -> str:
        """The name of a cookie: by TLS one that no other host of the domain can set."""
        return f"{'__Host-' if self.is_secure else ''}fleetbill-{name}"
