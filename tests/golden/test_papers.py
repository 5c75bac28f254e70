"""Every kind of paper for every kind of person: what stands on it, that nothing overflows, and that nothing closes a page alone."""

import io
import re
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import font_roboto
import pypdf
import pytest
from PIL import ImageFont

from pipelines.documents.model import StatementEntry, StatementPart
from pipelines.documents.pdf import render_document
from pipelines.documents.requisites import Party
from tests.unit.documents import samples

RIGHT_EDGE = 595.28 - 14 / 25.4 * 72  # A4 less the margin, points
KERNING = 4  # points by which our sum of widths may miss a line
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)

LEGAL = samples.BUYER
ENTREPRENEUR = Party("C-2", "ИП Орлова О. О.", "entrepreneur", "Индивидуальный предприниматель Орлова Ольга Олеговна", inn="500100732259")
INDIVIDUAL = Party("C-3", "Иванов Иван Иванович", "individual", phone="+7 900 000-00-00")
SELLERS = {
    "legal": samples.SELLER,
    "entrepreneur": Party("ИП1", "ИП Петров П. П.", "entrepreneur", inn="500100732259", bank=samples.SELLER.bank),
}
BUYERS = {"legal": LEGAL, "entrepreneur": ENTREPRENEUR, "individual": INDIVIDUAL}


def _papers(rows):
    invoice = samples.invoice(rows)
    return {
        "invoice": invoice,
        "act": samples.act(invoice),
        "adjustment": samples.adjustment(),
        "statement": samples.statement(FIRST, LAST),
        "usage": samples.usage(),
    }


PAPERS = tuple(_papers(samples.ROWS))


def pages(document) -> list[str]:
    """Text of every page, blanks and invisible breaks made plain."""
    found = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_document(document))).pages]
    return [re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("\u200b", "")) for text in found]


@pytest.mark.parametrize("seller", SELLERS)
@pytest.mark.parametrize("buyer", BUYERS)
@pytest.mark.parametrize("kind", PAPERS)
def test_each_person_has_the_requisites_of_its_kind_and_no_other(kind, seller, buyer):
    sold, bought = SELLERS[seller], BUYERS[buyer]
    paper = replace(_papers(samples.ROWS)[kind], seller=sold, buyer=bought)
    (text,) = pages(paper)
    in_bank_table = kind == "invoice"
    assert text.count("ИНН") == (sold.inn is not None) * (2 if in_bank_table else 1) + (bought.inn is not None)
    assert text.count("КПП") == (seller == "legal") * (2 if in_bank_table else 1) + (buyer == "legal")
    assert ("ИП Петров П. П. ИНН 500100732259" in text) == (seller == "entrepreneur")
    assert ("Индивидуальный предприниматель Орлова Ольга Олеговна" in text) == (buyer == "entrepreneur")
    assert "ИП ИП" not in text
    assert "предприниматель ИП" not in text
    assert "None" not in text
    assert ("Главный бухгалтер" in text) == (kind == "invoice" and seller == "legal")
    if kind in {"act", "adjustment", "statement"}:
        assert text.count("М. П.") == 1 + (buyer != "individual")  # a person has no stamp
        signed = {"legal": "", "entrepreneur": "Орлова О. О.", "individual": "Иванов Иван Иванович"}[buyer]
        sides = text.partition("От заказчика" if kind == "statement" else "Заказчик " + bought.name)[2]
        assert signed in sides.replace("ИП Орлова О. О.", "")


@pytest.mark.parametrize("kind", ["invoice", "act", "adjustment", "statement"])
def test_every_page_says_which_it_is_and_repeats_the_headings(kind):
    count = 500 if kind == "invoice" else 120
    paper = _papers([samples.row(no, f"Составляющая {no:03}", "3", "33.33") for no in range(1, count + 1)])[kind]
    if kind == "adjustment":
        changed = (replace(paper.rows[0], no=no, title=f"Составляющая {no:03}") for no in range(1, count + 1))
        # 120 × (−150.00, −30.00, −180.00)
        paper = replace(paper, rows=tuple(changed), net=Decimal("-18000.00"), vat=Decimal("-3600.00"), total=Decimal("-21600.00"))
    if kind == "statement":
        paper = _statement(count)
    found = pages(paper)
    heading = {
        "adjustment": "№ Наименование Без НДС Ставка НДС С НДС",
        "statement": "Дата Документ Дебет Кредит Дата Документ Дебет Кредит",
    }.get(kind, "№ Наименование Кол-во Ед. Цена без НДС Без НДС Ставка НДС Сумма")
    assert len(found) >= 3
    for number, page in enumerate(found, 1):
        assert f"Страница {number} из {len(found)}" in page
        assert heading in page
    text = " ".join(found)
    assert [no for no in range(1, count + 1) if f"{no:03}" not in text] == []


def _statement(count: int):
    """``count`` invoices of 100.00 each."""
    entries = tuple(StatementEntry(FIRST, f"Счёт № НСМ26-000{no:03}", debit=Decimal("100.00")) for no in range(1, count + 1))
    total = Decimal("100.00") * count
    nothing = Decimal("0.00")
    return samples.statement(FIRST, LAST, parts=(StatementPart(samples.CONTRACT, nothing, entries, total, nothing, total),))


def _invoice(count: int):
    return samples.invoice([samples.row(no, f"Составляющая {no:03}", "3", "33.33") for no in range(1, count + 1)])


@pytest.mark.parametrize(
    ("paper", "counts", "row", "signed"),
    [
        (_invoice, (13, 14, 17, 18, 19, 20, 41, 42, 48, 49), "Составляющая", "Соколова А. В."),
        (lambda count: samples.act(_invoice(count)), (16, 17, 21, 24, 25, 45, 46), "Составляющая", "Соколова А. В."),
        (_statement, (27, 28, 29, 30, 43, 44, 45, 83, 84, 98, 99), "Счёт №", "От исполнителя"),
    ],
    ids=["invoice", "act", "statement"],
)
def test_totals_and_signatures_never_stand_on_a_page_without_a_row(paper, counts, row, signed):
    """Around each count of rows that fills a page."""
    lengths = set()
    for count in counts:
        found = pages(paper(count))
        lengths.add(len(found))
        assert sum(page.count(row) for page in found) == count
        assert row in found[-1], count
        assert signed in found[-1], count
        assert "тысяч" in found[-1], count  # the sum in words
        assert not any(signed in page or "тысяч" in page for page in found[:-1]), count
    assert len(lengths) >= 2


def test_notes_that_need_pages_of_their_own_get_them():
    """A month of carried days: each a sentence."""
    told = tuple(f"За {day:02}.01.2026 принято использование предыдущего дня (gps1): {'причина ' * 30}." for day in range(1, 32))
    found = pages(samples.invoice(notes=told))
    assert len(found) > 1
    assert all(f"За {day:02}.01.2026" in " ".join(found) for day in range(1, 32))
    assert "За 31.01.2026" in found[-1]
    assert "Соколова А. В." in found[-1]


WIDE = "Щ" * 200


def _long(kind: str):
    seller = replace(samples.SELLER, name=WIDE, full_name=WIDE, address=WIDE, director=WIDE, accountant=WIDE, email="щ" * 200)
    buyer = replace(LEGAL, name=WIDE, full_name=WIDE, address=WIDE, director=WIDE)
    row = samples.row(1, WIDE, "134000", "4500.00", text=WIDE)
    paper = replace(_papers((row, samples.row(2)))[kind], seller=seller, buyer=buyer)
    if kind == "adjustment":
        paper = replace(paper, reason=WIDE, rows=(replace(paper.rows[0], title=WIDE, text=WIDE),))
    if kind == "statement":
        part = paper.parts[0]
        paper = replace(paper, parts=(replace(part, entries=(replace(part.entries[0], text=WIDE), part.entries[1])),))
    return paper


@pytest.mark.parametrize("kind", PAPERS)
def test_200_letters_without_a_blank_overflow_neither_the_page_nor_their_neighbour(kind):
    letters = 0
    for page in pypdf.PdfReader(io.BytesIO(render_document(_long(kind)))).pages:
        widths: dict[int, dict[float, float]] = {}  # height of a line → where a text begins → how wide it is

        def seen(text, cm, tm, font, size, widths=widths):
            nonlocal letters
            shown = text.replace("\u200b", "").strip("\n")
            if shown.strip():
                letters += shown.count("Щ")
                line = widths.setdefault(round(cm[5]), {})
                line[cm[4]] = line.get(cm[4], 0) + _width(shown, font, size)

        page.extract_text(visitor_text=seen)
        for line in widths.values():
            places = [(left, left + line[left]) for left in sorted(line)]
            assert all(right <= RIGHT_EDGE + KERNING for _, right in places), places
            assert all(before[1] <= after[0] + KERNING for before, after in pairwise(places)), places
    assert letters >= 800


@cache
def _font(name: str):
    return ImageFont.truetype(str(Path(font_roboto.font_directory) / f"{name}.ttf"), 1000)


def _width(text: str, font, size: float) -> float:
    """Width in points, by the font file that Typst takes."""
    return _font(str(font["/BaseFont"]).partition("+")[2]).getlength(text) * size / 1000


@pytest.mark.parametrize("kind", ["invoice", "act"])
def test_few_rows_with_long_texts_lose_nothing(kind):
    """Just below and above the lengths up to which rows, notes and signatures are set as one block."""
    for letters in (120, 124, 260):
        rows = [samples.row(no, "Ю" * letters, text="Я" * letters) for no in (1, 2, 3)]
        invoice = samples.invoice(rows, buyer=replace(LEGAL, name=WIDE, full_name=WIDE, address=WIDE), notes=("Ж" * 740,))
        paper = invoice if kind == "invoice" else replace(samples.act(invoice), notes=invoice.notes)
        text = " ".join(pages(paper)).replace(" ", "")
        assert (text.count("Ю"), text.count("Я"), text.count("Ж")) == (3 * letters, 3 * letters, 740)
        assert "СоколоваА.В." in text
