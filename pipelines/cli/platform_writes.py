"""Access back after whatever a command has changed, said at the terminal; and platforms that could not be written."""

from collections.abc import Mapping
from datetime import datetime

from pipelines.cli.output import say
from pipelines.errors import Refused
from pipelines.settings import Settings


class PlatformsNotWritten(Refused):
    """Orders stand, but their platforms could not be written; the next run carries them out."""


def refuse_unwritten(refused: Mapping[str, str]) -> None:
    """PlatformsNotWritten names every platform that could not be written."""
    if refused:
        named = "; ".join(f"{platform}: {why}" for platform, why in sorted(refused.items()))
        raise PlatformsNotWritten(f"platforms that could not be written ({named}); their orders stand, the next run carries them out")


def give_access_back(configured: Settings, at: datetime, *, renew: bool = False) -> None:
    """Let in again whoever has no blocking debt any more, a line for each; ``renew``: workbooks that money has made old come after it.

    PlatformsNotWritten at the end, where one could not be written.
    """
    from pipelines.access.restore import restore

    restored = restore(configured, at)
    for line in restored.lines:
        say(line)
    if renew:
        from pipelines.documents.finance_workbook import renew_reports

        for month in renew_reports(configured, at):
            say(f"the workbook of {month} is written anew")
    refuse_unwritten(restored.refused)
