"""Which contracts and days a change of master data may price anew."""

from datetime import date

import pytest

from pipelines.master.plan import RowChange, applied
from pipelines.master.reach import Reach, reach
from pipelines.master.sheets import TABLES

DAY, NEXT = date(2026, 1, 15), date(2026, 3, 1)
STATE = {
    **{name: {} for name in TABLES},
    "contracts": {
        "A": {"contract_no": "A", "organization_code": "O", "starts_on": DAY, "ends_on": None},
        "B": {"contract_no": "B", "organization_code": "P", "starts_on": DAY, "ends_on": NEXT},
    },
    "terms": {
        "A|1": {"contract_no": "A", "valid_from": DAY, "tariff_code": "T", "discount_percent": 0},
        "A|2": {"contract_no": "A", "valid_from": NEXT, "tariff_code": "T", "discount_percent": 0},
        "B|1": {"contract_no": "B", "valid_from": DAY, "tariff_code": "U", "discount_percent": 0},
    },
    "tariffs": {"T": {"tariff_code": "T", "valid_from": DAY}, "T2": {"tariff_code": "T", "valid_from": NEXT}},
}


def changed(table, key, before, after):
    return RowChange(table, key, "changed" if before and after else "added" if after else "retired", before, after)


def of(table, key, **values):
    before = STATE[table].get(key)
    return changed(table, key, before, {**(before or {}), **values})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (of("terms", "A|1", discount_percent=10), [Reach("A", DAY, date(2026, 2, 28))]),
        (of("terms", "A|2", discount_percent=10), [Reach("A", NEXT, None)]),
        (changed("components", "T|1", {"tariff_code": "T", "valid_from": DAY}, None), [Reach("A", DAY, date(2026, 2, 28))]),
        (changed("tiers", "U|1", None, {"tariff_code": "U", "valid_from": NEXT}), [Reach("B", NEXT, None)]),
        (of("contracts", "B", ends_on=None), [Reach("B", date(2026, 3, 2), None)]),
        (of("contracts", "A", ends_on=DAY), [Reach("A", date(2026, 1, 16), None)]),
        (of("contracts", "B", starts_on=date(2026, 1, 1)), [Reach("B", date(2026, 1, 1), date(2026, 1, 14))]),
        (of("contracts", "A", signed_on=DAY), []),
        (
            changed("accounts", "g|1", None, {"contract_no": "A", "valid_from": DAY, "valid_to": NEXT}),
            [Reach("A", DAY, NEXT)],
        ),
        (changed("vat_modes", "O|1", None, {"code": "O", "vat_mode_from": NEXT}), [Reach("A", NEXT, None)]),
        (changed("clients", "C", {"name": "x"}, {"name": "y"}), []),
    ],
)
def test_a_change_reaches_what_it_may_price_anew(change, expected):
    assert reach([change], applied(STATE, [change])) == expected


def test_changes_of_one_contract_from_one_day_on_have_an_order_with_and_without_an_end():
    account = {"contract_no": "A", "valid_from": NEXT, "valid_to": date(2026, 3, 31)}
    changes = [of("terms", "A|2", discount_percent=10), changed("accounts", "g|1", None, account)]
    assert reach(changes, applied(STATE, changes)) == [Reach("A", NEXT, date(2026, 3, 31)), Reach("A", NEXT, None)]
