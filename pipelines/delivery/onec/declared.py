"""The bases of 1C that we exchange with: those of the sheet `peers`, and that of the settings."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import BadInput
from pipelines.files import GROUP, private_folder
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class DeclaredPeer:
    """A base of 1C. `version`: the highest of EnterpriseData that is written to it; None: the highest common one.

    `from_date` and `valid_to`: the first and the last day whose invoices it gets. `transport`: folder, or http with the name of an Airflow
    `connection`. `root`: its folder with ``out``, ``in``, ``done`` and ``failed``.
    """

    code: str
    configuration: str
    version: str | None
    valid_to: date | None
    transport: str
    root: Path
    connection: str | None = None
    from_date: date | None = None

    def folder(self, name: str) -> Path:
        """``out``, ``in``, ``done`` or ``failed``; made private when it is not there."""
        return private_folder(self.root / name, GROUP)

    def is_over(self, today: date) -> bool:
        """Whether it was retired before this day: nothing is written to it any more, what it answers is still taken."""
        return self.valid_to is not None and self.valid_to < today


def default(settings: Settings) -> DeclaredPeer:
    """The base of the settings, as it is while the sheet does not declare it."""
    return DeclaredPeer(settings.onec_peer, "bp", None, None, "folder", settings.exchange / "onec")


def peers(settings: Settings, connection: "Connection") -> list[DeclaredPeer]:
    """Every base: that of the settings first, where the sheet may say more of it, then the others by code.

    The folder of the settings' base is the exchange folder itself; each further one has a folder of its code in it.
    """
    first = default(settings)
    rows = query.rows(connection, "delivery/onec/declared")
    bases = {row.code: DeclaredPeer(**row._mapping, root=first.root if row.code == first.code else first.root / row.code) for row in rows}
    return [bases.pop(first.code, first), *bases.values()]


def chosen(settings: Settings, connection: "Connection", codes: tuple[str, ...] = ()) -> list[DeclaredPeer]:
    """The bases of these codes, without codes all; BadInput for a code that is none."""
    known = {peer.code: peer for peer in peers(settings, connection)}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise BadInput.one("--peer", f"there is no base {', '.join(map(repr, unknown))}; the bases are {', '.join(known)}")
    return [known[code] for code in codes] if codes else list(known.values())


def connections(settings: Settings) -> dict[str, str]:
    """Base over HTTP → the name of its Airflow connection."""
    with engine.transaction(settings) as connection:
        return {base.code: base.connection for base in peers(settings, connection) if base.transport == "http" and base.connection}
