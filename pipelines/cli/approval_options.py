"""A person's word on a run at the command line: `--approve-by`, `--hold`, `--reject-by`, `--reason`."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.output import authorship, say, settings
from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.period import Month
from pipelines.wording.russian import NO_WORD

if TYPE_CHECKING:
    from pipelines.billing.approval import Approval


@dataclass(frozen=True, slots=True)
class ApprovalWord:
    """What was said of a run: by whom it is approved (without ``hold``) or refused, and why."""

    approve_by: str | None
    hold: tuple[str, ...]
    reject_by: str | None
    reason: str | None
    meant: tuple[str, ...] = ()

    def approver(self) -> Authorship | None:
        """The person who approves, None without one. BadInput for a blank name, or options that contradict each other."""
        if self.approve_by is not None and self.reject_by is not None:
            raise BadInput.one("--reject-by", "a run is approved or refused, not both")
        if self.hold and self.approve_by is None:
            raise BadInput.one("--hold", "goes with --approve-by; `fleetbill hold add` holds a contract back by itself")
        if self.meant and self.approve_by is None:
            raise BadInput.one("--yes-i-mean", "goes with --approve-by: a named person confirms it")
        if self.approve_by is None:
            return None
        if not self.approve_by.strip():
            raise BadInput.one("--approve-by", "must not be empty")
        return authorship(self.approve_by, NO_WORD if self.reason is None else self.reason)

    def refused(self, month: Month, purpose: str) -> bool:
        """Record the refusal of the drafted run, where this is one. BadInput without a name or a reason."""
        from pipelines.billing.approval import NothingDrafted, reject
        from pipelines.billing.drafting import drafted_digest
        from pipelines.billing.model import Purpose

        if self.reject_by is None:
            return False
        for option, text in (("--reject-by", self.reject_by), ("--reason", self.reason or "")):
            if not text.strip():
                raise BadInput.one(option, "a refusal needs a name and a reason")
        seen = drafted_digest(settings(), month, Purpose(purpose))
        if seen is None:
            raise NothingDrafted(f"{month} has no drafted {purpose} run to refuse")
        reject(settings(), month, seen, authorship(self.reject_by, self.reason or ""), Purpose(purpose))
        say(f"refused: the {purpose} run of {month}, by {self.reject_by.strip()}; nothing is issued, the drafts stay drafts")
        return True


def word_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a run that a person approves or refuses, given to the command as one ``word``."""

    @functools.wraps(command)
    def with_word(**options: Any) -> Any:
        said = {name: options.pop(name) for name in ("approve_by", "hold", "reject_by", "reason", "meant")}
        return command(word=ApprovalWord(**said), **options)

    for option in (
        click.option(
            "--yes-i-mean",
            "meant",
            multiple=True,
            metavar="DATE",
            help="Confirm a month or a date that was refused because it looks like a slip (repeatable).",
        ),
        click.option("--reason", default=None, help=f"A word of the person; kept in the history.  [default: {NO_WORD}]"),
        click.option("--reject-by", metavar="NAME", help="Refuse the drafted run in the name of this person; needs --reason."),
        click.option("--hold", multiple=True, metavar="CONTRACT", help="Approve without this contract: it is held back (repeatable)."),
        click.option("--approve-by", metavar="NAME", help="Approve and issue in the name of this person."),
    ):
        with_word = option(with_word)
    return with_word


def say_who_is_missing(approval: "Approval", command: str) -> None:
    """After one of two approvals: who has approved, and how the second person does."""
    say(f"approved by {', '.join(approval.by)}; a second person is needed (FLEETBILL_FOUR_EYES): `fleetbill {command} --approve-by NAME`")
