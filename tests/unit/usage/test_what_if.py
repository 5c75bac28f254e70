"""When tried terms and tariffs ask for another pass over the lake, and when the usage at hand will do. Pure."""

from datetime import date

import pytest

from pipelines.period import Month
from pipelines.usage.sources import ContractSpan, CountingRow, Sources
from pipelines.usage.what_if import counts_alike

LONG_AGO, MIDDLE = date(2025, 1, 1), date(2026, 1, 16)
USED, MINUTES = frozenset[str](), frozenset({"online_minutes"})


def _sources(terms=(), columns=()):
    return Sources(
        month=Month(2026, 1),
        known_until=None,
        landed={},
        quarantined=frozenset(),
        carries=frozenset(),
        platforms=(),
        contracts=(ContractSpan("A", "C", LONG_AGO, None), ContractSpan("ENDED", "C", LONG_AGO, date(2025, 12, 31))),
        mappings=(),
        terms={name: (CountingRow(LONG_AGO, "used", "T1"),) for name in ("A", "ENDED")} | dict(terms),
        tariff_columns={"T1": ((LONG_AGO, USED),), "T2": ((LONG_AGO, MINUTES),)} | dict(columns),
    )


@pytest.mark.parametrize(
    ("terms", "columns", "alike"),
    [
        ({}, {"T1": ((LONG_AGO, USED), (MIDDLE, USED))}, True),  # other prices
        ({}, {"T1": ((LONG_AGO, USED), (MIDDLE, MINUTES))}, False),  # from the 16th on minutes are needed
        ({}, {"T2": ((LONG_AGO, USED),)}, True),  # a tariff that nobody is on
        ({"A": (CountingRow(LONG_AGO, "used", "T1"), CountingRow(MIDDLE, "used", "T1"))}, {}, True),
        ({"A": (CountingRow(LONG_AGO, "used", "T1"), CountingRow(MIDDLE, "connected", "T1"))}, {}, False),
        ({"A": (CountingRow(LONG_AGO, "used", "T2"),)}, {}, False),  # T2 needs minutes
        ({"A": (CountingRow(MIDDLE, "used", "T1"),)}, {}, False),  # no terms until the 15th
        ({"ENDED": (CountingRow(LONG_AGO, "connected", "T1"),)}, {}, True),  # not in force in the month
    ],
)
def test_usage_is_counted_again_only_where_a_rule_changes_on_some_day(terms, columns, alike):
    assert counts_alike(_sources(), _sources(terms, columns), terms, columns) is alike
