"""Who may be given what, and what a CRM may change: lists of known codes, and nothing that touches terms or money. Pure."""

from collections.abc import Mapping

from pipelines.master.lines import Line, Table
from pipelines.master.plan import State
from pipelines.master.sheets import CRM_CHANGEABLE, DATASETS, Value

_KNOWS_WHOM = ("client_code", "inn")


def codes(text: Value) -> tuple[str, ...]:
    """The codes of a list by commas, each once, in their order."""
    return tuple(dict.fromkeys(code for each in str(text or "").split(",") if (code := each.strip())))


def check(tables: Mapping[str, Table], after: State) -> None:
    """Note every problem of the sheets `consumers` and `crm_fields`; ``after``: what would be stored."""
    if "consumers" in tables:
        known = {
            "datasets": ("dataset", set(DATASETS)),
            "organizations": ("organization", {str(row["code"]) for row in after["organizations"].values()}),
            "dealers": ("client", {str(row["client_code"]) for row in after["clients"].values()}),
        }
        for line in tables["consumers"].lines:
            for column, (what, allowed) in known.items():
                note_unknown(tables["consumers"], line, column, what, allowed)
    if "crm_fields" in tables:
        _crm_fields(tables["crm_fields"], after)


def note_unknown(table: Table, line: Line, column: str, what: str, allowed: set[str]) -> None:
    """Note the codes of a list by commas that nobody knows; ``what`` they are codes of."""
    given = codes(line.values[column])
    unknown = [code for code in given if code not in allowed]
    if unknown:
        table.flaw(line, column, f"unknown {what} {', '.join(map(repr, unknown))}")
    elif line.values[column] is not None and not given:
        table.flaw(line, column, "holds commas and no code; leave it empty for all")


def _crm_fields(table: Table, after: State) -> None:
    fields: dict[Value, set[Value]] = {}
    for row in after["crm_fields"].values():
        fields.setdefault(row["crm"], set()).add(row["field"])
    for line in table.lines:
        field = line.values["field"]
        if line.values["may_change"] and field not in CRM_CHANGEABLE:
            table.flaw(line, "may_change", f"a CRM never changes {field} of a known client; it may change {', '.join(CRM_CHANGEABLE)}")
        if not fields.get(line.values["crm"], set()) & set(_KNOWS_WHOM):
            table.flaw(line, "crm", f"no field of {line.values['crm']} tells whom a row is about: give {' or '.join(_KNOWS_WHOM)}")
