"""The chain of an organization's issued invoices: what a link is, and where a chain breaks (domain.md §7). Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

NOTHING_BEFORE = "0" * 64
PRINTED_DIGITS = 16


class IssuedLink(NamedTuple):
    """A link beside its invoice as it is now. ``link_no`` None: the invoice has no link; ``content`` None: the link has no invoice.

    ``kept``, ``content``: digest of the invoice's content at issue, and now; ``previous``, ``digest``: of the link before, and of this one.
    """

    organization_code: str
    link_no: int | None
    number: str
    kept: str | None
    content: str | None
    previous: str | None
    digest: str | None


@dataclass
class Walk:
    """One chain walked to its end. ``breaks``: what is wrong, the first place first; none: every invoice is as it was issued."""

    organization_code: str
    links: int = 0
    last_number: str = ""
    digest: str = NOTHING_BEFORE
    breaks: list[str] = field(default_factory=list)
    is_expected: bool = False

    @property
    def told(self) -> str:
        """The first break, with how many follow; nothing for a whole chain."""
        more = f" (and {len(self.breaks) - 1} more)" if len(self.breaks) > 1 else ""
        return f"{self.breaks[0]}{more}" if self.breaks else ""


def digest_after(previous: str, content: str) -> str:
    """Digest of a link: SHA-256 of the hexadecimal digits of the link before and of the invoice's content."""
    return hashlib.sha256((previous + content).encode()).hexdigest()


def printed(digest: str) -> str:
    """The short form of papers: the first 16 digits in fours."""
    return " ".join(digest[start : start + 4] for start in range(0, PRINTED_DIGITS, 4))


def walk(links: Iterable[IssuedLink], expected: str | None = None) -> Iterator[Walk]:
    """Each organization's chain, walked; ``links``: by organization, in their order, invoices without a link last.

    ``expected``: the beginning of a digest that was kept elsewhere, in lower-case digits.
    """
    for code, chain in groupby(links, key=lambda link: link.organization_code):
        walked = Walk(code)
        for link in chain:
            _step(walked, link)
            walked.is_expected |= bool(expected and link.digest and link.digest.startswith(expected))
        yield walked


def _step(walked: Walk, link: IssuedLink) -> None:
    if link.link_no is None or link.kept is None or link.digest is None:
        walked.breaks.append(f"{link.number} is inserted: it has no link")
        return
    if link.link_no != walked.links + 1:
        lost = link.link_no - walked.links - 1
        walked.breaks.append(f"{lost} link{'s' * (lost > 1)} before {link.number} missing")
    elif link.content is None:
        walked.breaks.append(f"{link.number} is missing")
    elif link.content != link.kept:
        walked.breaks.append(f"{link.number} is changed")
    elif link.previous != walked.digest or link.digest != digest_after(walked.digest, link.kept):
        walked.breaks.append(f"the link of {link.number} does not follow from the one before it")
    walked.links, walked.last_number, walked.digest = link.link_no, link.number, link.digest
