"""What a finding says to people: its kind and parameters as a Russian sentence (domain.md §10). Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from pipelines.wording import russian

Parameters = Mapping[str, Any]

SHARED_BY: Final = MappingProxyType({"plate": "тот же номер", "vin": "тот же VIN", "device": "почти тот же номер устройства"})
PARTS: Final = MappingProxyType({"sub_user": "пользователь", "share_link": "ссылка", "vehicle": "машина"})

_VEHICLE: Final = re.compile(r"\(vehicle (.*)\)$", re.DOTALL)
_ACCOUNT: Final = re.compile(r"^account (.*)$", re.DOTALL)
_FROM_THE_END: Final = re.compile(r"([0-9]+[.][0-9]) days (after|before) the date's end")


def detail_words(kind: str, parameters: Parameters | None, stored: str | None = None) -> str:
    """The sentence of a finding. ``stored``: the words of earlier versions, which have no parameters."""
    if parameters is None:
        return stored or ""
    words = _WORDS.get(kind)
    return words(parameters) if words and "text" not in parameters else str(parameters.get("text", ""))


def _state(of: Parameters) -> str:
    return ", ".join(filter(None, [of.get("plate"), "на связи" if of.get("is_used") else "без сообщений за день"]))


def _orphan(of: Parameters) -> str:
    accounts = ", ".join(of.get("accounts") or ())
    where = f"учётная запись {accounts} не привязана к договору" if accounts else "без учётной записи"
    return f"{where}; {_state(of)}"


def _out_of_contract(of: Parameters) -> str:
    return f"договор {of['contract']} в этот день не действует; {_state(of)}"


def _silent_device(of: Parameters) -> str:
    last = of.get("last_message_on")
    since = f"последнее сообщение {russian.short_date(date.fromisoformat(last))}" if last else "сообщений не было ни разу"
    return ", ".join(filter(None, [of.get("plate"), since]))


def _came_and_went(of: Parameters) -> str:
    seen = f"есть не во всех снимках дня (их {of['snapshots']}): ни накануне, ни в последнем"
    return "; ".join(filter(None, [of.get("plate"), seen]))


def _several_owners(of: Parameters) -> str:
    return f"владельцы {', '.join(of['accounts'])} ведут к договорам {', '.join(of['contracts'])}"


def _suspected_duplicate(of: Parameters) -> str:
    return "; ".join(_shared(each) for each in of["shared"])


def _shared(of: Parameters) -> str:
    more = f" и ещё {russian.counted(of['more'], 'машины', 'машин', 'машин')}" if of.get("more") else ""
    return f"{SHARED_BY[of['what']]} {of['text']} у {', '.join(of['others'])}{more}"


def _placeholder_device(of: Parameters) -> str:
    named = [
        f"{'«' + each['text'] + '»' if each['text'] else 'пусто'} — {each['vehicles']} (например, {each['vehicle']})"
        for each in of["texts"]
    ]
    if of.get("more"):
        named.append(f"других значений — {of['more']}")
    return f"машин без номера устройства: {of['vehicles']}, дубли по ним не ищутся; вместо номера: {', '.join(named)}"


def _contract_without_accounts(of: Parameters) -> str:
    if not of.get("accounts"):
        return "договору не назначено ни одной учётной записи: машин у него быть не может"
    alike = f"; похожие на платформе есть (другие буквы, регистр или нули): {', '.join(of['alike'])}" if of.get("alike") else ""
    return f"ни одна платформа ни разу не назвала учётных записей договора: {', '.join(of['accounts'])}{alike}"


FAULTS: Final = MappingProxyType(
    {"removed": "удалён", "shortened": "обрезан", "damaged": "повреждён", "exchanged": "подменён файлом другого дня"}
)


def _missing_snapshot(of: Parameters) -> str:
    if of.get("file"):
        return f"файл снимка {FAULTS[of['fault']]} ({of['file']}): договоры этой платформы за месяц не выставляются"
    state = "снимок в карантине" if of.get("is_quarantined") else "снимка нет"
    return f"{state}: договоры этой платформы за месяц не выставляются"


def _month_end_dip(of: Parameters) -> str:
    since = russian.short_date(date.fromisoformat(of["since"]))
    before = f"было до {of['peak_before']}, с {since} не больше {of['low']}"
    if of.get("next_week") is None:
        return f"{before}; следующая неделя ещё не известна целиком"
    return f"{before}, на следующей неделе {of['next_week']}"


def _zero_price(of: Parameters) -> str:
    return f"«{of['component']}»: использовано {of['quantity']} по цене 0"


def _prepaid_limit(of: Parameters) -> str:
    return f"парк {of['fleet']}, предоплачено {of['prepaid']}; выставлена доплата {of['number']}"


def _prepaid_unused(of: Parameters) -> str:
    return f"не использовано {of['unused']} из {of['prepaid']} предоплаченных машин"


def _unmatched_payment(of: Parameters) -> str:
    who = " ".join(filter(None, (of.get("payer"), of.get("inn") and f"ИНН {of['inn']}"))) or "плательщик неизвестен"
    return f"{russian.in_roubles(Decimal(of['left_over']))}, {who}: {of['purpose']}"


_SOURCES: Final = MappingProxyType({"bank": "выписка", "onec": "1С"})


def _doubtful_payment(of: Parameters) -> str:
    first = f"{_SOURCES[of['source']]} № {of['document']} от {_day(of['on'])}"
    other = f"{_SOURCES[of['other_source']]} № {of['other_document']} от {_day(of['other_on'])} ({of['other']})"
    return f"{_roubles(of['amount'])}, {first}: возможно, тот же платёж, что и {other}"


def _onec_contradicts(of: Parameters) -> str:
    deed = "удалила" if of["is_deleted"] else "изменила"
    document = f"документ № {of['document']} ({_roubles(of['amount'])} от {_day(of['on'])})"
    known = f"{of['payment']}: {_roubles(of['known_amount'])} от {_day(of['known_on'])}"
    return f"1С ({of['peer']}) {deed} {document}, а другой источник говорит о платеже {known}"


_FAULTS: Final = MappingProxyType(
    {
        "no_sum": "сумма «{}» — не число",
        "not_above_zero": "сумма «{}» не больше нуля",
        "too_large": "сумма «{}» слишком велика",
        "finer_than_a_kopeck": "в сумме «{}» доли копейки",
        "no_day": "дата «{}» — не дата",
        "too_early": "дата «{}» слишком давняя",
    }
)


def _onec_not_counted(of: Parameters) -> str:
    document = f"1С ({of['peer']}): документ № {of['document']}"
    if of["reason"] == "unreadable":
        fault = _FAULTS[of["fault"]].format(of["written"])
        if "stands" in of:
            return f"{document}: в 1С теперь {fault}, в расчётах остаётся {_roubles(of['stands'])}; исправьте или удалите его в 1С"
        return f"{document} не учтён: {fault}; исправьте его в 1С"
    known = f"{document} от {_day(of['on'])} не учтён"
    if of["reason"] == "other_currency":
        return f"{known}: {russian.amount(Decimal(of['amount']))} не в рублях"
    account = f"счёт {of['account']} не внесён в bank_accounts; внесите и запишите документ в 1С снова"
    return f"{known}: {_roubles(of['amount'])}, {account}"


_FIELDS: Final = MappingProxyType(
    {
        "full_name": "полное название",
        "inn": "ИНН",
        "kpp": "КПП",
        "kind": "вид лица",
        "address": "адрес",
        "phone": "телефон",
        "email": "адрес почты",
        "signed_on": "дату договора",
        "ends_on": "последний день договора",
    }
)


def _onec_offer(of: Parameters) -> str:
    change = f" с «{of['ours'] or ''}» на «{of['value']}»" if "value" in of else ""
    return (
        f"1С ({of['peer']}) предлагает изменить {_FIELDS[of['field']]}{change}: {of['name']} ({of['code']}), предложение {of['offer_no']}"
    )


def _roubles(amount: str) -> str:
    return russian.in_roubles(Decimal(amount))


def _day(day: str) -> str:
    return russian.short_date(date.fromisoformat(day))


def _unacknowledged(of: Parameters) -> str:
    peer = of["peer"]
    if "refusal" in of:
        return f"не может быть передано в 1С ({peer}): {of['refusal']}"
    what = f"сообщение № {of['message_no']}" if of.get("message_no") else "то, что ещё не отправлено"
    since = russian.short_date(date.fromisoformat(of["since"]))
    others = f", прочего {of['others']}" if of.get("others") else ""
    return f"1С ({peer}) не подтвердила {what}: счетов {of['invoices']}, реализаций {of['sales']}{others}, в очереди с {since}"


def _silent_peer(of: Parameters) -> str:
    age = russian.counted(of["days"], "день", "дня", "дней")
    if of["has_spoken"]:
        return f"1С ({of['peer']}) молчит с {_day(of['since'])}, {age}"
    return f"1С ({of['peer']}) ни разу не ответила; первое для неё в очереди с {_day(of['since'])}, {age}"


def _snapshot_warning(of: Parameters) -> str:
    places = ", ".join(_row(each["row"]) + ("" if each["value"] is None else f" ({_measured(each['value'])})") for each in of["places"])
    more = f" и ещё {of['more']}" if of.get("more") else ""
    return f"{of['note']} Не так: {places}{more}"


def _row(place: str | None) -> str:
    """``2026-01-31.csv:3 (машина v17)``; the places are kept in the words of the terminal."""
    if not place:
        return "снимок в целом"
    return _ACCOUNT.sub(r"учётная запись \1", _VEHICLE.sub(r"(машина \1)", place))


def _measured(value: str) -> str:
    """A failing value; a distance in days from the end of the date in words."""
    days = _FROM_THE_END.fullmatch(value)
    if not days:
        return value
    return f"на {days[1].replace('.', ',')} дня {'позже' if days[2] == 'after' else 'раньше'} конца суток"


def _transfer(of: Parameters) -> str:
    left = of.get("days_left")
    end = f" в последние дни месяца, на новом {russian.counted(left, 'день', 'дня', 'дней')}" if left else ""
    return f"перешла с договора {of['before']} на договор {of['after']}{end}"


def _block_lifted(of: Parameters) -> str:
    return f"заблокировали мы {_day(of['since'])}, снята не нами {_undone(of)}"


def _block_stays(of: Parameters) -> str:
    return f"доступ вернули мы {_day(of['since'])}, заблокирована не нами {_undone(of)}"


def _block_of_others(of: Parameters) -> str:
    return f"{_others(of)}{_unread_since(of)}"


def _unread_since(of: Parameters) -> str:
    """That it is known by an earlier reading, because the platform could not be read since."""
    return f"; так было {_day(of['read_on'])}, с тех пор платформа не прочитана" if of.get("read_on") else ""


def _others(of: Parameters) -> str:
    if of.get("of"):
        return f"заблокирована не нами: так в снимке за {_day(of['of'])}"
    if of.get("at"):
        by = of.get("by") or "кто-то другой"
        return f"заблокирована не нами; изменил {by} {datetime.fromisoformat(of['at']):%d.%m.%Y}"
    return "заблокирована не нами; кем и когда — платформа не говорит"


def _block_not_applied(of: Parameters) -> str:
    ordered = f"{'в списке отключений с' if of['is_block'] else 'убрана из списка отключений'} {_day(of['since'])}"
    return f"{ordered}, а в снимке за {_day(of['of'])} {'открыта' if of['is_block'] else 'закрыта'}{_unread_since(of)}"


def _undone(of: Parameters) -> str:
    when = f"{'' if of['is_told'] else 'замечено '}{datetime.fromisoformat(of['at']):%d.%m.%Y %H:%M}"
    by = f", изменил {of['by']}" if of.get("by") else ", кем — платформа не говорит"
    parts = ", ".join(f"{PARTS[kind]} {number}" for kind, number in of.get("parts") or ())
    return f"{when}{by}{f' ({parts})' if parts else ''}"


_WORDS: Final[Mapping[str, Callable[[Parameters], str]]] = MappingProxyType(
    {
        "orphan": _orphan,
        "out_of_contract": _out_of_contract,
        "silent_unbilled": lambda of: f"не обслуживалась: {_state(of)}",
        "silent_billed": lambda of: f"на платформе {of['platform']} считаются подключённые, без сообщений за день: {of['vehicles']}",
        "silent_device": _silent_device,
        "failed_sensor": lambda of: f"датчик «{of['sensor'] or 'без названия'}» без показаний, машина на связи",
        "came_and_went": _came_and_went,
        "several_owners": _several_owners,
        "unknown_account": lambda of: f"машин на учётной записи: {of['vehicles']}; договора нет",
        "double_mapping": lambda of: f"привязана и к {', '.join(of['others'])}; считается по {of['contract']}",
        "duplicate": lambda of: f"то же устройство у {of['winner']}; считается оно",
        "suspected_duplicate": _suspected_duplicate,
        "placeholder_device": _placeholder_device,
        "contract_without_accounts": _contract_without_accounts,
        "missing_snapshot": _missing_snapshot,
        "month_end_dip": _month_end_dip,
        "transfer": _transfer,
        "zero_price": _zero_price,
        "prepaid_limit": _prepaid_limit,
        "prepaid_unused": _prepaid_unused,
        "unmatched_payment": _unmatched_payment,
        "doubtful_payment": _doubtful_payment,
        "onec_contradicts": _onec_contradicts,
        "onec_not_counted": _onec_not_counted,
        "onec_offer": _onec_offer,
        "unacknowledged": _unacknowledged,
        "silent_peer": _silent_peer,
        "block_lifted": _block_lifted,
        "block_stays": _block_stays,
        "block_of_others": _block_of_others,
        "block_not_applied": _block_not_applied,
        "missing_address": lambda of: f"{of['name']}: адреса почты нет, а способ доставки документов — {of['delivery']}",
        "snapshot_warning": _snapshot_warning,
        "snapshot_quarantined": lambda of: f"Снимок в карантине: {' '.join(of['notes'])}",
    }
)
"""Kind → its sentence; what is not here has its words in the parameter `text`, such as the answer of a mail server."""
