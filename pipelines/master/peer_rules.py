"""What makes a row of the sheet `peers` a base that messages can reach. Pure."""

from collections.abc import Mapping

from pipelines.master.consumer_rules import note_unknown
from pipelines.master.lines import Table
from pipelines.master.plan import State

FOLDERS = ("out", "in", "done", "failed")
"""Folders of the exchange itself; a further peer's folder stands beside them."""


def check(tables: Mapping[str, Table], after: State) -> None:
    """Note every problem of the sheet `peers`; ``after``: what would be stored."""
    if "peers" not in tables:
        return
    table = tables["peers"]
    known = {str(row["code"]) for row in after["organizations"].values()}
    for line in table.lines:
        peer = line.values["peer"]
        if line.values["transport"] == "http" and line.values["connection"] is None:
            table.flaw(line, "connection", "must be given for transport http: it holds the address and the password")
        note_unknown(table, line, "organizations", "organization", known)
        if isinstance(peer, str) and peer.casefold() in FOLDERS:
            table.flaw(line, "peer", f"{peer!r} is a folder of the exchange itself; take another code")
        twins = sorted(other for other in after["peers"] if isinstance(peer, str) and other != peer and other.casefold() == peer.casefold())
        if twins:
            table.flaw(line, "peer", f"differs from {', '.join(twins)} by capital letters alone; their folders would be one on some disks")
