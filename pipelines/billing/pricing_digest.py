"""Digests of what a contract's month is priced from: equal digests, equal prices, so that a priced month is not priced again."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from pipelines.billing.inputs import tariff_json
from pipelines.period import Month
from pipelines.rating.causes import Priced
from pipelines.rating.model import TariffVersion, Terms, VatMode

B = TypeVar("B", Terms, TariffVersion)


class PricingDigests:
    """Digests of many contracts' months; tariffs and VAT modes are read out once each."""

    def __init__(self) -> None:
        self._tariffs: dict[tuple[str, Month], str] = {}
        self._modes: dict[tuple[str, Month], str] = {}

    def of(self, priced: Priced, month: Month, usage: str) -> str:
        """The digest of a contract's month; ``usage``: digest of what the usage of the whole month was counted from."""
        contract = priced.contract
        terms = _reaching(sorted(priced.terms, key=lambda row: row.valid_from) if len(priced.terms) > 1 else priced.terms, month)
        ends_on = contract.ends_on if contract.ends_on and contract.ends_on < month.last else None
        parts = [
            usage, str(max(contract.starts_on, month.first)), str(ends_on),
            self._modes_text(contract.organization_code, month, priced.vat_modes),
            *(_terms_text(row) for row in terms),
            *(self._tariff_text(code, month, priced) for code in sorted({row.tariff_code for row in terms})),
        ]  # fmt: skip
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()

    def _tariff_text(self, code: str, month: Month, priced: Priced) -> str:
        place = code, month
        if place not in self._tariffs:
            self._tariffs[place] = f"{code} {[tariff_json(each) for each in _reaching(priced.tariffs.get(code, ()), month)]}"
        return self._tariffs[place]

    def _modes_text(self, organization_code: str, month: Month, modes: Sequence[VatMode]) -> str:
        place = organization_code, month
        if place not in self._modes:
            begun = [each for each in modes if each.valid_from is None or each.valid_from <= month.last]
            self._modes[place] = " ".join(f"{each.valid_from} {each.mode.value}" for each in begun)
        return self._modes[place]


def _reaching(rows: Sequence[B], month: Month) -> Sequence[B]:
    """Of rows in the order of their beginning those that are in force on some day of the month."""
    if len(rows) == 1:
        return rows if rows[0].valid_from <= month.last else ()
    begun = [row for row in rows if row.valid_from <= month.last]
    before = sum(row.valid_from <= month.first for row in begun)
    return begun[max(0, before - 1) :]


def _terms_text(row: Terms) -> str:
    prices = row.counting.value, row.basis.value, row.prepaid_vehicles, row.discount_percent.normalize(), row.minimum or 0
    return f"{row.valid_from} {row.tariff_code} " + " ".join(map(str, prices))
