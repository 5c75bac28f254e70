"""Who is logged in, and whose rows that is. Pure."""

from dataclasses import dataclass, field

from pipelines.errors import Refused


class NotYours(Refused):
    """What was asked for is not there, or not the reader's: the answer is the same."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A person by the address that it logged in with.

    ``own``: clients that have this address; ``clients``: these and, of a dealer, its whole tree; both in the order of their codes.
    ``blocked``: those of ``own`` whose access to the platform we have switched off.
    """

    address: str
    own: tuple[str, ...]
    clients: tuple[str, ...]
    language: str = "ru"
    blocked: tuple[str, ...] = ()
    codes: frozenset[str] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(self.clients))

    @property
    def is_dealer(self) -> bool:
        """Whether it sees clients that are not its own."""
        return len(self.clients) > len(self.own)

    @property
    def is_blocked(self) -> bool:
        """Whether access to the platform is switched off for a client of its own."""
        return bool(self.blocked)

    def require(self, client_code: str) -> str:
        """The client's code. NotYours when the reader may not see it, or it does not exist."""
        if client_code not in self.codes:
            raise NotYours(f"client {client_code!r}")
        return client_code
