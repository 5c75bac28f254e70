"""One sale per contract and month for all kinds of invoices (domain.md §7)."""

from datetime import date
from decimal import Decimal

from pipelines.delivery.onec.assembly import contract, invoice, sale
from pipelines.delivery.onec.model import ObjectKind, Removal
from pipelines.documents.requisites import buyer, seller
from pipelines.documents.sale_rows import SaleGround, SaleLine
from pipelines.period import Month
from tests.company import ORGANIZATION

JANUARY = Month(2026, 1)
AGREED = contract(
    {"contract_no": "K1", "signed_on": "2025-05-20"},
    seller(ORGANIZATION),
    buyer({"client_code": "C-K1", "name": "ООО «Клиент»", "kind": "legal"}),
)


def line(net, *, invoice=0, component_no=1, tariff="T1", rate=Decimal(22), included=False):
    """1 × the amount; VAT 22 % of the net sums used here is exact."""
    net = Decimal(net)
    vat = net * rate / 100 if rate else Decimal("0.00")
    amount = net + vat if included else net
    return SaleLine(
        tariff, component_no, f"Компонент {component_no}", included, net, rate, vat, net + vat, Decimal(1), amount, "текст", invoice
    )


def ground(number, total, kind="monthly"):
    return SaleGround(f"id-{number}", f"ВМ26-{number:06}", date(2026, 2, number), kind, Decimal(total))


def made(grounds, lines, *, was_sent=False):
    return sale("K1|2026-01", JANUARY, AGREED, grounds, lines, was_sent=was_sent)


def test_one_invoice_is_the_ground_and_its_rows_are_the_sale():
    found = made([ground(1, "3660.00")], [line("3000.00")])
    assert (found.on, found.number, found.total) == (date(2026, 1, 31), "ВМ26-000001", Decimal("3660.00"))
    assert found.invoice.number == "ВМ26-000001"
    assert [row.text for row in found.rows] == ["текст"]


def test_all_kinds_of_a_month_are_one_sale_and_each_row_names_its_invoice():
    """Example 14: advance 3000, correctives 900 and 600; and a monthly of 100: 4600 net, 22 % = 1012, together 5612."""
    grounds = [ground(1, "3660", "advance"), ground(2, "1098", "corrective"), ground(3, "732", "corrective"), ground(4, "122")]
    lines = [line("3000.00"), line("900.00", invoice=1), line("600.00", invoice=2), line("100.00", invoice=3, component_no=2)]
    found = made(grounds, lines)
    assert (found.total, found.invoice, found.number) == (Decimal("5612.00"), None, "ВМ26-000004")
    assert [row.text.partition(" (")[2] for row in found.rows] == [
        "счёт № ВМ26-000001 от 01.02.2026)", "счёт № ВМ26-000002 от 02.02.2026)", "счёт № ВМ26-000003 от 03.02.2026)",
        "счёт № ВМ26-000004 от 04.02.2026)",
    ]  # fmt: skip


def test_what_was_corrected_downwards_is_one_row_of_what_is_left():
    """Example 13: 3000, + 300, − 150 = 3150 net; VAT 660 + 66 − 33 = 693."""
    grounds = [ground(1, "3660"), ground(2, "366", "adjustment"), ground(3, "-183", "adjustment")]
    found = made(grounds, [line("3000.00"), line("300.00", invoice=1), line("-150.00", invoice=2)])
    assert [(row.quantity, row.price, row.amount, row.vat) for row in found.rows] == [
        (Decimal(1), Decimal("3150.00"), Decimal("3150.00"), Decimal("693.00"))
    ]
    told = found.rows[0].text.replace("\u00a0", " ")
    assert told == (
        "Компонент 1 за январь 2026 г.: 3 000,00 (счёт № ВМ26-000001 от 01.02.2026) + 300,00 (счёт № ВМ26-000002 от 02.02.2026)"
        " − 150,00 (корректировка № ВМ26-000003 от 03.02.2026) = 3 150,00"
    )


def test_a_component_taken_back_leaves_and_the_others_stay():
    grounds = [ground(1, "4270"), ground(2, "-610", "adjustment")]
    found = made(grounds, [line("3000.00"), line("500.00", component_no=2), line("-500.00", component_no=2, invoice=1)])
    assert [row.amount for row in found.rows] == [Decimal("3000.00")]
    assert found.invoice.number == "ВМ26-000001"  # the credit is no invoice: one is left to be the ground


def test_a_tariff_exchanged_afterwards_leaves_only_the_new_one():
    found = made([ground(1, "3660"), ground(2, "122", "adjustment")], [
        line("3000.00"), line("-3000.00", invoice=1), line("3100.00", invoice=1, tariff="T2"),
    ])  # fmt: skip
    assert [(row.service.key, row.amount) for row in found.rows] == [("T2:1", Decimal("3100.00"))]


def test_the_top_up_to_the_minimum_is_one_component_whatever_its_tariff():
    found = made([ground(1, "1220"), ground(2, "-366", "adjustment")], [
        line("1000.00", component_no=0), line("-300.00", component_no=0, tariff="T2", invoice=1),
    ])  # fmt: skip
    assert [row.amount for row in found.rows] == [Decimal("700.00")]


def test_nothing_left_is_no_sale_and_removes_the_one_that_1c_knows():
    grounds, lines = [ground(1, "3660"), ground(2, "-3660", "adjustment")], [line("3000.00"), line("-3000.00", invoice=1)]
    assert made(grounds, lines) is None
    assert made(grounds, lines, was_sent=True) == Removal(ObjectKind.SALE, "K1|2026-01")


def test_prices_with_and_without_vat_in_one_document_are_shown_without():
    """Inside: 122.00 of which 22.00; on top: 100.00 and 22.00. Net 200.00, VAT 44.00, together 244.00."""
    mixed = [line("100.00", included=True), line("100.00", component_no=2)]
    found = invoice(ground(1, "244"), AGREED, mixed)
    assert not found.prices_include_vat
    assert [(row.amount, row.vat) for row in found.rows] == [(Decimal("100.00"), Decimal("22.00"))] * 2
    assert found.total == Decimal("244.00")
    inside = invoice(ground(1, "122"), AGREED, mixed[:1])
    assert (inside.prices_include_vat, inside.rows[0].amount, inside.total) == (True, Decimal("122.00"), Decimal("122.00"))


def test_the_exempt_have_rows_without_a_rate():
    found = made([ground(1, "100")], [line("100.00", rate=None)])
    assert (found.rows[0].vat_rate, found.total) == (None, Decimal("100.00"))
