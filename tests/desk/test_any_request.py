"""Whatever a request to the desk holds, no page, action or file of it breaks: schemathesis over all of them, by somebody who may act."""

import re
from datetime import date

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.testclient import TestClient

from pipelines.clock import Authorship
from pipelines.desk.app import application
from pipelines.desk.seal import Seal
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.web.forms import FIELD
from tests.conftest import NOW, ROOT
from tests.desk.looking import SignedIn

_FEW = examples(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True)
_FIELDS = sorted(
    {
        name
        for path in (ROOT / "templates" / "desk").glob("*.html")
        for name in re.findall(r'name="(\w+)"', path.read_text(encoding="utf-8"))
    }
)
# what fields really hold, so that many requests come further than the reading of them
_LIKELY = (
    "2026-02",
    "2026-01",
    "close",
    "K1",
    "C-K1",
    "ORG",
    "2026-03-01",
    "1000.00",
    "да",
    "1",
    "orphan",
    "x@client.example",
    NOW.isoformat(),
)


class Starting(SignedIn):
    """Somebody who looks, in whose name runs are started and forgotten."""

    def start(self, *_given, **_more) -> None:
        """Nothing is run here."""


@pytest.fixture(scope="module")
def house(february, tmp_path_factory):
    """February closed for K1, with K2 held back."""
    with february.copy(tmp_path_factory.mktemp("any") / "home") as made:
        person = Authorship("Анна", "проверено", NOW)
        close(made, Month(2026, 2), approver=person, issued_on=date(2026, 3, 1), at=NOW, hold=["K2"])
        yield made


@pytest.fixture(scope="module")
def browser(house):
    with TestClient(application(house, Starting(), lambda: NOW), base_url="http://localhost", follow_redirects=False) as made:
        yield made


def _described(app) -> dict:
    """The desk as OpenAPI says it: every route, with each field that a form or an address of the desk may have."""
    fields = {name: {"type": "string"} for name in _FIELDS}
    paths: dict = {}
    for route in app.routes:
        assert isinstance(route, Route)
        inside = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in re.findall(r"\{(\w+)\}", route.path)
        ]
        asked = [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]
        if "POST" in route.methods:
            form = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields}}}
            paths[route.path] = {"post": {"parameters": inside, "requestBody": {"content": form}, "responses": {}}}
        else:
            paths[route.path] = {"get": {"parameters": inside + asked, "responses": {}}}
    return {"openapi": "3.0.3", "info": {"title": "desk", "version": "1"}, "paths": paths}


def test_no_route_breaks(browser):
    operations = [each.ok() for each in schemathesis.openapi.from_dict(_described(browser.app)).get_all_operations()]
    assert len(operations) >= 25
    token, answered = Seal(Starting.key, "looking").token(NOW), set()
    for operation in operations:

        @_FEW
        @given(case=operation.as_strategy(), likely=st.dictionaries(st.sampled_from(_FIELDS), st.sampled_from(_LIKELY), max_size=12))
        def tried(case, likely):
            sent = case.as_transport_kwargs(base_url="http://localhost")
            given_fields = case.body if isinstance(case.body, dict) else {}
            body = {FIELD: token, **given_fields, **likely} if case.method == "POST" else None
            answer = browser.request(case.method, sent["url"], params={**(sent.get("params") or {}), **likely}, data=body)
            assert answer.status_code < 500, (case.method, sent["url"], body, answer.text[:500])
            assert "Traceback" not in answer.text
            answered.add((case.method, answer.status_code))

        tried()
    assert {("GET", 200), ("POST", 409)} <= answered, "none came further than the reading of its fields"


@_FEW
@given(
    raw=st.binary(max_size=300), kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "x"])
)
def test_no_body_breaks_an_action(browser, raw, kind):
    assert browser.post("/payments/take", content=raw, headers={"Content-Type": kind}).status_code in {400, 403}
