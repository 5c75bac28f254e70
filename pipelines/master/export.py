"""Today's master data as a workbook that imports back unchanged."""

from pathlib import Path

from pipelines.logs import verb
from pipelines.master import store
from pipelines.master.plan import State
from pipelines.master.sheets import SHEETS, Row
from pipelines.master.template import write_new
from pipelines.settings import Settings
from pipelines.warehouse.engine import reading


def export(settings: Settings, path: Path) -> dict[str, int]:
    """Write everything stored to a new workbook (.xlsx); the number of rows by sheet. Refused as `template.write_new` says."""
    with verb("master", "export") as done:
        with reading(settings) as connection:
            rows = sheets_of(store.read(connection))
        write_new(path, rows)
        done["rows"] = sum(map(len, rows.values()))
    return {name: len(listed) for name, listed in rows.items()}


def sheets_of(state: State) -> dict[str, list[Row]]:
    """The stored rows as the sheets of a workbook have them, in the order of their keys: an organization has a row per VAT mode. Pure."""
    rows = {name: [row for _, row in sorted(state[name].items())] for name in SHEETS}
    organizations = {row["code"]: row for row in rows["organizations"]}
    rows["organizations"] = [{**organizations[mode["code"]], **mode} for _, mode in sorted(state["vat_modes"].items())]
    return rows
