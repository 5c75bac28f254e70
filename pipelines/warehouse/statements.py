"""SQL by name: one statement per file under `sql/`."""

from functools import cache

from pipelines.settings import resource


@cache
def statement(name: str) -> str:
    """Text of ``sql/NAME.sql``, such as ``warehouse/billing/draft_lines`` or ``lake/usage/fleet_days``."""
    return (resource("sql") / f"{name}.sql").read_text(encoding="utf-8")
