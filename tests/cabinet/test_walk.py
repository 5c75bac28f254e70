"""Two clients are logged in: an automatic walk over every page with the other's ids finds no row of the other."""

import re
from itertools import product
from urllib.parse import quote, unquote, urlencode

import pytest
from sqlalchemy import text

from pipelines.warehouse import engine
from tests.cabinet.browsing import Browser

_LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')
# what of a client shows whose page it is
_MARKS = """
SELECT c.client_code, c.name, c.email, k.contract_no, i.number, CAST(i.invoice_id AS text) AS invoice_id, p.document_no, p.payment_id
FROM master.clients c
LEFT JOIN master.contracts k USING (client_code)
LEFT JOIN billing.invoices i USING (contract_no)
LEFT JOIN receivables.payments p ON p.client_code = c.client_code
WHERE c.client_code = :client
"""


def _ids(settings, client: str) -> dict[str, str]:
    with engine.reading(settings) as connection:
        return {name: value for name, value in connection.execute(text(_MARKS), {"client": client}).mappings().first().items() if value}


def _values(ids: dict[str, str]) -> dict[str, list[str]]:
    """Name of a parameter of a path or a query → what a stranger would try for it."""
    return {
        "client": [ids["client_code"]], "client_code": [ids["client_code"]], "contract": [ids["contract_no"]],
        "contract_no": [ids["contract_no"]], "number": [ids["number"]], "invoice": [ids["number"]], "invoice_id": [ids["invoice_id"]],
        "payment": [ids.get("payment_id", "71")], "payment_id": [ids.get("payment_id", "71")],
        "day": ["2026-01-15"], "date": ["2026-01-15"], "month": ["2026-01"], "first": ["2026-01-01"], "last": ["2026-01-31"],
        "page": ["1"], "line": ["1"], "kind": ["pdf", "xlsx"], "paper": ["invoice", "adjustment", "appendix", "fleet", "proof", "code"],
        "promised": ["true"], "open": ["true"], "only": [ids["client_code"]], "of": [ids["client_code"]], "organization": ["ORG"],
        "name": ["style.css"], "token": ["x"], "said": ["asked", "removed"],
    }  # fmt: skip


def _paths(browser: Browser, ids: dict[str, str]) -> list[str]:
    """Every address of the cabinet with the ids of somebody in its path and in each of its query's parameters."""
    values, paths = _values(ids), []
    for path, operations in browser.made.openapi()["paths"].items():
        described = operations.get("get")
        if described is None:
            continue
        named = [(each["name"], each["in"]) for each in described.get("parameters", [])]
        for name, _ in named:
            assert name in values, f"{path}: the walk does not know what to try for {name!r}; add it to _values"
        for chosen in product(*(values[name] for name, _ in named)):
            filled, query = path, []
            for (name, place), value in zip(named, chosen, strict=True):
                filled = filled.replace(f"{{{name}}}", quote(value, safe="")) if place == "path" else filled
                query += [(name, value)] if place == "query" else []
            paths += [filled, f"{filled}?{urlencode(query)}"] if query else [filled]
            # only some of them, such as the other's invoice without the other's client
            paths += [f"{filled}?{urlencode(query[:place] + query[place + 1 :])}" for place in range(len(query))]
    return list(dict.fromkeys(paths))


def _met(answer, ids: dict[str, str]) -> list[str]:
    said = answer.content.decode("utf-8", "replace")
    # a page may say back what it was asked for, and no more than that
    asked = unquote(str(answer.request.url))
    marks = [value for name, value in ids.items() if name not in ("client_code", "document_no") and value not in asked]
    return [mark for mark in marks if mark in said]


@pytest.mark.parametrize(("reader", "other"), [("a", "X"), ("x", "A"), ("b", "A"), ("a", "D")])
def test_no_page_shows_a_row_of_another(issued_world, reader, other):
    mine = Browser(issued_world).log_in(f"{reader}@client.example")
    theirs = _ids(issued_world, other)
    seen = {}
    for path in _paths(mine, theirs):
        if path.startswith(("/sign-out", "/enter")):
            continue
        answer = mine.get(path)
        assert answer.status_code < 500, (path, answer.text[:300])
        if answer.status_code == 200 and (met := _met(answer, theirs)):
            seen[path] = met
    assert seen == {}


def test_the_walk_would_see_it(issued_world):
    """X itself meets its own marks on these paths, so what the walk looks for is there to be seen."""
    own = Browser(issued_world).log_in("x@client.example")
    ids = _ids(issued_world, "X")
    assert [path for path in _paths(own, ids) if _met(own.get(path), ids)]


@pytest.mark.parametrize("reader", ["a", "d"])
def test_every_link_of_every_page_leads_somewhere(issued_world, reader):
    """From the first page on, as far as links go (at most 150 pages): no dead end, every page at most 150 KB."""
    browser = Browser(issued_world).log_in(f"{reader}@client.example")
    waiting, seen = ["/"], {}
    while waiting and len(seen) < 150:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = browser.get(path)
        seen[path] = answer.status_code
        if "text/html" in answer.headers["content-type"]:
            assert len(answer.content) <= 150 * 1024, path
            waiting += [each.replace("&amp;", "&") for each in _LINK.findall(answer.text)]
    assert {path: status for path, status in seen.items() if status not in {200, 303}} == {}
    assert len(seen) >= 4
