"""Silencing a finding: a person's word with a reason and an end, kept for ever (domain.md §10)."""

from datetime import date

from pipelines.clock import Authorship
from pipelines.errors import BadInput, Problem, Refused
from pipelines.findings.kinds import KIND_NAMES
from pipelines.settings import Settings
from pipelines.warehouse import engine, query


class NotMuted(Refused):
    """Nobody has silenced this finding."""


def mute(settings: Settings, kind: str, subject: str, until: date, author: Authorship) -> None:
    """Silence a finding up to and including ``until``; another word on a muted one takes the place of the last.

    BadInput for a kind that is none, a finding that was never seen, and an end that is over.
    """
    with engine.transaction(settings) as connection:
        problems = []
        if kind not in KIND_NAMES:
            problems.append(Problem("KIND", f"unknown kind '{kind}'; the kinds are {', '.join(KIND_NAMES)}"))
        elif not query.scalar(connection, "findings/was_seen", kind=kind, subject=subject):
            problems.append(Problem("SUBJECT", f"no finding '{kind}' was ever seen of '{subject}'"))
        if until < author.at.date():
            problems.append(Problem("--until", f"{until} is over: a muting needs an end that is still to come"))
        if problems:
            raise BadInput(problems)
        query.run(connection, "findings/add_muting", kind=kind, subject=subject, until=until, **_who(author))


def unmute(settings: Settings, kind: str, subject: str, author: Authorship) -> None:
    """Let a muted finding be told again. NotMuted where nobody silenced it."""
    with engine.transaction(settings) as connection:
        if not query.scalar(connection, "findings/is_muted", kind=kind, subject=subject):
            raise NotMuted(f"{kind} {subject} is not muted")
        query.run(connection, "findings/add_muting", kind=kind, subject=subject, until=None, **_who(author))


def _who(author: Authorship) -> dict[str, object]:
    return {"by": author.by, "reason": author.reason, "at": author.at}
