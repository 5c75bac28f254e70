"""The pages of the cabinet in the order of its menu: address and word of each."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from pipelines.cabinet.visit import Visit

_DOCUMENTS = ("/invoices", "/invoice", "/acts", "/reconciliation", "/line", "/vehicles")


def menu(visit: "Visit") -> list[tuple[str, str, bool]]:
    """(address, word in the page's language, whether the visit is there); a client that is open stays open."""
    path = visit.request.url.path.removeprefix(visit.root)
    reader, client = visit.reader, visit.request.query_params.get("client", "")
    kept = f"?{urlencode({'client': client})}" if reader and client in reader.codes else ""
    entries = [
        ("/", visit.word("Главная"), path == "/"),
        ("/invoices", visit.word("Документы"), path in _DOCUMENTS),
        ("/payments", visit.word("Оплаты"), path == "/payments"),
        ("/fleet", visit.word("Парк и расчёт"), path in ("/fleet", "/running")),
        ("/terms", visit.word("Договор"), path == "/terms"),
    ]
    listed = [(visit.root + address + kept, word, is_there) for address, word, is_there in entries]
    if reader and reader.is_dealer:
        listed.append((visit.root + "/clients", visit.word("Клиенты"), path == "/clients"))
    listed.append((visit.root + "/account", visit.word("Вход и безопасность"), path.startswith("/account")))
    return listed
