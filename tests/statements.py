"""What the files under `sql/` say of themselves, for the tests that hold them to it."""

import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.settings import resource

KEYS = ("grain", "inputs", "rerun")
CONTINUED = "--   "
SQL = resource("sql")
_BINDS = {"warehouse": re.compile(r"(?<![:\w\\]):([a-z_]+)\b(?!:)"), "lake": re.compile(r"\$([a-z_]+)\b")}
_TABLE = re.compile(r"\b(?:master|evidence|usage|billing|delivery|receivables|access|findings|exports|cabinet)\.[a-z_]+\b")
_WRITTEN = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|COPY)\s+([a-z_]+(?:\.[a-z_]+)?)")
_TEMPORARY = re.compile(r"CREATE TEMPORARY TABLE ([a-z_]+)")


@dataclass(frozen=True)
class Statement:
    """One file: its header by key, and what the statement itself names."""

    path: Path
    header: list[str]
    code: str

    @property
    def name(self) -> str:
        """Such as ``warehouse/billing/run``."""
        return str(self.path.relative_to(SQL).with_suffix(""))

    @property
    def said(self) -> dict[str, str]:
        """Key → its text, continuation lines joined."""
        texts: dict[str, str] = {}
        key = ""
        for line in self.header:
            if line.startswith(CONTINUED):
                texts[key] += " " + line.removeprefix(CONTINUED)
            else:
                key, _, text = line.removeprefix("-- ").partition(": ")
                texts[key] = text
        return texts

    @property
    def declared(self) -> set[str]:
        """Binds that `inputs` names."""
        return set(self._pattern.findall(self.said["inputs"]))

    @property
    def named(self) -> set[str]:
        """Tables that `inputs` names, with their schema."""
        return set(_TABLE.findall(self.said["inputs"]))

    @property
    def binds(self) -> list[str]:
        """Binds of the statement, in the order of their first use."""
        return list(dict.fromkeys(self._pattern.findall(self.code)))

    @property
    def read(self) -> set[str]:
        """Words of the form ``schema.name`` that are not only written to; the catalogue tells which of them are tables."""
        return set(_TABLE.findall(_WRITTEN.sub("", self.code)))

    @property
    def written(self) -> set[str]:
        """Tables that rows are added to, changed in or taken from."""
        return set(_WRITTEN.findall(self.code))

    @property
    def makes(self) -> set[str]:
        """Temporary tables that it creates."""
        return set(_TEMPORARY.findall(self.code))

    @property
    def _pattern(self) -> re.Pattern[str]:
        return _BINDS[self.name.split("/")[0]]


def statements(kind: str) -> list[Statement]:
    """All files of ``lake`` or ``warehouse``."""
    return [_read(path) for path in sorted((SQL / kind).rglob("*.sql"))]


def _read(path: Path) -> Statement:
    lines = path.read_text(encoding="utf-8").splitlines()
    count = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    code = "\n".join(re.sub(r"'(?:[^']|'')*'", "''", line) for line in lines[count:])
    return Statement(path, lines[:count], code)
