"""A page of Markdown on a terminal: nothing is wider than it, no mark of Markdown is left, no figure breaks."""

from pipelines.cli.page import page_lines
from pipelines.cli.table import cells

PAGE = """# февраль 2026 г.: 37 счетов на 607\u202f717,05 ₽

**Одобрил Анна Петрова**: `fleetbill close --month 2026-02` и слова, которые не умещаются в одной строке такого узкого терминала.

| Что | Сколько, ₽ | Почему |
|:--|--:|:--|
| **Было** | 687\u202f764,59 | |
| T\\*1 \\| x | −79\u202f557,77 | парк 10 → 16: условия договора изменились в середине месяца |

- первое слово и ещё много других слов, чтобы строка перешла на следующую
"""


def test_a_page_fits_the_terminal():
    lines = list(page_lines(PAGE, 48))
    assert max(map(cells, lines)) <= 48
    text = "\n".join(lines)
    assert "**" not in text
    assert "`" not in text
    assert "T*1 | x" in text
    for figure in ("607\u202f717,05", "687\u202f764,59", "−79\u202f557,77"):
        assert figure in text
    assert [line for line in lines if line.startswith("Что")] == ["Что      Сколько, ₽  Почему"]
    assert next(line for line in lines if line.startswith("Было")) == "Было     687\u202f764,59"
    assert lines[-2:] == ["- первое слово и ещё много других слов, чтобы", "  строка перешла на следующую"]


def test_an_empty_table_and_an_empty_page():
    assert list(page_lines("", 80)) == []
    assert list(page_lines("| А | Б |\n|:--|--:|", 80)) == ["А  Б"]
