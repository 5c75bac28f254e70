"""Words of findings: from their parameters as JSON gives them, and those of earlier versions as they are."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.findings.details import detail_words
from pipelines.findings.store import Occurrence, runs

FIRST = date(2026, 1, 1)
CASES = [
    ("orphan", {"accounts": ["a1"], "plate": "А001АА77", "is_used": True}, "учётная запись a1 не привязана к договору; А001АА77, на связи"),
    ("orphan", {"accounts": [], "plate": None, "is_used": False}, "без учётной записи; без сообщений за день"),
    ("out_of_contract", {"contract": "C1", "plate": None, "is_used": True}, "договор C1 в этот день не действует; на связи"),
    ("silent_unbilled", {"plate": "А1"}, "не обслуживалась: А1, без сообщений за день"),
    (
        "suspected_duplicate",
        {"shared": [{"what": "plate", "text": "A1", "others": ["g/1", "g/2"], "more": 21}]},
        "тот же номер A1 у g/1, g/2 и ещё 21\u00a0машины",
    ),
    ("missing_snapshot", {"is_quarantined": True}, "снимок в карантине: договоры этой платформы за месяц не выставляются"),
    ("parked_contract", {"reason": "no_terms", "text": "нет условий договора"}, "нет условий договора"),
    ("snapshot_quarantined", {"notes": ["Парк упал.", "День впереди."]}, "Снимок в карантине: Парк упал. День впереди."),
    (
        "snapshot_warning",
        {"note": "Плохо.", "places": [{"row": None, "value": None}, {"row": "v1", "value": "-1"}], "more": 3},
        "Плохо. Не так: снимок в целом, v1 (-1) и ещё 3",
    ),
    (
        "snapshot_warning",
        {"note": "Поздно.", "places": [{"row": "1.csv:3 (vehicle v (1))", "value": "0.1 days after the date's end"}], "more": 0},
        "Поздно. Не так: 1.csv:3 (машина v (1)) (на 0,1 дня позже конца суток)",
    ),
    ("unacknowledged", {"peer": "BP", "refusal": "КПП длиннее 9"}, "не может быть передано в 1С (BP): КПП длиннее 9"),
    ("bounced_address", {"text": "invoice 1: no such user"}, "invoice 1: no such user"),
]


@pytest.mark.parametrize(("kind", "parameters", "words"), CASES)
def test_words_of_a_finding(kind, parameters, words):
    assert detail_words(kind, json.loads(json.dumps(parameters))) == words


def test_words_of_earlier_versions_stay():
    assert detail_words("orphan", None, "без учётной записи; на связи") == "без учётной записи; на связи"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.sampled_from([None, "C1"])), max_size=60))
def test_runs_hold_every_day_once(days):
    occurrences = [Occurrence("k", subject, FIRST + timedelta(day), contract, {"day": day}, None, 1) for subject, day, contract in days]
    found = list(runs(occurrences))
    told = {(run.subject, run.first_day + timedelta(n)) for run in found for n in range((run.last_day - run.first_day).days + 1)}
    assert told == {(each.subject, each.seen_on) for each in occurrences}
    assert sum(run.vehicle_days for run in found) == len(told) == sum((run.last_day - run.first_day).days + 1 for run in found)
    assert all(run.parameters == {"day": (run.last_day - FIRST).days} for run in found)
