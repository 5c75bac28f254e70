"""A snapshot of a live platform, and with it the blocks there read back (domain.md §2.1, §9)."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.access.read_back import ReadBack
from pipelines.access.read_back import read_back as read_blocks_back
from pipelines.evidence import taking
from pipelines.evidence.landing import LandingResult
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class TakenSnapshot:
    """What landed, and what the platform says of our blocks."""

    landed: LandingResult
    blocks: ReadBack


def take(settings: Settings, platform: str, at: datetime, *, secret: str | None = None, is_given: bool = False) -> TakenSnapshot:
    """Land what a live platform lists at the moment ``at``, then compare its accounts with our orders.

    Also after a list that is quarantined: the blocks are read of the platform, not of the list. Raises what the connector raises;
    a snapshot that has landed stays landed when the reading after it fails.
    """
    landed = taking.take(settings, platform, at, secret=secret, is_given=is_given)
    return TakenSnapshot(landed, read_blocks_back(settings, platform, at, secrets={platform: secret} if secret else {}))
