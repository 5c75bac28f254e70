"""What the codes of terms and tariffs are called for people; JSON and CSV keep the codes (domain.md §1, §5). Pure.

The one table of these words: papers, workbooks, pages and the terminal read it here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fixed": "абонентская плата",
        "vehicles": "машины за месяц",
        "vehicle_days": "машино-дни",
        "online_hours": "часы на связи",
        "meter": "по счётчику",
        "minimum": "доплата до минимума",
    }
)
"""Kind of a component → what it counts."""

SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unit": "по цене за единицу",
        "graduated": "ступени по своим ценам",
        "volume": "всё по цене ступени",
        "package": "пакетами",
    }
)
COUNTING: Final[Mapping[str, str]] = MappingProxyType({"used": "работавшие машины", "connected": "все подключённые машины"})
BASES: Final[Mapping[str, str]] = MappingProxyType({"peak": "максимум", "average": "среднее"})

WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"kind": KINDS, "scheme": SCHEMES, "counting": COUNTING, "basis": BASES},
)
"""Column of the master data → its codes in words."""


def word(column: str, code: str) -> str:
    """``работавшие машины`` of counting ``used``; the code itself where the column has no codes, or not this one."""
    return WORDS.get(column, {}).get(code, code)
