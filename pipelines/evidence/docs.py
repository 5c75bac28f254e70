"""Data Docs of the gate: pages that read without a network, built on demand from the suites and the register.

Great Expectations' own site takes its style from a CDN and a second per landing; these pages hold the same facts.
"""

from pathlib import Path
from typing import Any

from pipelines.evidence import gate, register
from pipelines.expectations import suite
from pipelines.files import write_whole
from pipelines.settings import Settings
from pipelines.templates import environment
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction

STATES = {"landed": "принят", "quarantined": "в карантине", "withdrawn": "отозван"}
SEVERITIES = {"critical": "критично", "warning": "замечание", "info": "для сведения"}


def build(settings: Settings) -> Path:
    """Write `HOME/data_docs/`: an index, and one page per snapshot in which something failed. The path of the index."""
    template = environment().get_template("data_docs.html.j2")
    folder = settings.home / "data_docs"
    with transaction(settings) as connection:
        rows = query.mappings(connection, "evidence/listing_with_failures")
        for row in rows:
            if row["failed"]:
                title = f"Снимок {row['platform']} за {row['date']}"
                failed = register.failures(connection, row["digest"])
                _write(folder / f"{row['digest']}.html", template, title=title, snapshot=row, failures=failed, snapshots=[], suites=[])
    index = folder / "index.html"
    suites = [suite(name) for name in gate.SUITES]
    _write(index, template, title="Снимки платформ и ворота", snapshot=None, failures=[], snapshots=rows, suites=suites)
    return index


def _write(path: Path, template: Any, **values: Any) -> None:
    write_whole(path, template.render(states=STATES, severities=SEVERITIES, **values).encode())
