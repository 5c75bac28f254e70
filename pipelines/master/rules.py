"""What no expectation can say: checksums, references, tiers, cycles. Pure; each problem at its line."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import available_timezones

from pipelines.master import consumer_rules, ladder_rules, lookalikes, peer_rules, requisites
from pipelines.master.lines import Line, Table
from pipelines.master.plan import State
from pipelines.master.sheets import EDO_FORMATS, Row, Value, key_text

Tables = Mapping[str, Table]

# sheet, column → the table it must be found in
REFERENCES = (
    ("clients", "dealer_code", "clients"),
    ("contracts", "client_code", "clients"),
    ("contracts", "organization_code", "organizations"),
    ("terms", "contract_no", "contracts"),
    ("terms", "tariff_code", "tariffs"),
    ("accounts", "platform", "platforms"),
    ("accounts", "contract_no", "contracts"),
    ("bank_accounts", "organization_code", "organizations"),
    ("ladder", "organization_code", "organizations"),
    ("calendar", "organization_code", "organizations"),
)
_WHAT = {"clients": "client", "organizations": "organization", "contracts": "contract", "tariffs": "tariff", "platforms": "platform"}
_SECRET_WORDS = {"password", "passwd", "pwd", "token", "secret", "key", "apikey", "api_key", "access_token"}
_SUGGESTIONS = 20  # looking for near names among thousands is slow: only the first unknown ones get a suggestion
_NEEDS_SOURCE = ("sql", "traccar", "wialon")


def check(tables: Tables, after: State) -> None:
    """Note every problem in the tables. ``after``: what would be stored if all of it were taken."""
    for table, line in _lines(tables, "organizations"):
        _organization(table, line)
    for table, line in _lines(tables, "bank_accounts"):
        _bank(table, line)
    for table, line in _lines(tables, "clients"):
        _client(table, line)
    for table, line in _lines(tables, "platforms"):
        _platform(table, line)
    for table, line in _lines(tables, "terms"):
        _kopecks(table, line, "minimum")
    _same_requisites(tables)
    _prefixes(tables, after)
    _shared_taxpayers(tables, after)
    _shared_bank_accounts(tables, after)
    references(tables, after)
    _dealer_cycles(tables, after)
    _mapped_twice(tables, after)
    consumer_rules.check(tables, after)
    ladder_rules.check(tables, after)
    peer_rules.check(tables, after)


def references(tables: Tables, after: State) -> None:
    """Every code that a line names is known, in the source or in the warehouse."""
    suggested = 0
    for sheet, column, target in REFERENCES:
        known = {str(row["tariff_code"]) for row in after[target].values()} if target == "tariffs" else _codes(after, target)
        looks: dict[str, str] = {}
        for table, line in _lines(tables, sheet):
            code = line.values[column]
            if not isinstance(code, str) or code in known:
                continue
            looks = looks or {lookalikes.folded(each): each for each in sorted(known, reverse=True)}
            twin = looks.get(lookalikes.folded(code))
            near = [] if twin or suggested >= _SUGGESTIONS else get_close_matches(code, known, n=1, cutoff=0.7)
            suggested += 1
            table.flaw(line, column, _unknown(_WHAT[target], code, twin, near[0] if near else None))


def _unknown(what: str, code: str, twin: str | None, near: str | None) -> str:
    said = f"unknown {what} {code!r}"
    if twin:
        return f"{said} ({lookalikes.difference(code, twin)}); did you mean {twin!r}?"
    letters = lookalikes.foreign_letters(code)
    return said + (f" ({letters})" if letters else "") + (f"; did you mean {near!r}?" if near else "")


def parties(tables: Tables, before: State, invoiced: Mapping[str, str]) -> None:
    """Client and organization of a contract stay what its first issued invoice names (domain.md §7).

    ``invoiced``: contract → the number of its first issued invoice.
    """
    for table, line in _lines(tables, "contracts"):
        contract = line.values["contract_no"]
        number = invoiced.get(contract) if isinstance(contract, str) else None
        stored = before["contracts"].get(key_text(contract))
        if number is None or stored is None:
            continue
        for column, what in (("client_code", "client"), ("organization_code", "organization")):
            was, wanted = stored[column], line.values[column]
            if wanted is not None and wanted != was:
                said = f"invoice {number} has been issued for contract {contract}: its {what} stays {was}"
                table.flaw(line, column, f"{said}; end it by ends_on, and begin another contract for {wanted}")


def _codes(after: State, table: str) -> set[str]:
    column = {"clients": "client_code", "organizations": "code", "contracts": "contract_no", "platforms": "platform"}[table]
    return {str(row[column]) for row in after[table].values()}


def _lines(tables: Tables, name: str) -> Iterable[tuple[Table, Line]]:
    table = tables.get(name)
    return ((table, line) for line in table.lines) if table else ()


def _note(table: Table, line: Line, column: str, said: str | None) -> None:
    if said:
        table.flaw(line, column, said)


def _organization(table: Table, line: Line) -> None:
    values = _texts(line)
    inn = values.get("inn")
    if inn:
        _note(table, line, "inn", requisites.inn_problem(inn, "organization"))
    if "kpp" in values:
        _note(table, line, "kpp", requisites.kpp_problem(values["kpp"], inn))
    _bank(table, line)
    if "email" in values:
        _note(table, line, "email", requisites.mail_problem(values["email"]))
    if "edo_id" in values:
        _note(table, line, "edo_id", requisites.edo_id_problem(values["edo_id"]))
    _zone(table, line)


def _bank(table: Table, line: Line) -> None:
    """An account, its bank and the bank's account fit each other."""
    values = _texts(line)
    bic = values.get("bic", "")
    if bic:
        _note(table, line, "bic", requisites.bic_problem(bic))
    if "bank_account" in values:
        _note(table, line, "bank_account", requisites.account_problem(values["bank_account"], bic))
    if "corr_account" in values:
        _note(table, line, "corr_account", requisites.corr_account_problem(values["corr_account"], bic))


def _texts(line: Line) -> dict[str, str]:
    return {name: value for name, value in line.values.items() if isinstance(value, str)}


def _client(table: Table, line: Line) -> None:
    values = _texts(line)
    inn = values.get("inn")
    if inn:
        _note(table, line, "inn", requisites.inn_problem(inn, values.get("kind", "organization")))
    if "kpp" in values:
        person = values.get("kind") in ("entrepreneur", "individual")
        said = "an entrepreneur or individual has no КПП" if person else requisites.kpp_problem(values["kpp"], inn)
        _note(table, line, "kpp", said)
    if "email" in values:
        _note(table, line, "email", requisites.mail_problem(values["email"]))
    consumer_rules.note_unknown(table, line, "formats", "format", set(EDO_FORMATS))
    if "edo_id" in values:
        _note(table, line, "edo_id", requisites.edo_id_problem(values["edo_id"]))


def _platform(table: Table, line: Line) -> None:
    values = line.values
    kind, source, connection = values["kind"], values["source"], values["connection"]
    if kind in _NEEDS_SOURCE and source is None and (kind == "sql" or connection is None):
        table.flaw(line, "source", f"must be given for kind {kind}")
    if isinstance(source, str) and _holds_secret(source):
        table.flaw(line, "source", "holds a password or token; secrets come as an Airflow connection, named in the column connection")
    _zone(table, line)


def _holds_secret(source: str) -> bool:
    try:
        parts = urlsplit(source)
        return bool(parts.scheme and parts.password) or any(name.lower() in _SECRET_WORDS for name, _ in parse_qsl(parts.query))
    except ValueError:
        return False


def _zone(table: Table, line: Line) -> None:
    zone = line.values["time_zone"]
    if isinstance(zone, str) and zone not in available_timezones():
        table.flaw(line, "time_zone", f"{zone!r} is not a time zone; write it as Europe/Moscow")


def _kopecks(table: Table, line: Line, column: str) -> None:
    value = line.values[column]
    if isinstance(value, Decimal) and value != round(value, 2):
        table.flaw(line, column, f"{value} has parts of a kopeck")


def _same_requisites(tables: Tables) -> None:
    """Rows of one organization differ in their VAT mode only."""
    first: dict[Value, Line] = {}
    for table, line in _lines(tables, "organizations"):
        other = first.setdefault(line.values["code"], line)
        for column in table.sheet.columns:
            if column.name not in ("vat_mode", "vat_mode_from") and line.values[column.name] != other.values[column.name]:
                table.flaw(line, column.name, f"differs from {other.place}: rows of one organization differ in their VAT mode only")


def _prefixes(tables: Tables, after: State) -> None:
    """Two organizations never number their invoices alike."""
    owners: dict[Value, list[Value]] = {}
    for row in after["organizations"].values():
        owners.setdefault(row["invoice_prefix"], []).append(row["code"])
    for table, line in _lines(tables, "organizations"):
        prefix = line.values["invoice_prefix"]
        others = [str(code) for code in owners.get(prefix, []) if code != line.values["code"]]
        if prefix is not None and others:
            table.flaw(line, "invoice_prefix", f"{prefix!r} is the prefix of organization {', '.join(sorted(others))} as well")


def _shared_taxpayers(tables: Tables, after: State) -> None:
    """Two organizations with one ИНН are one taxpayer: refused with one КПП, a notice for branches with КПП of their own."""
    owners: dict[Value, list[Row]] = {}
    for row in after["organizations"].values():
        owners.setdefault(row["inn"], []).append(row)
    for table, line in _lines(tables, "organizations"):
        own = line.values
        others = [row for row in owners.get(own["inn"], []) if row["code"] != own["code"]] if own["inn"] is not None else []
        same = sorted(str(row["code"]) for row in others if row["kpp"] == own["kpp"])
        if same:
            table.flaw(line, "inn", f"{own['inn']} is the ИНН of organization {', '.join(same)} as well")
        elif others:
            named = ", ".join(sorted(str(row["code"]) for row in others))
            table.notices.append(f"{line.place} column inn: organization {named} has this ИНН as well, with another КПП")


def _shared_bank_accounts(tables: Tables, after: State) -> None:
    """A bank account belongs to one organization: by it a payment finds whose money it is (domain.md §8)."""
    owners: dict[Value, set[str]] = {}
    for sheet, code in (("organizations", "code"), ("bank_accounts", "organization_code")):
        for row in after[sheet].values():
            owners.setdefault(row["bank_account"], set()).add(str(row[code]))
    for sheet, code in (("organizations", "code"), ("bank_accounts", "organization_code")):
        for table, line in _lines(tables, sheet):
            account = line.values["bank_account"]
            others = sorted(owners.get(account, set()) - {str(line.values[code])})
            if account is not None and others:
                table.flaw(line, "bank_account", f"{account} is the account of organization {', '.join(others)} as well")


def _dealer_cycles(tables: Tables, after: State) -> None:
    """Nobody is a dealer of himself, directly or through others."""
    above = {row["client_code"]: row["dealer_code"] for row in after["clients"].values()}
    safe: set[Value] = set()
    for table, line in _lines(tables, "clients"):
        start = line.values["client_code"]
        path: list[Value] = []
        code: Value = start
        while code is not None and code not in safe and code not in path:
            path.append(code)
            code = above.get(code)
        if code is not None and code == start and code not in safe:
            chain = " → ".join(key_text(step) for step in [*path, start])
            table.flaw(line, "dealer_code", f"the dealers go round in a circle: {chain}")
        elif code is None or code in safe:
            safe.update(path)


def _mapped_twice(tables: Tables, after: State) -> None:
    """A notice where one account leads to a contract by two rows on the same day: allowed, and probably a slip."""
    rows: dict[tuple[Value, ...], list[tuple[Value, Value]]] = {}
    for row in after["accounts"].values():
        rows.setdefault((row["platform"], row["account_id"], row["contract_no"]), []).append((row["valid_from"], row["valid_to"]))
    for table, line in _lines(tables, "accounts"):
        values = line.values
        same = rows.get((values["platform"], values["account_id"], values["contract_no"]), [])
        for start, end in same:
            earlier = start is not None and values["valid_from"] is not None and start < values["valid_from"]  # type: ignore[operator]  # dates by their column
            if earlier and (end is None or end >= values["valid_from"]):  # type: ignore[operator]  # as above
                table.notices.append(f"{line.place}: overlaps the row from {start} of the same account and contract")
