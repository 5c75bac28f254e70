"""Which accounts a platform has ever listed: what no landed snapshot names may be a slip of the pen (domain.md §7)."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipelines.evidence import lake
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

PlatformAccount = tuple[str, str]  # platform, account_id


def ever_listed(settings: Settings, connection: "Connection", accounts: Iterable[PlatformAccount]) -> set[PlatformAccount]:
    """Those of the accounts that some landed snapshot of their platform lists, in its tree or as the owner of a vehicle.

    Looks at one snapshot of each tree, the newest first, until all are found. A lost file is as if it had not landed.
    """
    wanted: dict[str, dict[str, bytes]] = defaultdict(dict)
    for platform, account_id in accounts:
        wanted[platform][account_id] = b"[" + json.dumps(account_id, ensure_ascii=False).encode() + b","
    listed: set[PlatformAccount] = set()
    for row in query.rows(connection, "evidence/trees", platforms=list(wanted)) if wanted else ():
        if not wanted[row.platform]:
            continue
        try:
            footer = lake.read_footer(settings, row.path)
        except lake.EvidenceLost:
            continue
        for account_id in [name for name, entry in wanted[row.platform].items() if entry in footer]:
            del wanted[row.platform][account_id]
            listed.add((row.platform, account_id))
    return listed
