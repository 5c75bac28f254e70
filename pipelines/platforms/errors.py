"""What a platform can answer instead of the work asked for. Messages never carry tokens, passwords or whole bodies."""

from pipelines.errors import Refused


class PlatformFailed(Refused):
    """Any failure of a platform's connector."""


class NotBuilt(PlatformFailed):
    """The platform's kind has no connector in this version."""


class AuthFailed(PlatformFailed):
    """The platform does not accept the credentials."""


class AccessDenied(PlatformFailed):
    """The credentials are good, but may not do this."""


class NotFound(PlatformFailed):
    """The account, vehicle or service is not there."""


class InvalidInput(PlatformFailed):
    """The platform refuses what it was asked as malformed."""


class Conflict(PlatformFailed):
    """Somebody else changed it, or it exists already."""


class RateLimited(PlatformFailed):
    """Too many requests; `retry_after` seconds are asked for (None: not said)."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Transient(PlatformFailed):
    """A failure that may pass: reads are retried; after a write the state is read first, never repeated blindly."""


class SessionExpired(PlatformFailed):
    """The session is over: one new login is tried."""


class ProtocolBroken(PlatformFailed):
    """The answer is not what the platform's interface promises; an incomplete list is never taken for a whole one."""
