"""Papers that are filled into a form look as if each had been typeset by itself: every sign, its place, its style, every line."""

import io
import random
import re
from dataclasses import replace
from decimal import Decimal

import pypdf
import pytest

from pipelines.documents import form_texts, forms, pdf, typeset_pdf
from pipelines.documents.forms import Forms
from pipelines.documents.model import ChainLink, Offset
from pipelines.documents.present import present
from tests.unit.documents import samples

NAMES = [
    "ООО «Офис-Файл (и К°)»",
    "АО «Fifth & Office, flight»",
    "Ж" * 60,
    "ООО «Роза»",
    "ИП Ким",
    "ООО «" + "Очень длинное имя " * 9 + "»",
    "З7",
]
TEXTS = [
    "Январь 2026",
    "за январь 2026 г.: максимум 7 машин",
    "за январь 2026 г.: в среднем 40,419 машины: 1 253 машино-дня ÷ 31 день; 1 253 ÷ 31 × 300,00 = 12 125,81",
    "договор З7: 10",
]


def seen(content: bytes) -> list[tuple[object, ...]]:
    """What is drawn, page by page: texts with place, size, colour and kerning; the rest as the file says it, without numbers of marks."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    told: list[tuple[object, ...]] = []
    for page in reader.pages:
        fonts = [_meaning(page, number) for number in range(len(page["/Resources"]["/Font"]))]
        for part in typeset_pdf.runs(page.get_contents().get_data()):
            if isinstance(part, bytes):
                told += [(word,) for word in _without_code(part).split(b"EMC") if word.strip()]
            else:
                name, meaning = fonts[part.font]
                told.append((part.x, part.y, re.sub(rb"\|f\d+", b"", part.style), name, [meaning.get(s, s) for s in _signs(part.shown)]))
    return told


def _signs(shown):
    """Signs and moves; how a page names a sign that is drawn like another one is no part of what is seen."""
    return [sign for sign in shown if not sign.strip().endswith((b"EMC", b"Tm"))]


def _without_code(drawn: bytes) -> bytes:
    """Without the drawing of the QR code, whose modules are compared in test_qr.py."""
    return re.sub(rb"(/Alt<[0-9A-F]*>>>BDC\n).*?f\nQ\nQ\n", rb"\1", drawn, flags=re.DOTALL)


def _meaning(page, number: int):
    font = page["/Resources"]["/Font"][f"/f{number}"].get_object()
    table = font["/ToUnicode"].get_data()
    pairs = dict(re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", table))
    return str(font["/BaseFont"]).split("+")[1], {sign: text.removesuffix(b"200B") for sign, text in pairs.items()}  # as its first use was


def papers():
    """Invoices and acts as a month has them: figures of many lengths, names of any length, paid in part, in the chain."""
    dice = random.Random(4)
    for number in range(6):
        rows = tuple(
            samples.row(
                no,
                "Мониторинг З7",
                str(dice.choice([1, 7, 22, 3500])),
                str(Decimal(dice.randrange(1, 99_999_99)) / 100),
                text=dice.choice(TEXTS),
            )
            for no in range(1, dice.choice([2, 2, 3, 5]))
        )
        buyer = replace(samples.BUYER, full_name=dice.choice(NAMES), inn=str(dice.randrange(10**9, 10**10)))
        one = samples.invoice(rows, number=f"НСМ-2026-{dice.randrange(10**6):06}", buyer=buyer)
        one = replace(one, link=ChainLink(number + 1, f"{dice.randrange(16**64):064x}"))
        if number % 3 == 0 and one.total > 5:
            one = replace(one, offsets=(Offset("Аванс", Decimal("1.07")),), to_pay=one.total - Decimal("1.07"))
        yield one
        yield samples.act(one)


def in_views(documents):
    return [(present(paper), pdf._dated(paper)) for paper in documents]


def test_filled_is_as_typeset(monkeypatch):
    monkeypatch.setattr(forms, "_WORTH_IT", 1)
    made = list(papers())
    known = Forms()
    filled = known.fill(in_views(made))
    assert None not in known._made.values()
    for paper, content in zip(made, filled, strict=True):
        assert seen(content) == seen(pdf._whole(paper, present(paper))), paper


def test_a_paper_has_the_same_bytes_by_a_form_and_without(monkeypatch):
    views = in_views(papers())
    monkeypatch.setattr(forms, "_WORTH_IT", 1)
    filled, backwards = Forms().fill(views), Forms().fill(views[::-1])[::-1]
    monkeypatch.setattr(forms, "_WORTH_IT", 1000)
    none = Forms()
    assert filled == backwards == none.fill(views)
    assert not none._made


def test_a_form_is_made_once_for_papers_that_differ_in_figures():
    known = Forms()
    same = [samples.invoice(number=f"НСМ-2026-00{number:04}") for number in range(40)]
    assert None not in known.fill(in_views(same))
    assert len(known._made) == 1


def test_sums_and_explanations_of_any_length_share_a_form(monkeypatch):
    """63,07 and 6 875,00 are of one form, «7 машин» and «22 машины» too; a column that grows, or a second line, makes another."""
    monkeypatch.setattr(forms, "_WORTH_IT", 1)
    known = Forms()
    rows = [
        samples.row(1, quantity="7", price="9.01", text="максимум 7 машин"),
        samples.row(1, quantity="22", price="312.50", text="максимум 22 машины"),
        samples.row(1, quantity="413", price="4.00", text="максимум 413 машин (14.01.2026)"),
    ]
    short = [samples.invoice((row,)) for row in rows]
    filled = known.fill(in_views(short))
    assert len(known._made) == 1
    assert [seen(each) for each in filled] == [seen(pdf._whole(paper, present(paper))) for paper in short]
    known.fill(in_views([samples.invoice((samples.row(1, price="1234567.00"),)), samples.invoice((samples.row(1, text="слово " * 60),))]))
    assert len(known._made) == 3


def test_a_form_that_few_papers_would_share_is_not_made():
    known = Forms()
    two = [samples.invoice(number=f"НСМ-2026-00000{number}") for number in range(2)]
    one, other = known.fill(in_views(two))
    assert None not in (one, other)
    assert not known._made
    assert known.fill(in_views(two)) == [one, other]
    assert len(known._made) == 1


def test_a_file_can_be_read_to_the_last_object():
    content = pdf.render_document(samples.invoice())
    reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
    assert reader.metadata.title == "Счёт на оплату № НСМ-2026-000123 от 1\N{NO-BREAK SPACE}февраля 2026\N{NO-BREAK SPACE}г."
    assert reader.metadata.title.encode() in content  # in the description too
    numbers = [*reader.xref[0], *reader.xref_objStm]
    assert len(numbers) == reader.trailer["/Size"] - 1
    assert None not in [reader.get_object(number) for number in numbers]
    assert len(content) < 60_000


@pytest.mark.parametrize("name", ["中文公司", "Ω", "ﬁrm", "a\N{COMBINING CEDILLA}b"])
def test_other_signs_are_typeset_whole(name):
    paper = samples.invoice(buyer=replace(samples.BUYER, full_name=name))
    assert form_texts.figures(present(paper)) is None
    assert pdf.render_document(paper) == pdf._whole(paper, present(paper))


def test_digits_that_kerning_moves_are_no_figures():
    """«З7» stands closer than «З6»: the two are of different forms, and neither is filled with the other's digit."""
    one, other = (form_texts.figures(present(samples.invoice(number=f"З{digit}-1"))) for digit in (6, 7))
    assert one.text != other.text
    assert one.digits == other.digits
