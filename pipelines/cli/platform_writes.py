"""What a command says when platforms could not be written: their orders stand."""

from collections.abc import Mapping

from pipelines.errors import Refused


class PlatformsNotWritten(Refused):
    """Orders stand, but their platforms could not be written; the next run carries them out."""


def refuse_unwritten(refused: Mapping[str, str]) -> None:
    """PlatformsNotWritten names every platform that could not be written."""
    if refused:
        named = "; ".join(f"{platform}: {why}" for platform, why in sorted(refused.items()))
        raise PlatformsNotWritten(f"platforms that could not be written ({named}); their orders stand, the next run carries them out")
