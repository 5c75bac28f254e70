"""What a row says: its product is its amount, and the arithmetic in its text, done by a reader, comes to the amount again."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from hypothesis import assume, given, settings

from pipelines.period import Month
from pipelines.rating.charges import Parked
from pipelines.rating.difference import adjustment
from pipelines.rating.month import rate_month
from pipelines.rating.rows import printed_row
from tests.campaigns import examples
from tests.unit.rating import worlds
from tests.unit.rating.building import billed

_SUM = re.compile(r"^(?P<sum>.*?)(?: − скидка (?P<discount>[0-9,]+)%)?$")
_WORDS = re.compile(r"[а-яё]+", re.IGNORECASE)
_FIGURES = re.compile(r"[0-9.()+*/ -]+")


def rate(world):
    contract, terms, tariffs, days, modes = worlds.product_inputs(world)
    return rate_month(contract, Month(world["year"], world["month"]), terms, tariffs, days, modes)


def value(written: str) -> Fraction:
    """A sum as it is written, worked out exactly: ``(15 × 10,00 + 5 × 5,00) × 15 дней ÷ 30 дней − скидка 10 %``."""
    parted = _SUM.match(written)
    figures = parted["sum"].translate(str.maketrans({"×": "*", "÷": "/", "−": "-", ",": "."}))
    figures = _WORDS.sub("", figures)
    assert _FIGURES.fullmatch(figures), written
    exact = Fraction(eval(re.sub(r"[0-9.]+", r"Fraction('\g<0>')", figures), {"Fraction": Fraction}))  # noqa: S307 - figures and signs alone
    return exact * (100 - Fraction((parted["discount"] or "0").replace(",", "."))) / 100


def kopecks(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


def plain(text: str) -> str:
    return text.replace("\u00a0", "")


def check_sum(text: str, amount: Decimal):
    """``…; 1 432 ÷ 31 × 310,00 = 14 320,00``: the last sum of a text comes to what it says, and that is the amount."""
    written, _, result = plain(text).rpartition("; ")[2].rpartition(": ")[2].rpartition(" = ")
    assert value(result) == amount
    assert kopecks(value(written.rpartition(" = ")[2])) == amount, text


def check_row(line):
    row = printed_row(line)
    assert row.quantity * row.price == line.amount
    assert row.quantity == round(row.quantity, 3)
    assert row.price == round(row.price, 2)
    assert row.text.startswith(f"{line.name} за ")
    assert not re.search("-[0-9]", row.text)  # a minus is a true one
    check_sum(line.arithmetic, line.amount)
    if line.shown is None:
        assert (row.quantity, row.price) == (1, line.amount)
        check_sum(row.text, line.amount)
    for part in plain(row.text).split("; "):
        if part.startswith("цена "):
            written, _, result = part.removeprefix("цена ").rpartition(" = ")
            assert value(written) == value(result) == row.price


def check_counts(line):
    """Divisions and packages of what was counted."""
    text = plain(line.arithmetic)
    for average, days, count in re.findall(r"в среднем ([0-9,]+)машин\w*: ([0-9]+)машино-\w+ ÷ ([0-9]+)д", text):
        assert abs(value(average) - Fraction(int(days), int(count))) <= Fraction(1, 2000)
    for packages, size in re.findall(r"([0-9]+)пакет\w* по ([0-9,]+)", text):
        assert int(packages) == ceil(line.quantity / value(size))


@given(worlds.worlds())
def test_every_row_of_a_month_multiplies_and_its_words_recompute(world):
    outcome = rate(world)
    assume(not isinstance(outcome, Parked))
    for line in outcome.everything:
        check_row(line)
        check_counts(line)


@settings(max_examples=examples(30, 500))
@given(worlds.worlds(), worlds.worlds())
def test_every_row_of_a_correction_multiplies_and_its_words_recompute(world, facts):
    facts = {**facts, "year": world["year"], "month": world["month"], "usage": world["usage"], "modes": [(None, "usn5")]}
    before, after = rate({**world, "modes": [(None, "usn5")]}), rate(facts)
    assume(not isinstance(before, Parked) and not isinstance(after, Parked))
    for line in adjustment(after.everything, billed(before.everything)):
        check_row(line)
