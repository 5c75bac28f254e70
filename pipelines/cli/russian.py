"""Headings and codes of the listings whose texts are Russian: what finance reads. JSON and CSV keep names and codes."""

from typing import Final

from pipelines.findings.kinds import KIND_NAMES, OWNER_NAMES

HEADINGS: Final = {
    "account_id": "учётная запись",
    "accounts": "учётные записи",
    "action": "действие",
    "approved_by": "согласовал",
    "arithmetic": "расчёт",
    "balance": "сальдо",
    "before": "месяцем раньше",
    "carried": "перенос",
    "change": "изменение",
    "client": "клиент",
    "client_code": "код клиента",
    "clients": "клиентов",
    "closing": "на конец",
    "component": "услуга",
    "contract_no": "договор",
    "counts": "считается",
    "credit": "кредит",
    "date": "дата",
    "days": "дней",
    "dealer_code": "дилер",
    "debit": "дебет",
    "debt": "долг",
    "detail": "подробно",
    "direction": "куда",
    "document": "документ",
    "due_on": "срок",
    "explained_by": "чем объясняется",
    "explanation": "что сказать клиенту",
    "first_seen": "впервые",
    "fleet_size": "машин",
    "how": "расчёт",
    "is_open": "открыто",
    "kind": "вид",
    "last_seen": "последний раз",
    "lifted_at": "снята не нами",
    "lifted_by": "кем снята",
    "meters": "по счётчикам",
    "muted_by": "кто заглушил",
    "muted_for": "почему",
    "muted_until": "до",
    "movement": "обороты",
    "name": "название",
    "net": "без НДС",
    "onec_closing": "на конец в 1С",
    "onec_movement": "обороты в 1С",
    "onec_opening": "на начало в 1С",
    "online_minutes": "минут на связи",
    "opening": "на начало",
    "order_no": "приказ",
    "organization_code": "организация",
    "owner": "кому",
    "parts": "вместе с ними",
    "plate": "госномер",
    "platform": "платформа",
    "price": "цена",
    "quantity": "количество",
    "reason": "причина",
    "roubles": "рублей",
    "score": "из 100",
    "segment_from": "с",
    "segment_to": "по",
    "share": "доля месяца",
    "share_links": "ссылок",
    "snapshots": "снимки",
    "since": "с какого дня",
    "state": "состояние",
    "sub_users": "пользователей",
    "subject": "о чём",
    "total": "всего",
    "vat": "НДС",
    "vehicle_days": "машино-дней",
    "vehicle_id": "машина",
    "vehicles": "машин",
    "why": "почему",
}
_STEPS: Final = {
    "reminder": "напоминание",
    "notice": "уведомление",
    "warning": "предупреждение",
    "final": "последнее предупреждение",
}
_WORDS: Final = {
    "kind": {
        **KIND_NAMES,
        "discount": "скидки по договорам",
        "monthly": "за месяц",
        "advance": "предоплата",
        "corrective": "превышение",
        "adjustment": "корректировка",
    },
    "owner": dict(OWNER_NAMES),
    "direction": {"unbilled": "обслужено, не выставлено", "unserved": "выставлено, не обслужено"},
    "action": {"block": "отключить", "restore": "включить", "withheld": "удержано", **_STEPS},
}


def russian_heading(column: str) -> str:
    """The heading of a column; its name where there is none."""
    return HEADINGS.get(column, column)


def russian_word(column: str, text: str) -> str:
    """What a code in a column is called; the text itself where it is no code."""
    return _WORDS.get(column, {}).get(text, text)
