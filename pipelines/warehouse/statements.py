"""SQL by name: one statement per file under `sql/`."""

from functools import cache
from itertools import dropwhile

from pipelines.settings import resource


@cache
def statement(name: str) -> str:
    """The statement of ``sql/NAME.sql``, such as ``warehouse/billing/draft_lines`` or ``lake/usage/fleet_days``, without its header.

    The header names the binds: sent along, a line break inside a value would end the comment around it.
    """
    lines = (resource("sql") / f"{name}.sql").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(dropwhile(lambda line: line.startswith("--"), lines))
