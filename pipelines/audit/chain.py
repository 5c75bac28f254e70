"""Walk the chains of issued invoices, whoever may have edited the database in the meantime (domain.md §7)."""

import re
from typing import TYPE_CHECKING

from pipelines import logs
from pipelines.audit.chain_rules import PRINTED_DIGITS, IssuedLink, Walk, walk
from pipelines.errors import BadInput, Refused
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DIGITS = re.compile(f"[0-9a-f]{{{PRINTED_DIGITS},64}}")


class UnknownDigest(BadInput):
    """What was typed is no digest of a link."""


class NothingIssued(BadInput):
    """No organization of that code has issued anything."""


class ChainBroken(Refused):
    """An issued invoice was changed, removed or slipped in; the message names the first of each organization."""


def verify(settings: Settings, organization: str | None = None, expected: str | None = None) -> list[Walk]:
    """The chains of all organizations (or of one), walked: every digest is made again from the rows; see `require_whole`.

    ``expected``: a digest that was kept outside, whole or as a paper shows it; UnknownDigest when it cannot be one.
    """
    digits = None if expected is None else _digits(expected)
    with logs.verb("audit", "verify_chain") as done, engine.transaction(settings) as connection:
        chains = walked_chains(connection, organization, digits)
        done |= {"chains": len(chains), "links": sum(walked.links for walked in chains)}
    if organization is not None and not chains:
        raise NothingIssued.one("--organization", f"{organization!r} has issued no invoice")
    return chains


def walked_chains(connection: "Connection", organization: str | None = None, digits: str | None = None) -> list[Walk]:
    """The chains as one transaction sees them; numbers that were given and have no invoice break them too."""
    links = (IssuedLink(*row) for row in query.stream(connection, "audit/chain", organization=organization))
    chains = {walked.organization_code: walked for walked in walk(links, digits)}
    for row in query.rows(connection, "audit/numbers_given", organization=organization):
        lost = f"{row.given} numbers were given in {row.year} and {row.invoices} invoices are there"
        chains.setdefault(row.organization_code, Walk(row.organization_code)).breaks.append(lost)
    return [chains[code] for code in sorted(chains)]


def require_whole(chains: list[Walk], expected: str | None = None) -> None:
    """ChainBroken, with the first break of each chain, or when no link has the digest that was kept outside."""
    broken = [f"{walked.organization_code}: {walked.told}" for walked in chains if walked.breaks]
    if expected is not None and not any(walked.is_expected for walked in chains):
        broken.append(f"no link has the digest {expected}: the chain was cut, or made anew")
    if broken:
        raise ChainBroken("; ".join(broken))


def _digits(typed: str) -> str:
    digits = "".join(typed.split()).lower()
    if not _DIGITS.fullmatch(digits):
        raise UnknownDigest.one("--expect", f"{typed!r} is no digest: {PRINTED_DIGITS} to 64 hexadecimal digits")
    return digits
