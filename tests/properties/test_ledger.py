"""Whatever comes, goes back and is said of it: every ledger sums to zero, and no payment pays more than it is."""

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.receivables.allocation_words import allocate, set_free
from pipelines.receivables.importing import import_payments
from pipelines.receivables.reallocation import Wish
from tests.ledger_world import House, Paper, statement

INNS = {"A": "7736207543", "B": "7728168971"}
AT = datetime(2026, 4, 1, 6, tzinfo=UTC)
_EVEN = """
SELECT
    (SELECT count(*) FROM receivables.payment_balances WHERE amount >= 0 AND (left_over < 0 OR left_over > amount)),
    (SELECT count(*) FROM billing.invoices i JOIN receivables.invoice_balances b USING (number) WHERE abs(b.paid) > abs(i.total)),
    (SELECT coalesce(sum(amount), 0) FROM receivables.payments)
        - (SELECT coalesce(sum(amount), 0) FROM receivables.allocations)
        - (SELECT coalesce(sum(left_over), 0) FROM receivables.payment_balances),
    (SELECT coalesce(sum(total), 0) FROM receivables.claims)
        - (SELECT coalesce(sum(amount), 0) FROM receivables.allocations)
        - (SELECT coalesce(sum(open), 0) FROM receivables.open_invoices('2026-12-31'))
"""
_AMOUNTS = st.sampled_from(["0.01", "33.33", "100.00", "250.00", "1000.00"])
_INVOICES = st.lists(st.tuples(st.sampled_from("AB"), _AMOUNTS, st.booleans()), min_size=1, max_size=5)
_PAPERS = st.lists(st.tuples(st.sampled_from("AB"), _AMOUNTS, st.integers(0, 5), st.booleans()), max_size=6)
_WORDS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=3)


@examples(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(invoices=_INVOICES, days=st.lists(_PAPERS, min_size=1, max_size=3), words=_WORDS)
def test_every_ledger_sums_to_zero(settings, tmp_path, invoices, days, words):
    house = House(settings)
    if not house.rows("SELECT 1 FROM master.clients"):
        for client, inn in INNS.items():
            house.client(client, inn)
    house.empty()
    signed = [(client, f"-{amount}" if is_correction else amount, "2026-03-10") for client, amount, is_correction in invoices]
    numbers = house.invoices(signed)
    for place, papers in enumerate(days, start=1):
        day = date(2026, 3, 10 + place)
        listed = [
            Paper(f"{place}{at}", amount, f"счет {numbers[named]}" if named < len(numbers) else "оплата", INNS[client], str(day), goes=goes)
            for at, (client, amount, named, goes) in enumerate(papers)
        ]
        import_payments(settings, statement(tmp_path / f"{place}.txt", *listed, until=str(day)), AT)
        assert house.rows(_EVEN) == [(0, 0, 0, 0)]
    payments = [row[0] for row in house.rows("SELECT payment_id FROM receivables.payments WHERE amount > 0 ORDER BY 1")]
    for payment, invoice in words:
        if payment < len(payments):
            _say(settings, payments[payment], numbers[invoice] if invoice < len(numbers) else None)
            assert house.rows(_EVEN) == [(0, 0, 0, 0)]


def _say(settings, payment_id, number):
    """A person's word, which may be one that is refused."""
    author = Authorship("Анна", "так сказали", AT)
    try:
        if number is None:
            set_free(settings, payment_id, author)
        else:
            allocate(settings, payment_id, [Wish(number)], author)
    except (BadInput, Refused):
        pass
