"""Turnover reports of account 62 as 1C's workbooks show them: rows of cells, an empty row being a list of nothing."""

HEADINGS = (
    ["Счет", None, None, "Сальдо на начало периода", None, "Обороты за период", None, "Сальдо на конец периода", None],
    ["Контрагенты", None, None, "Дебет", "Кредит", "Дебет", "Кредит", "Дебет", "Кредит"],
)


def turnover_sheet(rows, title="Оборотно-сальдовая ведомость по счету 62 за Март 2026 г.", organization='ООО "Вымпел"'):
    """``rows``: label and (opening debit, credit, turnover debit, credit, closing debit, credit), None for a heading row."""
    head = [[organization], [title], ["Выводимые данные:", None, "БУ (данные бухгалтерского учета)"], [], *HEADINGS, ["Договоры"]]
    return [*head, *([label or None, None, None, *(figures or ())] for label, figures in rows)]


def card(rows, title="Карточка счета 62 за Март 2026 г.", organization='ООО "Вымпел"'):
    """``rows``: day, document, analytics of debit and credit, account and sum of debit, account and sum of credit."""
    head = [[organization], [title], ["Период", "Документ", "Аналитика Дт", "Аналитика Кт", "Дебет", None, "Кредит", None]]
    return [*head, ["Сальдо на начало", None, None, None, None, None, None, None], *map(list, rows), ["Обороты за период"]]
