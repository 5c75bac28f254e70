"""The whole lake held against what was written into it: snapshots, lists of sensors, and the evidence frozen at issue (domain.md §7)."""

from pipelines.evidence import lake_files
from pipelines.evidence.lake_files import Fault
from pipelines.logs import verb
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading


def verify(settings: Settings) -> tuple[int, list[Fault]]:
    """How many files the lake must have, and every fault of it: files removed, shortened, damaged, exchanged, and foreign ones.

    Derived files and the counters of live platforms are no evidence: they are made anew, and not looked at.
    """
    with verb("audit", "verify_lake") as done:
        with reading(settings) as connection:
            files = lake_files.registered(connection)
            frozen = {str(path): str(digest) for path, digest in query.rows(connection, "audit/frozen_files")}
        faults = list(lake_files.walk(settings, files, frozen))
        done |= {"files": len(files) + len(frozen), "faults": len(faults)}
    return len(files) + len(frozen), faults
