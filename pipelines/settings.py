"""Configuration: read from the environment here and nowhere else, and where the shipped files lie."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pipelines.errors import BadInput, Problem

PREFIX = "FLEETBILL_"
_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Folder of shipped files: ``sql``, ``templates``, ``expectations`` or ``migrations``.

    In an installed wheel they lie inside the package, in a checkout beside it.
    """
    packed = _PACKAGE / "resources" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, its default and its meaning; `docs` of each field is the README's table."""

    home: Path = field(default=Path("var"), metadata={"doc": "folder of the embedded server, lake, documents and exchange folders"})
    database_url: str = field(default="", metadata={"doc": "PostgreSQL ≥ 15 of the application; empty: the embedded server under FLEETBILL_HOME"})
    database_owner_url: str = field(default="", metadata={"doc": "the same database as its owner, for `db upgrade`; empty: FLEETBILL_DATABASE_URL"})
    lake_url: str = field(default="", metadata={"doc": "folder or object storage of the snapshots; empty: HOME/lake"})
    documents_url: str = field(default="", metadata={"doc": "folder or object storage of PDF files and workbooks; empty: HOME/documents"})
    exchange_dir: str = field(default="", metadata={"doc": "folder of the exchanges with 1C, banks and platforms; empty: HOME/exchange"})
    snapshot_max_drop: Decimal = field(default=Decimal("0.3"), metadata={"doc": "share of vehicles a platform may lose overnight before its snapshot is quarantined"})
    snapshot_max_growth: Decimal = field(default=Decimal("1.0"), metadata={"doc": "share of vehicles a platform may gain overnight without a warning"})
    approval_bound: int = field(default=0, metadata={"doc": "reserved share of invoices issued without a person, percent; monthly invoices always need one"})
    blocking_max_share: Decimal = field(default=Decimal("0.1"), metadata={"doc": "share of clients that one run may block without a person's word"})
    blocking_data_hours: int = field(default=72, metadata={"doc": "payment data older than this many hours: nobody is blocked"})
    block_after_days: int = field(default=14, metadata={"doc": "days after the due date when access is blocked"})
    onec_node: str = field(default="FB", metadata={"doc": "our code in the exchange with 1C"})
    onec_peer: str = field(default="BP", metadata={"doc": "code of the 1C base that receives invoices and sales"})
    onec_version: str = field(default="1.19", metadata={"doc": "version of EnterpriseData to write (1.17, 1.19, 1.21)"})
    duckdb_memory: str = field(default="3GB", metadata={"doc": "memory limit of the pass over the lake"})
    workers: int = field(default=0, metadata={"doc": "processes that render documents; 0: one per core"})

    @property
    def lake(self) -> str:
        """URL or path of the lake."""
        return self.lake_url or str(self.home / "lake")

    @property
    def documents(self) -> str:
        """URL or path of the documents."""
        return self.documents_url or str(self.home / "documents")

    @property
    def exchange(self) -> Path:
        """Folder of the exchanges with 1C, banks and platforms."""
        return Path(self.exchange_dir) if self.exchange_dir else self.home / "exchange"

    @property
    def embedded(self) -> bool:
        """Whether the embedded server is used."""
        return not self.database_url


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `FLEETBILL_…` variables. BadInput names every variable that cannot be read or is unknown."""
    env = os.environ if environ is None else environ
    given = {key.removeprefix(PREFIX).lower(): value for key, value in env.items() if key.startswith(PREFIX)}
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for known in fields(Settings):
        text = given.pop(known.name, "").strip()
        if not text:
            continue
        try:
            values[known.name] = _PARSERS[known.name](text)
        except (ValueError, InvalidOperation):
            kind = {"home": "a path"}.get(known.name, "a number")
            problems.append(Problem(f"{PREFIX}{known.name.upper()}", f"{text!r} is not {kind}"))
    if problems:
        raise BadInput(problems)
    return Settings(**{"home": Path("var"), **values})  # type: ignore[arg-type]  # each value was parsed by its field's own parser


def connection(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """URI or JSON of an Airflow connection from the environment (`AIRFLOW_CONN_NAME`), or None. Never log it."""
    env = os.environ if environ is None else environ
    return env.get(f"AIRFLOW_CONN_{name.upper()}")


def _absolute(text: str) -> Path:
    return Path(text).expanduser()


_PARSERS = {
    known.name: {Path: _absolute, int: int, Decimal: Decimal, str: str}[known.type]  # type: ignore[index]  # field types are real classes here
    for known in fields(Settings)
}
