"""Two clients are logged in: a walk over every page and form with the other's ids finds no row of the other, and changes none."""

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


# what a form of a stranger could change: promises, addresses and who asked for them
_CHANGED = """
SELECT (SELECT jsonb_agg(p) FROM access.promises p), (SELECT jsonb_agg(a) FROM master.address_changes a),
    (SELECT jsonb_object_agg(client_code, email) FROM master.clients), (SELECT count(*) FROM master.history)
"""
_OF_THE_SESSION = ("/sign-out", "/account/sign-out-everywhere", "/enter", "/login", "/code")


def _forms(browser: Browser, ids: dict[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Every form of the cabinet, with the ids of somebody in its address and in each of its fields: (address, fields)."""
    described, values, forms = browser.made.openapi(), _values(ids), []
    values |= {"debtor": [ids["client_code"]], "address": [ids["email"], "evil@client.example"]}
    values |= {"language": ["ru"], "theme": ["auto"], "back": ["/"], "code": ["000000"]}
    for path, operations in described["paths"].items():
        if "post" not in operations or path.startswith(_OF_THE_SESSION):
            continue
        schema = next(iter(operations["post"].get("requestBody", {"content": {"": {"schema": {}}}})["content"].values()))["schema"]
        fields = list(described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]) if schema else []
        named = [each["name"] for each in operations["post"].get("parameters", [])]
        for name in (*fields, *named):
            assert name in values, f"{path}: the walk does not know what to try for {name!r}; add it to _values"
        asked = [dict(zip(named, chosen, strict=True)) for chosen in product(*(values[name] for name in named))]
        filled = [dict(zip(fields, chosen, strict=True)) for chosen in product(*(values[name] for name in fields))]
        forms += [(f"{path}?{urlencode(query)}" if query else path, form) for query in (*asked, {}) for form in filled]
    return forms


@pytest.mark.parametrize(("reader", "other"), [("a", "X"), ("a", "D"), ("b", "A")])
def test_no_form_changes_a_row_of_another_or_tells_of_it(issued_world, reader, other):
    mine, theirs = Browser(issued_world).log_in(f"{reader}@client.example"), _ids(issued_world, other)
    before, token, seen = _one(issued_world, _CHANGED), mine.form_token("/account"), {}
    for path, fields in _forms(mine, theirs):
        answer = mine.post(path, data={"form_token": token, **fields})
        assert answer.status_code < 500, (path, fields)
        said = [mark for mark in _met(answer, theirs) if mark not in fields.values()]
        if said or answer.status_code == 200:
            seen[path] = (fields, answer.status_code, said)
    assert {path: told for path, told in seen.items() if not path.startswith("/account/code")} == {}
    assert _one(issued_world, _CHANGED) == before
    assert mine.wishes.addresses == []


def test_the_forms_would_change_it(issued_world):
    """D may ask for another address of its own, by a form of those that the walk sends."""
    with engine.transaction(issued_world) as connection:
        before = connection.execute(text("SELECT count(*) FROM master.address_changes")).scalar_one()
    own = Browser(issued_world).log_in("d@client.example")
    [(path, fields)] = [
        (path, fields)
        for path, fields in _forms(own, _ids(issued_world, "D"))
        if path.startswith("/addresses/add?") and fields["address"] == "evil@client.example"
    ]
    assert own.post(path, data={"form_token": own.form_token("/account"), **fields}).status_code == 303
    assert _one(issued_world, "SELECT count(*) FROM master.address_changes") == (before + 1,)


def _one(settings, code: str) -> tuple:
    with engine.reading(settings) as connection:
        return tuple(connection.execute(text(code)).one())


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
