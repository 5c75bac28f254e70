"""The invoice as an e-mail: HTML, plain text, subject line."""

from dataclasses import replace

from pipelines.documents.mail import invoice_html, invoice_qr_png, invoice_subject, invoice_text
from tests.unit.documents import samples


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_subject_is_one_line():
    document = samples.invoice(number="Н-1\nBcc: x@y.z")
    assert plain(invoice_subject(document)) == (
        "Счёт на оплату № Н-1 Bcc: x@y.z от 1 февраля 2026 г.: 57 991,79 ₽, оплатить до 11 февраля 2026 г."
    )


def test_plain_texts_hold_no_invisible_breaks():
    document = samples.invoice(number="Н" * 40)
    assert "Н" * 40 in invoice_subject(document)
    assert "Н" * 40 in invoice_text(document)


def test_html_says_what_the_pdf_says():
    page = plain(invoice_html(samples.invoice(), "cid:qr"))
    assert 'src="cid:qr"' in page
    for expected in ("40702810900000012345", "Итого с НДС", "57 991,79 ₽", "Договор № 17/2025-Т", "79 копеек"):
        assert expected in page
    assert "<img" not in invoice_html(samples.invoice())


def test_html_takes_no_markup_from_outside():
    buyer = replace(samples.BUYER, full_name="<script>alert(1)</script>")
    page = invoice_html(samples.invoice((samples.row(1, "{{ 7 * 7 }}<b>"),), buyer=buyer), '"><script>')
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}&lt;b&gt;" in page


def test_text_part():
    text = plain(invoice_text(samples.invoice(notes=("За 12.01.2026 принято количество предыдущего дня.",))))
    assert "Всего к оплате: 57 991,79 ₽" in text
    assert "ИНН 7707083893, КПП 770701001\nРасчётный счёт 40702810900000012345\nПАО «Банк Пример»" in text
    assert "«Волга-Транс Логистика»" in text  # no HTML escapes
    assert "За 12.01.2026 принято" in text


def test_qr_picture_for_the_mail():
    assert invoice_qr_png(samples.invoice()).startswith(b"\x89PNG")
    assert invoice_qr_png(samples.invoice((samples.row(1, price="-1.00"),))) is None
