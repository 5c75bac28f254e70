"""What finance reads instead of the codes of the gate: expectations and columns of snapshots, and subjects of findings. Pure."""

import re
from typing import Final

EXPECTATIONS: Final = {
    "vehicle_id_given": "нет идентификатора машины",
    "vehicle_listed_once": "машина названа дважды",
    "vehicle_id_not_a_number": "идентификатор испорчен таблицей",
    "vehicle_id_not_endless": "идентификатор машины длиннее 200 знаков",
    "state_given": "нет состояния машины",
    "state_known": "неизвестное состояние машины",
    "moment_readable": "время сообщения не читается",
    "unread_moment_set_aside": "время сообщения не читается, не учтено",
    "message_not_in_future": "сообщение из будущего",
    "future_message_set_aside": "сообщение из будущего, не учтено",
    "message_within_day": "сообщение позже дня снимка",
    "tracker_has_clock": "у трекера не выставлены часы",
    "minutes_readable": "минуты на связи не читаются",
    "unread_minutes_set_aside": "минуты на связи не читаются, не учтены",
    "minutes_within_day": "минут на связи больше, чем в сутках",
    "impossible_minutes_set_aside": "невозможные минуты на связи, не учтены",
    "clone_readable": "признак клона не читается",
    "unread_clone_set_aside": "признак клона не читается, не учтён",
    "device_not_a_number": "номер трекера испорчен таблицей",
    "account_not_a_number": "учётная запись испорчена таблицей",
    "parent_not_a_number": "родительская учётная запись испорчена таблицей",
    "meter_readable": "показание счётчика не читается",
    "unread_meter_set_aside": "показание счётчика не читается, не учтено",
    "meter_not_negative": "отрицательное показание счётчика",
    "negative_meter_set_aside": "отрицательное показание счётчика, не учтено",
    "account_id_given": "нет идентификатора учётной записи",
    "account_id_not_endless": "идентификатор учётной записи длиннее 200 знаков",
    "account_listed_once": "учётная запись названа дважды",
    "enabled_readable": "признак включённости не читается",
    "one_parent": "у учётной записи два родителя",
    "parent_known": "родителя учётной записи нет в списке",
    "tree_without_cycles": "петля в дереве учётных записей",
    "listed_account_not_a_number": "учётная запись списка испорчена таблицей",
    "listed_parent_not_a_number": "родитель в списке испорчен таблицей",
    "parent_kept": "пропала родительская учётная запись",
    "all_announced": "машин меньше, чем объявила платформа",
    "day_not_in_future": "день снимка ещё не наступил",
    "few_duplicates": "слишком много дублей",
    "columns_known": "неизвестные колонки",
    "not_emptied": "список машин опустел",
    "no_sudden_drop": "парк резко упал",
    "no_sudden_growth": "парк резко вырос",
    "dates_of_this_year": "даты другого года",
    "tree_kept": "пропало дерево учётных записей",
    "own_vehicles": "машины другой платформы",
    "ids_kept": "все идентификаторы новые",
    "messages_of_the_day": "ни одного сообщения за день",
}
"""Expectation of the suites `expectations/snapshot*.json` → what is wrong when it fails."""

REMARKS: Final = {
    "clock_is_off": (
        "часы платформы идут неверно",
        "Часы платформы идут как наши: иначе сообщения около полуночи попадают на другой день.",
    ),
    "several_managers": (
        "у учётной записи несколько управляющих",
        "У учётной записи один управляющий; из нескольких считается тот, чей номер меньше.",
    ),
    "meters_impossible": ("невозможные показания за день", "Показания за день возможны; отрицательные и слишком большие не учтены."),
    "meters_left_out": (
        "показания счётчиков не читаются",
        "Служебный пользователь связан со всеми машинами; пока это не так, показания счётчиков не читаются.",
    ),
    "contact_without_message": (
        "машины на связи без данных за день",
        "Машина, выходившая на связь, прислала данные этого дня; без них она в этот день не считается.",
    ),
    "account_hidden": ("учётная запись не видна", "Служебный пользователь видит каждую учётную запись, у которой есть машины."),
    "sensors_hidden": ("датчики не видны", "Служебный пользователь видит датчики всех машин."),
}
"""Remark of a connector → (what is wrong, how it should be), as the expectations of the gate say it."""

_METER = "meter_"
_WARNING = re.compile(r"(?P<platform>.+): (?P<expectation>[a-z_]+)(?: (?P<column>\S+))?", re.DOTALL)


def subject_words(kind: str, subject: str) -> str:
    """The subject of a finding for finance: ``gps1: сообщение позже дня снимка`` instead of the codes of the gate."""
    match = _WARNING.fullmatch(subject) if kind == "snapshot_warning" else None
    words = match and _what_is_wrong(match["expectation"])
    if not match or not words:
        return subject
    column = match["column"] or ""
    meter = f" «{column.removeprefix(_METER).replace('_', ' ')}»" if column.startswith(_METER) and column != "meter_*" else ""
    return f"{match['platform']}: {words}{meter}"


def _what_is_wrong(code: str) -> str | None:
    return REMARKS[code][0] if code in REMARKS else EXPECTATIONS.get(code)
