"""Statements of a bank with hundreds of thousands of lines: bounded."""

from decimal import Decimal

import pytest

from pipelines.receivables.bank_statement import parse
from tests.unit.receivables.test_bank_statement import document, problems, statement


@pytest.mark.parametrize("line", ["ещё строка", "Ключ=значение", "Сумма=5", "НазначениеПлатежа=ещё", "Код=1"])
def test_a_purpose_of_many_lines_is_kept_up_to_a_bound(line):
    text = statement(document(НазначениеПлатежа="Оплата" + f"\n{line}" * 200_000))
    found = parse(text.encode("cp1251"), "kl.txt")
    assert len(found.statements[0].documents[0].purpose) <= 10_000
    assert found.statements[0].documents[0].amount == Decimal("2440.00")


def test_the_title_inside_a_purpose_does_not_pass_for_another_statement():
    text = statement(document(НазначениеПлатежа="Оплата" + "\n1CClientBankExchange" * 10_000))
    assert problems(text.encode("cp1251"))[0] == "kl.txt:13: the document is not closed by КонецДокумента"
