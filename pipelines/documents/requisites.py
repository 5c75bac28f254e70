"""Who sells and who buys, with requisites as frozen at issue: the same facts for papers, letters and 1C."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

PartyKind = Literal["legal", "entrepreneur", "individual"]
PICTURES = ("logo", "facsimile", "stamp")


@dataclass(frozen=True, slots=True)
class Bank:
    """Where money is sent: requisites of one account."""

    account: str
    name: str
    bic: str
    corr_account: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A side of a contract. ``code`` is the organization's or the client's code.

    ``director_post``: post of whoever signs; ``logo``, ``facsimile`` (of the signature) and ``stamp``: PNG or JPEG.
    """

    code: str
    name: str
    kind: PartyKind
    full_name: str | None = None
    inn: str | None = None
    kpp: str | None = None
    address: str | None = None
    bank: Bank | None = None
    director: str | None = None
    accountant: str | None = None
    email: str | None = None
    phone: str | None = None
    director_post: str | None = None
    logo: bytes | None = None
    facsimile: bytes | None = None
    stamp: bytes | None = None


@dataclass(frozen=True, slots=True)
class Seller(Party):
    """An organization."""

    def __hash__(self) -> int:
        """By the code alone: what is made of an organization is kept, and asked for by every document."""
        return hash(self.code)


@dataclass(frozen=True, slots=True)
class Buyer(Party):
    """A client."""


def seller(row: Mapping[str, Any]) -> Seller:
    """An organization's frozen requisites (columns of the sheet); ``pictures`` of them are laid beside by whoever prints."""
    pictures = row.get("pictures") or {}
    return Seller(
        code=row["code"],
        name=row["name"],
        kind=seller_kind(row["inn"]),
        full_name=row.get("full_name"),
        inn=row["inn"],
        kpp=row.get("kpp"),
        address=row.get("address"),
        bank=Bank(row["bank_account"], row["bank_name"], row["bic"], row.get("corr_account")),
        director=row.get("director"),
        accountant=row.get("accountant"),
        email=row.get("email"),
        director_post=row.get("director_post"),
        **{name: pictures.get(name) for name in PICTURES},
    )


def buyer(row: Mapping[str, Any]) -> Buyer:
    """A client's frozen requisites (columns of the sheet)."""
    return Buyer(
        code=row["client_code"],
        name=row["name"],
        kind=row["kind"],
        full_name=row.get("full_name"),
        inn=row.get("inn"),
        kpp=row.get("kpp"),
        address=row.get("address"),
        email=row.get("email"),
        phone=row.get("phone"),
    )


def seller_kind(inn: str) -> PartyKind:
    """An organization's kind by its ИНН: 12 digits are an entrepreneur's, 10 a legal person's."""
    return "entrepreneur" if len(inn) == 12 else "legal"
