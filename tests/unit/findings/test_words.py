"""No code reaches a reader: every code of the gate, of findings, of parked contracts and of the page's terms has its words."""

import json
import re
from datetime import date

import pytest

from pipelines.billing.model import HELD, Purpose
from pipelines.billing.usage_of_month import in_words
from pipelines.documents.parked_words import REASONS
from pipelines.documents.run_words import RUN_NAMES
from pipelines.documents.workbook_sheets import KINDS
from pipelines.findings.details import detail_words
from pipelines.findings.kinds import KIND_NAMES
from pipelines.findings.words import EXPECTATIONS, REMARKS, subject_words
from pipelines.rating.charges import Cause, ParkReason
from pipelines.usage.gaps import Gap
from tests.conftest import ROOT

CODE = re.compile(r"[A-Za-z]+_[A-Za-z_]+")


def _codes_of_the_gate():
    suites = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "expectations").glob("snapshot*.json"))]
    return {each["meta"]["name"] for suite in suites for each in suite["expectations"]}


def _kinds_of_findings():
    """Every kind that a statement or a rule writes into findings."""
    sources = [*(ROOT / "sql" / "warehouse").rglob("*.sql"), *(ROOT / "pipelines").rglob("*.py")]
    written = set()
    for path in sources:
        text = path.read_text(encoding="utf-8")
        written |= set(re.findall(r'Occurrence\(\s*"([a-z_]+)"', text))
        if "INSERT INTO findings.occurrences" in text:
            written |= set(re.findall(r"(?:SELECT|VALUES \()\s+'([a-z_]+)',", text))
    return written


def test_every_expectation_of_the_gate_has_its_words_and_no_other():
    assert set(EXPECTATIONS) == _codes_of_the_gate()


def test_every_remark_of_a_connector_has_its_words_and_no_other():
    sources = (ROOT / "pipelines" / "platforms").glob("*.py")
    met = {name for path in sources for name in re.findall(r'Remark\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))}
    assert set(REMARKS) == met
    assert subject_words("snapshot_warning", "gps3: clock_is_off") == "gps3: часы платформы идут неверно"
    told = {"note": REMARKS["several_managers"][1], "places": [{"row": "account 12", "value": None}], "more": 0}
    assert detail_words("snapshot_warning", told).endswith("чей номер меньше. Не так: учётная запись 12")


def test_every_kind_of_finding_has_its_words():
    kinds = _kinds_of_findings()
    assert len(kinds) > 8
    assert kinds <= set(KIND_NAMES)


def test_every_reason_to_park_has_its_words():
    assert set(REASONS) == {*(cause.value for cause in Cause), HELD}
    for cause in Cause:
        assert re.search("[а-я]{3}", ParkReason(cause, (), "X").russian)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (ParkReason(Cause.MISSING_METER, (), "video_gb"), "нет данных счётчика «video gb» за "),
        (ParkReason(Cause.NEGATIVE_USAGE, (), "online_minutes"), "показатель «время на связи» отрицателен за "),
        (ParkReason(Cause.BROKEN_TARIFF, (), "T_1"), "тариф T_1 нельзя рассчитать"),
    ],
)
def test_a_parked_contract_names_no_column(reason, words):
    assert reason.russian == words


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("meter_video_gb", "gps2, 01.01.2026: нет показаний счётчика «video gb»"),
        ("online_minutes", "gps2, 01.01.2026: нет минут на связи"),
        ("last_message_at", "gps2, 01.01.2026: нет времени последнего сообщения"),
        ("quarantined", "gps2, 01.01.2026: снимок в карантине"),
    ],
)
def test_a_gap_of_usage_names_no_column(missing, words):
    assert in_words([Gap("gps2", date(2026, 1, 1), missing)]).russian == words


def test_every_run_and_every_kind_of_invoice_has_its_words():
    assert set(RUN_NAMES) == set(Purpose)
    assert set(KINDS) == {"advance", "corrective", "monthly", "adjustment"}


@pytest.mark.parametrize("words", [*EXPECTATIONS.values(), *KIND_NAMES.values(), *REASONS.values(), *RUN_NAMES.values(), *KINDS.values()])
def test_words_are_words(words):
    assert re.search("[А-Яа-яё]{3}", words)
    assert not CODE.search(words)


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        ("snapshot_warning", "gps1: message_within_day last_message_at", "gps1: сообщение позже дня снимка"),
        ("snapshot_warning", "a: b: meter_not_negative meter_video_gb", "a: b: отрицательное показание счётчика «video gb»"),
        ("snapshot_warning", "gps1: columns_known ignored_columns", "gps1: неизвестные колонки"),
        ("snapshot_warning", "gps1: unknown_to_us", "gps1: unknown_to_us"),
        ("orphan", "gps1/v_1: message_within_day", "gps1/v_1: message_within_day"),
    ],
)  # fmt: skip
def test_the_subject_of_a_warning_is_told_in_words(kind, subject, words):
    assert subject_words(kind, subject) == words
