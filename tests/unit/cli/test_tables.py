"""Listings as text: texts are folded between words, figures stay whole, and what cannot be a table is a block per row."""

import io
import json
import sys

import pytest

from pipelines.cli.output import _folded, _sums, emit
from pipelines.cli.table import Listing, clean, folded, lines


def listing(headings, *rows, sums=(), figures=()):
    return Listing(headings, rows, sums, [heading in figures for heading in headings])


def test_without_a_width_a_row_is_a_line_as_wide_as_it_is():
    shown = list(lines(listing(("kind", "days", "detail"), ("orphan", "3", "x" * 200), ("dip", "12", ""), figures=("days",)), None))
    assert shown == ["kind    days  detail", f"orphan     3  {'x' * 200}", "dip       12"]


def test_texts_are_folded_between_words_and_headings_between_their_parts():
    row = ("К-1", "1234567.89", "не хватает дней у платформы")
    shown = list(lines(listing(("contract_no", "total_vat", "reason"), row, figures=("total_vat",)), 34))
    assert shown == [
        "contract_",
        "no           total_vat  reason",
        "К-1         1234567.89  не хватает",
        "                        дней у",
        "                        платформы",
    ]


def test_what_cannot_be_a_table_is_a_block_per_row_and_the_sums_are_the_last():
    headings = ("number", "net", "vat", "total")
    rows = [("МТ26-000001", "3000.00", "660.00", "3660.00"), ("", "1000.00", "220.00", "1220.00")]
    shown = list(lines(listing(headings, *rows, sums=("", "4000.00", "880.00", "4880.00"), figures=headings[1:]), 30))
    assert shown == [
        "number  МТ26-000001", "net     3000.00", "vat     660.00", "total   3660.00", "",
        "net     1000.00", "vat     220.00", "total   1220.00", "",
        "number  total", "net     4000.00", "vat     880.00", "total   4880.00",
    ]  # fmt: skip


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f"])
def test_a_figure_inside_a_text_is_not_broken_at_its_blanks(blank):
    figure = f"1{blank}432{blank}567,89"
    for width in range(12, 60):
        assert any(figure in line for line in folded(f"начислено за услуги {figure} руб. и далее", width))


def test_wide_signs_and_marks_take_the_cells_that_they_take():
    shown = list(lines(listing(("name", "n"), ("日本", "1"), ("e\u0301", "2"), ("абв", "3"), figures=("n",)), 80))
    assert shown == ["name  n", "日本  1", "e\u0301     2", "абв   3"]


def test_a_name_cannot_command_the_terminal():
    assert clean("ООО\x1b[2J «Вега»\nи\tК\u202f1\u00a0000") == "ООО\ufffd[2J «Вега» и К\u202f1\u00a0000"


def test_the_sums_are_named_in_the_first_column_that_is_free():
    rows = [{"number": "1", "paid": None, "total": 5}, {"number": "2", "paid": 3, "total": 7}]
    assert _sums(rows, ("number", "paid", "total"), ("total", "paid")) == ["", "3", "12"]
    assert listing(("number", "paid", "total"), sums=("", "3", "12")).totals == ["total", "3", "12"]


def test_where_there_is_no_room_what_all_rows_say_is_said_once_above_them():
    rows = [("2026-01", "К-1", "", "5.00"), ("2026-01", "К-2", "", "5.00")]
    shown = list(lines(listing(("month", "contract_no", "cause", "net"), *rows, sums=("", "", "", "10.00"), figures=("net",)), 24))
    assert shown == ["month  2026-01", "", "contract_no    net", "К-1           5.00", "К-2           5.00", "total        10.00"]


def test_a_message_is_folded_and_a_command_in_it_stays_whole(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "50")
    message = "  drafts only: `fleetbill close --month 2026-01 --approve-by NAME` issues them"
    assert _folded(message, Terminal()) == [
        "  drafts only: `fleetbill close --month 2026-01",
        "  --approve-by NAME` issues them",
    ]
    monkeypatch.setenv("COLUMNS", "60")
    assert _folded(message, Terminal()) == [
        "  drafts only:",
        "  `fleetbill close --month 2026-01 --approve-by NAME` issues",
        "  them",
    ]


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "is_coloured"),
    [
        (Screen, {}, True),
        (Screen, {"NO_COLOR": "1"}, False),
        (Screen, {"NO_COLOR": ""}, True),
        (Screen, {"TERM": "dumb"}, False),
        (io.StringIO, {}, False),
    ],
)
def test_colour_is_for_terminals_that_may_have_it(stream, variables, is_coloured, monkeypatch):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = stream()
    monkeypatch.setattr(sys, "stdout", screen)
    emit([{"platform": "gps1", "status": "missing"}], ("platform", "status"), "table")
    assert ("\x1b[31mmissing" in screen.getvalue(), "\x1b" in screen.getvalue()) == (is_coloured, is_coloured)


def test_json_and_csv_are_written_row_by_row_and_read_as_a_whole_list(capsys):
    rows = [{"kind": "orphan", "of": {"text": "строка\nи ещё", "n": [1, 2]}}, {"kind": "дубли", "of": None}, {"kind": None, "of": {}}]
    written: list[int] = []

    def given():
        for row in rows:
            yield row
            written.append(len(capsys.readouterr().out))

    emit(given(), ("kind", "of"), "json")
    assert all(written)
    assert capsys.readouterr().out == "\n]\n"
    for some in ([], rows[:1], rows):
        emit(iter(some), ("kind", "of"), "json")
        assert capsys.readouterr().out == json.dumps(some, ensure_ascii=False, indent=1) + "\n"
    emit(({"kind": str(number), "of": "x" * 50} for number in range(5_000)), ("kind", "of"), "csv")
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), lines[0], lines[-1]) == (5_001, "kind,of", "4999," + "x" * 50)
