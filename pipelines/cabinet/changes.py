"""What changes for a client on a day to come: other terms, or another price list (domain.md §5). Pure."""

from dataclasses import dataclass, replace
from datetime import date

from pipelines.rating.model import Component, TariffVersion, Terms


@dataclass(frozen=True, slots=True)
class AgreedOnDay:
    """Terms and price list of a day, without when they began and how their parts are numbered: equal where a client notices nothing."""

    terms: Terms | None
    tariff: TariffVersion | None

    @classmethod
    def of(cls, terms: Terms | None, tariff: TariffVersion | None) -> "AgreedOnDay":
        """Of what is in force on a day; None: nothing is."""
        if tariff:
            components = tuple(replace(component, component_no=0) for component in tariff.components)
            tariff = replace(tariff, valid_from=date.min, components=components)
        return cls(terms and replace(terms, valid_from=date.min), tariff)

    @property
    def components(self) -> tuple[Component, ...]:
        """The parts of the price list."""
        return self.tariff.components if self.tariff else ()

    @property
    def has_prices_with_vat(self) -> bool | None:
        """Whether its prices include VAT; None where there are none."""
        return self.tariff.prices_include_vat if self.tariff else None


@dataclass(frozen=True, slots=True)
class Change:
    """What is agreed otherwise from a day on; `components`: what is new or priced otherwise, `ended`: names of what is charged no more."""

    day: date
    before: AgreedOnDay
    after: AgreedOnDay

    @classmethod
    def between(cls, day: date, before: AgreedOnDay, after: AgreedOnDay) -> "Change | None":
        """None where nothing differs."""
        return cls(day, before, after) if before != after else None

    @property
    def components(self) -> tuple[Component, ...]:
        """Parts of the new price list that were not there like this: all, where prices are with VAT and were without it."""
        kept = self.before.components if self.before.has_prices_with_vat == self.after.has_prices_with_vat else ()
        return tuple(component for component in self.after.components if component not in kept)

    @property
    def ended(self) -> tuple[str, ...]:
        """Names that the new price list has no more."""
        names = {component.name for component in self.after.components}
        return tuple(component.name for component in self.before.components if component.name not in names)
