"""What changed of a contract between two months, beside the roubles: figures of usage, terms, tariff versions; as kept in JSON. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from pipelines.period import Month
from pipelines.rating.causes import Priced
from pipelines.rating.model import Basis, Counting
from pipelines.rating.segments import in_force
from pipelines.rating.usage_change import UsageChange

Json = dict[str, Any]

_READ: Mapping[str, Callable[[Any], Any]] = {
    "tariff_code": str,
    "counting": Counting,
    "basis": Basis,
    "prepaid_vehicles": int,
    "discount_percent": Decimal,
    "minimum": Decimal,
}
"""The terms that price (domain.md §5), each with how its value is read."""


class BegunVersion(NamedTuple):
    """A tariff version that began between the two months' first and last days."""

    name: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Changed:
    """``usage``: figures that the components count, of both months; ``terms``: (column, before, after) of what prices since the beginning
    of the month before, a tariff by its name in quotes; ``versions``: of the tariff, begun since then."""

    usage: Sequence[UsageChange] = ()
    terms: Sequence[tuple[str, Any, Any]] = ()
    versions: Sequence[BegunVersion] = ()

    def as_json(self) -> Json:
        """As `read_changed` reads it; what is empty is left out."""
        parts: dict[str, list[list[Any]]] = {
            "usage": [[each.kind, each.name, str(each.before), str(each.now)] for each in self.usage],
            "terms": [[name, _plain(before), _plain(after)] for name, before, after in self.terms],
            "versions": [[each.name, each.valid_from.isoformat()] for each in self.versions],
        }
        return {name: rows for name, rows in parts.items() if rows}


NOTHING_CHANGED = Changed()


def read_changed(raw: Mapping[str, Any]) -> Changed:
    """What `Changed.as_json` wrote."""
    if not raw:
        return NOTHING_CHANGED
    return Changed(
        [UsageChange(kind, Fraction(before), Fraction(now), name) for kind, name, before, now in raw.get("usage", ())],
        [(name, _value(name, before), _value(name, after)) for name, before, after in raw.get("terms", ())],
        [BegunVersion(name, date.fromisoformat(day)) for name, day in raw.get("versions", ())],
    )


def changed_pricing(priced: Priced, month: Month, usage: Sequence[UsageChange]) -> Changed:
    """What changed of a contract; ``usage``: the figures that differ."""
    first = in_force(priced.terms, month.previous.first) or in_force(priced.terms, month.previous.last)
    last = in_force(priced.terms, month.last)
    if last is None:
        return Changed(usage)
    terms = [(name, getattr(first, name), getattr(last, name)) for name in _READ] if first and first is not last else []
    versions = priced.tariffs.get(last.tariff_code, ())
    return Changed(
        usage,
        [
            (name, _name_of(before, priced), _name_of(after, priced)) if name == "tariff_code" else (name, before, after)
            for name, before, after in terms
            if before != after
        ],
        [BegunVersion(each.name, each.valid_from) for each in versions if month.previous.first < each.valid_from <= month.last],
    )


def _name_of(tariff_code: str, priced: Priced) -> str:
    """What the tariff is called now; its code where it has no version."""
    versions = priced.tariffs.get(tariff_code)
    return f"«{versions[-1].name}»" if versions else tariff_code


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def _value(name: str, raw: Any) -> Any:
    return None if raw is None else _READ[name](raw)
