"""Whatever a request holds, no route breaks: schemathesis over all of them, logged in and not."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.cabinet.browsing import Browser

_FEW = examples(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture(scope="module")
def reader(issued_world):
    return Browser(issued_world).log_in("a@client.example")


def test_no_route_breaks(reader):
    reader.made.openapi_url = "/openapi.json"
    described = reader.made.openapi()
    schema = schemathesis.openapi.from_dict(described)
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) >= 12
    token = reader.form_token("/account")
    broken = []
    for operation in operations:
        if operation.path in ("/sign-out", "/account/sign-out-everywhere"):
            continue

        @_FEW
        @given(case=operation.as_strategy())
        def tried(case):
            fields = case.body if isinstance(case.body, dict) else {}
            body = {"form_token": token, **{str(name): str(value) for name, value in fields.items()}} if case.method == "POST" else None
            sent = case.as_transport_kwargs(base_url="http://cabinet.test")
            answer = reader.request(case.method, sent["url"], params=sent.get("params"), data=body)
            if answer.status_code >= 500 or "Traceback" in answer.text:
                broken.append((case.method, sent["url"], body, answer.status_code))

        tried()
    assert broken == []
    assert reader.get("/account").status_code == 200


@_FEW
@given(
    raw=st.binary(max_size=300),
    kind=st.sampled_from(["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json", "x"]),
)
def test_no_body_breaks_a_form(reader, raw, kind):
    assert reader.post("/login", content=raw, headers={"Content-Type": kind}).status_code in {400, 403, 422}


def test_a_zero_sign_in_any_field_is_refused_before_the_database(reader):
    """PostgreSQL takes it in no text, and its driver raises what no page foresees."""
    reader.made.openapi_url = "/openapi.json"
    token, refused = reader.form_token("/account"), 0
    for path, operations in reader.made.openapi()["paths"].items():
        if "sign-out" in path:
            continue
        for method, operation in operations.items():
            given = {each["name"]: "1\0" for each in operation.get("parameters", []) if each["in"] == "query"}
            where = path.replace("{number}", "%00")
            fields = dict.fromkeys(("address", "code", "until", "reason", "back", "organization", "debtor", "language", "theme"), "1\0")
            answer = reader.request(method.upper(), where, params=given, data={"form_token": token, **fields} if method == "post" else None)
            assert answer.status_code < 500, (method, where)
            refused += answer.status_code in {400, 403, 404, 422}
    assert refused >= 10
