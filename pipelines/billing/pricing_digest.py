"""Digests of what a contract's month is priced from: equal digests, equal prices, so that a priced month is not priced again."""

import hashlib
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, TypeVar

from pipelines.billing.inputs import tariff_json
from pipelines.period import Month
from pipelines.rating.causes import Priced
from pipelines.rating.model import TariffVersion, Terms, VatMode

B = TypeVar("B", Terms, TariffVersion)
_pricing = attrgetter("valid_from", "tariff_code", "counting", "basis", "prepaid_vehicles", "discount_percent")
"""What of terms prices, but for the minimum, whose text tells more than its value: 100.0 is not written as 100.00 is."""


class PricingDigests:
    """Digests of one month of many contracts; tariffs and VAT modes are read out once each.

    ``usage``: digest of what the usage of the whole month was counted from.
    """

    def __init__(self, month: Month, usage: str) -> None:
        self._first, self._last, self._usage = month.first, month.last, usage
        self._tariffs: dict[str, str] = {}
        self._modes: dict[str, str] = {}
        self._digests: dict[tuple[Any, ...], str] = {}  # by what prices: many contracts have the same terms

    def of(self, priced: Priced) -> str:
        """The digest of a contract's month."""
        contract = priced.contract
        terms = self._reaching(sorted(priced.terms, key=lambda row: row.valid_from) if len(priced.terms) > 1 else priced.terms)
        ends_on = contract.ends_on if contract.ends_on and contract.ends_on < self._last else None
        starts_on = max(contract.starts_on, self._first)
        key = (starts_on, ends_on, contract.organization_code, *map(_pricing, terms), *(str(row.minimum) for row in terms))
        if key not in self._digests:
            parts = [
                self._usage, str(starts_on), str(ends_on),
                self._modes_text(contract.organization_code, priced.vat_modes),
                *map(_terms_text, terms),
                *(self._tariff_text(code, priced) for code in sorted({row.tariff_code for row in terms})),
            ]  # fmt: skip
            self._digests[key] = hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
        return self._digests[key]

    def _tariff_text(self, code: str, priced: Priced) -> str:
        if code not in self._tariffs:
            self._tariffs[code] = f"{code} {[tariff_json(each) for each in self._reaching(priced.tariffs.get(code, ()))]}"
        return self._tariffs[code]

    def _modes_text(self, organization_code: str, modes: Sequence[VatMode]) -> str:
        if organization_code not in self._modes:
            begun = [each for each in modes if each.valid_from is None or each.valid_from <= self._last]
            self._modes[organization_code] = " ".join(f"{each.valid_from} {each.mode.value}" for each in begun)
        return self._modes[organization_code]

    def _reaching(self, rows: Sequence[B]) -> Sequence[B]:
        """Of rows in the order of their beginning those that are in force on some day of the month."""
        if len(rows) == 1:
            return rows if rows[0].valid_from <= self._last else ()
        begun = [row for row in rows if row.valid_from <= self._last]
        before = sum(row.valid_from <= self._first for row in begun)
        return begun[max(0, before - 1) :]


def _terms_text(row: Terms) -> str:
    counting, basis, discount = row.counting.value, row.basis.value, row.discount_percent.normalize()
    return f"{row.valid_from} {row.tariff_code} {counting} {basis} {row.prepaid_vehicles} {discount} {row.minimum or 0}"
