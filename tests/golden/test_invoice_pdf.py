"""What stands on the printed documents: text read back from the PDF files."""

import io
import multiprocessing
import re
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal
from shutil import copy

import pypdf
import pytest

from pipelines.documents import pdf, typesetting
from pipelines.documents.forms import Forms
from pipelines.documents.model import ChangedDay, ChangedUsage, ChangedVehicle, CreditUse, InvoiceRow, Offset
from pipelines.documents.paths import document_path
from pipelines.documents.pdf import render_document, render_documents
from pipelines.documents.requisites import Party
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.rating.charges import Amounts
from pipelines.settings import resource
from tests.unit.documents import samples


def pages(content: bytes) -> list[str]:
    """Text of every page, blanks and invisible breaks made plain."""
    found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    return [re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("\u200b", "")) for text in found]


def text_of(content: bytes) -> str:
    return " ".join(pages(content))


def test_an_accountant_finds_everything():
    text = text_of(render_document(samples.invoice()))
    for expected in (
        "Счёт на оплату № НСМ-2026-000123 от 1 февраля 2026 г.",
        "Услуги мониторинга транспорта за январь 2026 г.",
        "Банк получателя ПАО «Банк Пример» г. Москва",
        "БИК 044525225",
        "Корр. счёт 30101810400000000225",
        "Расчётный счёт 40702810900000012345",
        "ИНН 7707083893",
        "КПП 770701001",
        "Договор № 17/2025-Т от 1 марта 2025 г.",
        "Общество с ограниченной ответственностью «Волга-Транс Логистика»",
        "ИНН 6312123456, КПП 631201001",
        "Мониторинг транспорта, абонентская плата",
        "406 ÷ 31 × 310,00",
        # 134 × 300 = 40200 + 4060 + 1309.7 × 2.5 = 3274.25 → 47534.25; VAT 8844.00 + 893.20 + 720.335 → 720.34
        "Итого без НДС 47 534,25",
        "НДС 22 % 10 457,54",
        "Итого с НДС 57 991,79",
        "Всего к оплате 57 991,79 ₽",
        "Пятьдесят семь тысяч девятьсот девяносто один рубль 79 копеек",
        "Оплатить не позднее 11 февраля 2026 г.",
        "Руководитель",
        "Соколова А. В.",
        "Главный бухгалтер",
        "Ермаков П. Д.",
        "Страница 1 из 1",
    ):
        assert expected in text


def test_the_font_is_roboto_and_nothing_else():
    reader = pypdf.PdfReader(io.BytesIO(render_document(samples.invoice())))
    fonts = {str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert fonts
    assert all("+Roboto-" in font for font in fonts)


def test_a_missing_font_is_said_and_not_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr("font_roboto.font_directory", str(tmp_path))
    typesetting._fonts.cache_clear()
    try:
        with pytest.raises(typesetting.FontMissing, match="Roboto"):
            typesetting._fonts()
    finally:
        typesetting._fonts.cache_clear()


def test_what_typst_refuses_names_the_document(tmp_path, monkeypatch):
    for name in ("design.typ", "lines.typ"):
        copy(resource("templates") / name, tmp_path)
    (tmp_path / "invoice.typ").write_text("#panic(sys.inputs.data.len() > 0)")
    monkeypatch.setattr(pdf, "_FORMS", Forms())
    monkeypatch.setattr(typesetting, "resource", lambda _: tmp_path)
    typesetting._compiler.cache_clear()
    try:
        with pytest.raises(pdf.NotTypeset, match=r"invoices/2026-01/НСМ/НСМ-2026-000123\.pdf"):
            render_document(samples.invoice())
    finally:
        typesetting._compiler.cache_clear()


def test_the_same_document_gives_the_same_bytes():
    first, again = render_document(samples.invoice()), render_document(samples.invoice())
    assert first == again
    assert first != render_document(samples.invoice(number="НСМ-2026-000124"))


HOSTILE = ["#panic()", r"*bold* _it_ $x$ \\ \u{41}", "@ref <label> // no /* comment */", '"; #sys.exit', "= heading", "<b>&amp;</b>"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_prints_literally(name):
    buyer = replace(samples.BUYER, full_name=name, address=name)
    rows = (samples.row(1, name, text=name, unit=name[:6]),)
    text = text_of(render_document(samples.invoice(rows, buyer=buyer, number="N-1", notes=(name,))))
    assert text.replace(" ", "").count(re.sub(r"\s", "", name)) >= 5


def test_the_count_of_500_lines_and_their_sum():
    rows = [samples.row(no, f"Составляющая {no:03}", "3", "33.33") for no in range(1, 501)]
    # 500 × (99.99 + 22.00)
    assert "Всего наименований 500, на сумму 60 995,00 руб." in text_of(render_document(samples.invoice(rows)))


def test_an_entrepreneur_without_vat():
    seller = Party("ИП1", "Петров Пётр Петрович", "entrepreneur", inn="500100732259", bank=samples.SELLER.bank, director="Петров П. П.")
    buyer = Party("C-2", "Иванов Иван Иванович", "individual")
    document = samples.invoice((samples.row(1, rate=None),), seller=seller, buyer=buyer)
    text = text_of(render_document(document))
    assert "Индивидуальный предприниматель Петров Пётр Петрович" in text
    assert "КПП" not in text
    assert text.count("ИНН") == 2  # the bank table and the seller; the buyer has none
    assert "Без налога (НДС) —" in text
    assert "Ставка" not in text
    assert "Главный бухгалтер" not in text
    assert "Всего к оплате 100,00 ₽" in text


def test_prices_with_vat_and_both():
    inclusive = InvoiceRow(
        1, "А", "", Decimal(1), "шт.", Decimal("122.00"), Decimal("100.00"), Decimal(22), Decimal("22.00"), Decimal("122.00"), True
    )
    assert "Цена с НДС" in text_of(render_document(samples.invoice((inclusive,))))
    both = text_of(render_document(samples.invoice((inclusive, samples.row(2)))))
    assert "Цена с НДС" not in both
    assert "122,00 с НДС" in both


def test_two_rates_stand_apart():
    rows = (samples.row(1, rate="22"), samples.row(2, rate="20"))
    text = text_of(render_document(samples.invoice(rows, kind="adjustment", refers_to=("Н-1", "Н-2"))))
    assert "НДС 20 % 20,00" in text
    assert "НДС 22 % 22,00" in text
    assert "Корректировка за январь 2026 г. к счетам: № Н-1, № Н-2" in text


def test_credits_lower_what_is_to_pay():
    document = samples.invoice(offsets=(Offset("Зачтено по корректировке № К-1", Decimal("1500.00")),))
    text = text_of(render_document(document))
    assert "Зачтено по корректировке № К-1 −1 500,00" in text
    assert "Всего к оплате 56 491,79 ₽" in text


def test_a_settled_invoice_asks_for_nothing():
    document = samples.invoice((samples.row(1),), offsets=(Offset("Аванс", Decimal("122.00")),))
    text = text_of(render_document(document))
    assert "Всего к оплате 0,00 ₽" in text
    assert "Оплата не требуется" in text
    assert "QR" not in text
    assert "Оплатить не позднее" not in text


def test_a_credit_is_no_request_for_payment():
    text = text_of(render_document(samples.invoice((samples.row(1, quantity="1", price="-70.00"),), kind="adjustment")))
    assert "Корректировка № НСМ-2026-000123" in text
    assert "К зачёту в следующих счетах 85,40 ₽" in text
    assert "Всего к оплате" not in text


def test_figures_that_do_not_agree_are_refused():
    good = samples.invoice()
    with pytest.raises(ValueError, match="not the sums of its rows"):
        replace(good, total=good.total + 1, net=good.net + 1, to_pay=good.to_pay + 1)
    with pytest.raises(ValueError, match="to pay"):
        replace(good, to_pay=Decimal("1.00"))
    with pytest.raises(ValueError, match="×"):
        replace(good.rows[0], quantity=Decimal(133))


def test_the_act():
    text = text_of(render_document(samples.act(samples.invoice())))
    assert "Акт об оказании услуг № НСМ-2026-000123 от 31 января 2026 г." in text
    assert "Услуги за январь 2026 г. Счёт № НСМ-2026-000123." in text
    assert "Всего оказано услуг 57 991,79 ₽" in text
    assert "претензий" in text
    assert "Заказчик ООО «Волга-Транс»" in text


def test_an_adjustment_that_comes_to_nothing_says_so():
    """Two components, +600.00 and −600.00."""
    [row] = samples.adjustment().rows
    less, more = (Amounts(sign * Decimal(600), sign * Decimal(120), sign * Decimal(720)) for sign in (-1, 1))
    rows = (replace(row, difference=less), replace(row, no=2, title="Видео", difference=more))
    text = text_of(render_document(replace(samples.adjustment(), rows=rows, net=ZERO, vat=ZERO, total=ZERO)))
    assert "Стоимость услуг не изменилась Доплата и возврат не требуются." in " ".join(text.split())
    assert "увеличена" not in text


def test_the_adjustment_shows_old_new_and_difference():
    vehicles = (
        ChangedVehicle("gps1", "V1", "КамАЗ", "А001ВС77", (), (date(2025, 12, 14),)),
        ChangedVehicle("gps1", "V2", "", "", (date(2025, 12, 1), date(2025, 12, 2), date(2025, 12, 9)), ()),
    )
    days = (ChangedDay(date(2025, 12, 14), "Видеоархив, ГБ", Decimal("1.5"), None),)
    paper = replace(samples.adjustment(), usage=ChangedUsage(vehicles, days), credited=(CreditUse("НСМ-2026-000190", Decimal("100.00")),))
    text = text_of(render_document(paper))
    for expected in (
        "К акту № НСМ-2026-000007 от 31 декабря 2025 г.",
        "было 3 000,00 600,00 3 600,00",
        "стало 2 850,00 570,00 3 420,00",
        "разница −150,00 20 % −30,00 −180,00",
        "Отозван ошибочный снимок платформы «Север» за 14.12.2025",
        "К зачёту в следующих счетах 180,00 ₽",
        "Стоимость услуг уменьшена на сто восемьдесят рублей 00 копеек",
        "Зачтено: счёт № НСМ-2026-000190 — 100,00 ₽. Остаток 80,00 ₽ будет зачтено в следующих счетах.",
        "КамАЗ, А001ВС77 14.12.2025 −1",
        "gps1 V2 01.12–02.12.2025, 09.12.2025 3",
        "Всего 2",
        "14.12.2025 Видеоархив, ГБ 1,5 не известно −1,5",
    ):
        assert expected in text
    assert text.count("М. П.") == 2


def test_more_changed_vehicles_than_a_page_holds_are_counted():
    days = tuple(Month(2025, 12).dates())
    vehicles = tuple(ChangedVehicle("gps1", f"V{no:03}", "", "", days, ()) for no in range(1, 64))
    text = text_of(render_document(replace(samples.adjustment(), usage=ChangedUsage(vehicles))))
    assert "и ещё 3 машины: добавлено 93 машино-дня, исключено 0 машино-дней" in text
    assert "Всего 1 953" in text


def test_the_statement_of_account():
    text = text_of(render_document(samples.statement(date(2026, 1, 1), date(2026, 1, 31))))
    assert "Мы, нижеподписавшиеся, руководитель ООО «Навигационные системы» Соколова А. В., с одной стороны" in text
    assert "Договор № 17/2025-Т от 1 марта 2025 г." in text
    assert "Обороты за период 3 600,00 1 000,00" in text
    assert "Сальдо конечное на 31.01.2026 2 600,00" in text
    assert "на 31.01.2026 задолженность в пользу ООО «Навигационные системы» составляет 2 600,00 руб. (Две тысячи шестьсот" in text
    assert "По данным ООО «Волга-Транс» на 31.01.2026 задолженность в пользу" in text


def test_the_usage_appendix():
    text = text_of(render_document(samples.usage()))
    assert "12.01.2026 10*" in text
    assert "Максимум машин 16 (16.01.2026)" in text
    assert "Всего машино-дней 406" in text
    assert "12.01.2026 10* 1 000 0,5" in text
    assert "03.01.2026 10 1 000 —" in text
    assert "Всего 406 40 600 15" in text
    assert "406 ÷ 31 × 310,00 − скидка 10 % = 3 654,00" in text
    assert "НДС: 3 654,00 × 22 % = 803,88" in text


def test_a_stream_comes_back_in_order_the_same_bytes_and_leaves_no_process():
    documents = [samples.invoice((samples.row(1, price=f"{no}.00"),), number=f"Н-{no}") for no in range(1, 41)]
    before = set(multiprocessing.active_children())
    made = list(render_documents(iter(documents), workers=2))
    assert [path for path, _ in made] == [document_path(document) for document in documents]
    assert made[25][1] == render_document(documents[25])
    assert set(multiprocessing.active_children()) == before


def test_a_stream_left_early_leaves_no_process_and_is_not_read_to_its_end():
    read = []

    def endless():
        number = 0
        while True:
            number += 1
            read.append(number)
            yield samples.invoice((samples.row(1),), number=f"Н-{number}")

    stream = render_documents(endless(), workers=2)
    assert next(stream)[0] == "invoices/2026-01/НСМ/Н-1.pdf"
    stream.close()
    assert len(read) <= 7 * 64
    assert not multiprocessing.active_children()
