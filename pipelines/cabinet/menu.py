"""The pages of the cabinet in the order of its menu: address and word of each. Pages add themselves here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.cabinet.visit import Visit


def menu(visit: "Visit") -> list[tuple[str, str, bool]]:
    """(address, word in the page's language, whether the visit is there)."""
    path = visit.request.url.path.removeprefix(visit.root)
    entries = [("/", visit.word("Главная")), ("/account", visit.word("Вход и безопасность"))]
    return [
        (visit.root + address, word, path == address or (address != "/" and path.startswith(f"{address}/"))) for address, word in entries
    ]
