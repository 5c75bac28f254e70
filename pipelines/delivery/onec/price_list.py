"""Components of a tariff as 1C lists them: one price each, and in words what one price does not say. Pure (domain.md §5)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha1
from typing import Any, Final

_PER: Final = {
    "fixed": "за месяц",
    "vehicles": "за машину в месяц",
    "vehicle_days": "за машино-день",
    "online_hours": "за час на связи",
    "meter": "за единицу показателя",
}
_SCHEMES: Final = {
    "graduated": "каждая ступень по своей цене",
    "volume": "всё количество по цене ступени, в которую оно попало",
    "package": "за начатый пакет",
    "unit": "",
}
_KOPECK: Final = Decimal("0.01")


def listed_price(component: Mapping[str, Any]) -> Decimal | None:
    """The price that 1C lists, in roubles: of several tiers the first one's. None where there is none, or it is finer than a kopeck.

    `component`: columns of the sheet `components`, and `tiers`: [up_to, price] in their order, figures as text.
    """
    price = _prices(component)[0]
    return None if price is None or price != price.quantize(_KOPECK) else price


def description(component: Mapping[str, Any]) -> str:
    """How it is priced, in words: per what, by packages or by tiers, and the prices that the list does not hold."""
    per = _PER[component["kind"]]
    if component.get("meter"):
        per += f" {component['meter']}"
    parts = [f"Цена {per}"]
    if component.get("package_size"):
        parts.append(f"за начатый пакет из {_figure(component['package_size'])}")
    tiers = component.get("tiers") or []
    if len(tiers) > 1:
        steps = "; ".join(f"{'свыше' if up_to is None else f'до {_figure(up_to)}:'} {_figure(price)}" for up_to, price in tiers)
        parts.append(f"{_SCHEMES[component['scheme']]}: {steps}")
    elif listed_price(component) is None and (price := _prices(component)[0]) is not None:
        parts.append(f"{_figure(price)} руб.")
    return ", ".join(part for part in parts if part)


def _prices(component: Mapping[str, Any]) -> list[Decimal | None]:
    tiers = [Decimal(price) for _, price in component.get("tiers") or []]
    own = component.get("price")
    return [*tiers] or [None if own is None else Decimal(own)]


def _figure(value: object) -> str:
    """A figure as Russians write it, without zeroes that say nothing."""
    return f"{Decimal(str(value)).normalize():f}".replace(".", ",")


def number(key: str) -> str:
    """A number of 11 characters, as wide as 1C's are, that no other tariff and day has; the comment says them in words."""
    return f"Ц-{int(sha1(key.encode(), usedforsecurity=False).hexdigest(), 16) % 10**9:09}"


def comment(tariff: str, tariff_code: str, valid_from: date) -> str:
    """Whose prices they are, and from which day on."""
    return f"Тариф «{tariff}» ({tariff_code}) с {valid_from:%d.%m.%Y}"
