"""What 1C says of counterparties and contracts against the master data: taken, offered to a person, or known. Pure.

The rule of each field is in `field_rules`. What 1C repeats, and what it has from us, is no news.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipelines.delivery.onec.field_rules import RULE_OF, FieldRule, Winner


class Telling(StrEnum):
    """What became of a value that a base has told anew; the value is stored."""

    TAKEN = "taken"
    OFFERED = "offered"
    ECHO = "echo"  # a value of ours, of before
    AGREES = "agrees"  # our value, after it had told another


@dataclass(frozen=True, slots=True)
class ToldField:
    """A field of an object that a base told anew. `code`: of the client or contract; `detail`: why an offer is not simply taken."""

    sheet: str
    code: str
    field: str
    value: str
    telling: Telling
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LastTold:
    """What the base said of a field before, and the number of the history's newest line then."""

    value: str
    history_no: int


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row of the sheet as the history has it: before or after the change `history_no`; `is_by_peer`: the base made it so itself."""

    history_no: int
    is_by_peer: bool
    values: Mapping[str, object]


BY_INN: Final = "known by its ИНН alone"


def told_anew(
    sheet: str,
    code: str,
    said: Mapping[str, str],
    ours: Mapping[str, object],
    last: Mapping[str, LastTold],
    held: Sequence[HeldRow],
    *,
    is_certain: bool,
) -> list[ToldField]:
    """The fields of one object of which a base says something new.

    `said`: column → what it says. `ours`: our row. `last`: column → what it said last. `held`: our row as it was, by the history.
    `is_certain`: the object is named by our reference, or by ИНН and КПП; else what would win is offered alone.
    """
    return [
        _judged(rule, code, value, ours, last.get(column), held, is_certain=is_certain)
        for column, value in said.items()
        if (rule := RULE_OF[sheet, column]).winner is not Winner.OURS and _is_news(rule, value, ours, last.get(column))
    ]


def differing(sheet: str, said: Mapping[str, str], ours: Mapping[str, object]) -> list[str]:
    """The columns of which 1C says otherwise than the row."""
    return [column for column, value in said.items() if not _same(RULE_OF[sheet, column], value, ours)]


def _is_news(rule: FieldRule, value: str, ours: Mapping[str, object], last: LastTold | None) -> bool:
    """What was not said before; our own value only where another was said before it."""
    if last is None:
        return not _same(rule, value, ours)
    return value != last.value


def _judged(
    rule: FieldRule,
    code: str,
    value: str,
    ours: Mapping[str, object],
    last: LastTold | None,
    held: Iterable[HeldRow],
    *,
    is_certain: bool,
) -> ToldField:
    if _same(rule, value, ours):
        return ToldField(rule.sheet, code, rule.column, value, Telling.AGREES)
    since = last.history_no if last else -1
    if any(row.history_no > since and not row.is_by_peer and _same(rule, value, row.values) for row in held):
        return ToldField(rule.sheet, code, rule.column, value, Telling.ECHO)
    if rule.winner is Winner.THEIRS and is_certain:
        return ToldField(rule.sheet, code, rule.column, value, Telling.TAKEN)
    return ToldField(rule.sheet, code, rule.column, value, Telling.OFFERED, BY_INN if rule.winner is Winner.THEIRS else "")


def _same(rule: FieldRule, value: str, row: Mapping[str, object]) -> bool:
    """Whether a value of 1C is that of our row, as it is written there."""
    stored = row.get(rule.column) or (row.get(rule.else_column) if rule.else_column else None)
    ours = " ".join(str(stored).split()) if stored is not None else ""
    if rule.column == "phone":
        return _digits(value) == _digits(ours) or value == ours
    if rule.column == "email":
        return value.casefold() in {each.strip().casefold() for each in ours.replace(";", ",").split(",")}
    return value == ours


def _digits(phone: str) -> str:
    digits = "".join(filter(str.isdigit, phone))
    return f"7{digits[1:]}" if len(digits) == 11 and digits[0] == "8" else digits
