"""Tried tariffs and terms laid over a month's inputs, and both sides compared. Pure: no database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipelines.billing.inputs import MonthInputs, Parties
from pipelines.master.what_if import TriedRows, Version
from pipelines.period import Month
from pipelines.rating.charges import Amounts
from pipelines.rating.model import Component, Contract, Counting, Kind, Scheme, TariffVersion, Terms, Tier
from pipelines.whatif.comparison import ContractMonth, by_client, extremes, together
from pipelines.whatif.overlay import Proposal, counting_rows, is_touched, measured_columns, overlaid, understood

JANUARY = Month(2026, 1)
LONG_AGO = date(2025, 1, 1)


def _version(code, valid_from, price=300, kind=Kind.VEHICLES, meter=None):
    part = Component(1, "Мониторинг", kind, meter=meter, price=Decimal(price))
    return TariffVersion(code, valid_from, code, prices_include_vat=False, components=(part,))


def _inputs(terms, versions):
    parties = tuple(Parties(Contract(number, f"C{number}", "ORG", LONG_AGO), {}, {"name": number}, {}) for number in sorted(terms))
    return MonthInputs(JANUARY, parties, terms, versions, {}, {})


STORED = _inputs(
    {"A": (Terms("A", LONG_AGO, "T1"),), "B": (Terms("B", LONG_AGO, "T2"),)},
    {"T1": (_version("T1", LONG_AGO),), "T2": (_version("T2", LONG_AGO, 10),)},
)


def test_a_version_takes_the_place_of_the_stored_one_of_its_key_and_the_others_stay():
    dearer, middle = _version("T1", LONG_AGO, 360), _version("T1", date(2026, 1, 16), 400)
    over = overlaid(STORED, Proposal({"T1": (dearer, middle)}, {}))
    assert over.inputs.tariffs == {"T1": (dearer, middle), "T2": STORED.tariffs["T2"]}
    assert over.inputs.terms == STORED.terms
    assert (over.early_tariffs, over.early_terms, over.late) == ({}, frozenset(), frozenset())
    later = overlaid(STORED, Proposal({"T1": (middle,)}, {}))
    assert later.inputs.tariffs["T1"] == (STORED.tariffs["T1"][0], middle)


def test_a_price_list_of_the_future_holds_for_the_whole_month_alone():
    first, second = _version("T1", date(2026, 2, 1), 360), _version("T1", date(2026, 7, 1), 400)
    over = overlaid(STORED, Proposal({"T1": (first, second)}, {}))
    assert over.inputs.tariffs["T1"] == (replace(first, valid_from=JANUARY.first),)
    assert over.early_tariffs == {"T1": date(2026, 2, 1)}


def test_a_future_version_beside_an_older_one_prices_nothing_and_is_named():
    now, later = _version("T1", LONG_AGO, 360), _version("T1", date(2026, 2, 1), 400)
    over = overlaid(STORED, Proposal({"T1": (now, later)}, {}))
    assert over.inputs.tariffs["T1"] == (now,)
    assert (over.early_tariffs, over.late) == ({}, {("T1", date(2026, 2, 1))})


def test_a_tariff_that_nobody_is_on_is_not_worth_a_notice():
    unused = {"T9": (_version("T9", date(2026, 2, 1)),), "T8": (_version("T8", LONG_AGO), _version("T8", date(2026, 2, 1)))}
    over = overlaid(STORED, Proposal(unused, {}))
    assert (over.early_tariffs, over.late) == ({}, frozenset())


def test_terms_of_the_future_move_the_contract_for_the_whole_month():
    moved = Terms("A", date(2026, 3, 1), "T2", Counting.CONNECTED)
    tried = Proposal({}, {"A": (moved,), "NOT IN FORCE": (replace(moved, contract_no="NOT IN FORCE"),)})
    over = overlaid(STORED, tried)
    assert over.inputs.terms == {"A": (replace(moved, valid_from=JANUARY.first),), "B": STORED.terms["B"]}
    assert over.early_terms == {"A"}
    [(contract_no, [row])] = counting_rows(over, tried).items()
    assert (contract_no, row.valid_from, row.counting, row.tariff_code) == ("A", JANUARY.first, "connected", "T2")


def test_usage_is_told_which_columns_the_tried_versions_need():
    tried = Proposal({"T1": (_version("T1", LONG_AGO, 1, Kind.METER, "fuel"), _version("T1", date(2026, 1, 10), 1, Kind.ONLINE_HOURS))}, {})
    assert measured_columns(overlaid(STORED, tried), tried) == {
        "T1": ((LONG_AGO, frozenset({"meter_fuel"})), (date(2026, 1, 10), frozenset({"online_minutes"})))
    }


def test_only_contracts_on_tried_tariffs_or_terms_are_touched():
    tried = Proposal({"T2": (_version("T2", LONG_AGO),)}, {})
    assert [is_touched(STORED, tried, number) for number in ("A", "B")] == [False, True]
    assert is_touched(STORED, Proposal({}, {"A": (Terms("A", LONG_AGO, "T1"),)}), "A")


def test_rows_of_a_source_as_rating_takes_them():
    key = {"tariff_code": "T1", "valid_from": LONG_AGO, "component_no": 1}
    part = {**key, "name": "Мониторинг", "kind": "vehicles", "meter": None, "scheme": "graduated", "price": None, "package_size": None}
    tiers = ({**key, "up_to": None, "price": Decimal(5)}, {**key, "up_to": Decimal(15), "price": Decimal(10)})
    row = {"tariff_code": "T1", "valid_from": LONG_AGO, "name": "Базовый", "currency": "RUB", "prices_include_vat": True}
    terms = {
        "contract_no": "A", "valid_from": LONG_AGO, "tariff_code": "T1", "counting": "used", "basis": "peak", "prepaid_vehicles": 0,
        "discount_percent": Decimal(0), "minimum": Decimal(0), "payment_days": 10,
    }  # fmt: skip
    found = understood(TriedRows("x", (Version(row, ((part, tiers),)),), (terms,), ()))
    steps = (Tier(Decimal(15), Decimal(10)), Tier(None, Decimal(5)))
    component = Component(1, "Мониторинг", Kind.VEHICLES, scheme=Scheme.GRADUATED, tiers=steps)
    assert found.versions == {"T1": (TariffVersion("T1", LONG_AGO, "Базовый", prices_include_vat=True, components=(component,)),)}
    assert found.terms == {"A": (Terms("A", LONG_AGO, "T1"),)}


_STARTS = st.lists(st.integers(-40, 70), min_size=1, max_size=5, unique=True).map(
    lambda days: tuple(JANUARY.first + timedelta(days=day) for day in sorted(days))
)


@given(st.dictionaries(st.sampled_from(["T1", "T2", "T3"]), _STARTS), st.dictionaries(st.sampled_from(["A", "B"]), _STARTS))
def test_the_stored_rows_tried_again_change_nothing(tariffs, contracts):
    """Whatever is stored: a source equal to it, with at least one row that has begun, leaves the inputs as they are."""
    versions = {code: tuple(_version(code, first, 100 + number) for number, first in enumerate(starts)) for code, starts in tariffs.items()}
    terms = {number: tuple(Terms(number, first, f"T{1 + first.day % 3}") for first in starts) for number, starts in contracts.items()}
    begun = {code: rows for code, rows in versions.items() if rows[0].valid_from <= JANUARY.last}
    begun_terms = {number: rows for number, rows in terms.items() if rows[0].valid_from <= JANUARY.last}
    stored = _inputs(
        {number: tuple(row for row in rows if row.valid_from <= JANUARY.last) for number, rows in begun_terms.items()},
        {code: tuple(row for row in rows if row.valid_from <= JANUARY.last) for code, rows in begun.items()},
    )
    assert overlaid(stored, Proposal(begun, begun_terms)).inputs == stored


def _row(contract, client, billed, simulated, month=JANUARY):
    amounts = [Amounts(Decimal(net), Decimal(0), Decimal(net)) for net in (billed, simulated)]
    return ContractMonth(contract, client, f"ООО {client}", month, True, *amounts)


def test_clients_are_summed_over_contracts_and_months_and_stand_by_difference():
    rows = [
        _row("K1", "A", "100.00", "90.00"), _row("K1", "A", "100.00", "90.00", JANUARY.next), _row("K2", "A", "50.00", "50.00"),
        _row("K3", "C", "10.00", "15.00"), _row("K4", "B", "20.00", "25.00"), _row("K5", "D", "0.00", "7.00"),
    ]  # fmt: skip
    found = [(one.client_code, one.contracts, one.billed, one.difference, one.percent) for one in by_client(rows)]
    assert found == [
        ("D", 1, Decimal("0.00"), Decimal("7.00"), None),
        ("B", 1, Decimal("20.00"), Decimal("5.00"), Decimal("25.0")),
        ("C", 1, Decimal("10.00"), Decimal("5.00"), Decimal("50.0")),
        ("A", 2, Decimal("250.00"), Decimal("-20.00"), Decimal("-8.0")),
    ]
    # 7 + 5 + 5 − 20 = −3; −3 ÷ 280 = −1.07 %
    total = together(rows)
    assert (total.contracts, total.billed, total.difference, total.percent) == (5, Decimal("280.00"), Decimal("-3.00"), Decimal("-1.1"))


def test_the_biggest_differences_of_both_ends():
    clients = by_client([_row(f"K{n}", f"C{n:02}", "100.00", str(100 + n)) for n in range(-15, 16)])
    more, less = extremes(clients, 10)
    assert [one.difference for one in more] == list(range(15, 5, -1))
    assert [one.difference for one in less] == list(range(-15, -5))
