"""The payment QR code: its text, read as a bank reads it."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
import segno

from pipelines.documents import qr, qr_matrix
from pipelines.documents.model import Offset
from pipelines.documents.requisites import Bank
from tests.unit.documents import samples


def fields(document) -> dict[str, str]:
    head, *pairs = (qr.payload(document) or "").split("|")
    assert head == "ST00012"
    return dict(pair.split("=", 1) for pair in pairs)


def test_payload():
    assert fields(samples.invoice()) == {
        "Name": "Общество с ограниченной ответственностью «Навигационные системы мониторинга»",
        "PersonalAcc": "40702810900000012345",
        "BankName": "ПАО «Банк Пример» г. Москва",
        "BIC": "044525225",
        "CorrespAcc": "30101810400000000225",
        "Sum": "5799179",
        "Purpose": "Оплата по счету № НСМ-2026-000123 от 01.02.2026 по договору № 17/2025-Т. В т.ч. НДС 22 % - 10457.54",
        "PayeeINN": "7707083893",
        "KPP": "770701001",
    }


def test_bars_cannot_smuggle_fields_in():
    seller = replace(samples.SELLER, full_name="ООО |Sum=1| «Х»", bank=Bank("4070", "Банк|BIC=0", "044525225"))
    found = fields(samples.invoice(seller=seller, number="А|Sum=2"))
    assert found["Sum"] == "5799179"
    assert found["BIC"] == "044525225"
    assert found["Name"] == "ООО Sum=1 «Х»"
    assert found["CorrespAcc"] == "0"


def test_only_what_is_left_is_asked_for_and_vat_of_the_whole_is_not_named():
    document = samples.invoice(offsets=(Offset("Аванс", Decimal("57991.78")),))
    assert fields(document)["Sum"] == "1"
    assert fields(document)["Purpose"].endswith("В т.ч. НДС 22 %")


def test_without_vat():
    assert fields(samples.invoice((samples.row(1, rate=None),)))["Purpose"].endswith(". Без НДС")


def test_lengths_of_the_standard():
    seller = replace(samples.SELLER, full_name="Ы" * 400, bank=replace(samples.SELLER.bank, name="Б" * 90))
    found = fields(samples.invoice(seller=seller, contract=replace(samples.CONTRACT, number="Д" * 300)))
    assert len(found["Name"]) == 160
    assert len(found["BankName"]) == 45
    assert len(found["Purpose"]) <= 210
    assert "НСМ-2026-000123" in found["Purpose"]


def test_no_code_where_there_is_nothing_to_pay_or_nowhere_to():
    assert qr.payload(samples.invoice((samples.row(1, price="-1.00"),), kind="adjustment")) is None
    assert qr.payload(samples.invoice(seller=replace(samples.SELLER, bank=None))) is None


def test_the_picture_draws_every_dark_module():
    text = qr.payload(samples.invoice())
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", qr.picture(text))
    drawn = {(int(y), int(x) + step) for x, y, length, _ in runs for step in range(int(length))}
    assert all(length == back for _, _, length, back in runs)
    matrix = segno.make_qr(text, error="m", mask=3, encoding="utf-8", boost_error=False).matrix
    assert drawn == {(y, x) for y, line in enumerate(matrix) for x, module in enumerate(line) if module}


def test_the_drawing_of_a_page_has_the_same_modules_as_the_picture():
    text = qr.payload(samples.invoice())
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", qr.picture(text))
    scale, *_ = drawn = qr.drawn(text).decode().split()
    size = len(qr_matrix.modules(text))
    assert float(scale) * size == pytest.approx(1, abs=1e-6)
    assert [tuple(drawn[at : at + 3]) for at in range(7, len(drawn) - 1, 5)] == runs


@pytest.mark.parametrize("length", [0, 1, 13, 14, 26, 180, 181, 213, 300, 500, 2331])
def test_every_module_is_as_segno_sets_it(length):
    """From the smallest version to the largest; 180 bytes are the last with a length of one byte."""
    text = ("ST00012|Sum=7|Ы" * 160).encode()[:length].decode(errors="ignore")
    made = segno.make_qr(text, mode="byte", error="m", mask=3, encoding="utf-8", boost_error=False)
    assert qr_matrix.modules(text).tolist() == [list(row) for row in made.matrix]


def test_a_text_that_no_code_holds():
    with pytest.raises(ValueError, match="no QR code holds 2332 bytes"):
        qr_matrix.modules("a" * 2332)
