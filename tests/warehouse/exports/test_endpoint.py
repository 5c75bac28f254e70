"""Exports over HTTP, by a real server on loopback: tokens, forms, deltas, errors; and nobody ever sees another's rows."""

import io
import json
import logging
import signal
import subprocess
import sys

import httpx
import jsonschema
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pipelines.exports.datasets import DATASETS, json_row
from pipelines.exports.endpoint import application
from pipelines.exports.giving import give
from pipelines.exports.representations import NotAcceptable, form
from tests.exporting import AT, DAY, ExportHouse
from tests.serving import serving
from tests.smtp_server import free_port

TOKENS = {name: f"{name}-secret-0123456789" for name in ("crm", "logistics", "narrow", "twin")} | {"short": "short"}


def secret(name: str) -> str | None:
    return json.dumps({"conn_type": "http", "password": TOKENS[name]}) if name in TOKENS else None


@pytest.fixture
def house(settings):
    return ExportHouse(settings).furnish()


@pytest.fixture
def get(house, settings):
    with serving(application(settings, lambda: AT, secret), lifespan="off") as port, httpx.Client(timeout=30) as client:

        def call(path: str, whose: str | None = "crm", **headers) -> httpx.Response:
            given = {"Authorization": f"Bearer {TOKENS.get(whose, whose)}"} if whose else {}
            return client.get(
                f"http://127.0.0.1:{port}/v1{path}", headers={**given, **{key.replace("_", "-"): value for key, value in headers.items()}}
            )

        yield call


def lines(answer: httpx.Response) -> list[dict]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_states_deltas_forms_and_what_is_known_already(house, settings, get, caplog):
    caplog.set_level(logging.INFO)
    house.consumer("crm", connection="crm", personal_data=True)
    assert (get("/clients").status_code, get("/clients").json()["title"]) == (404, "Nothing is exported yet")
    give(settings, "crm", AT, as_of=DAY)
    state = get("/fleets")
    assert (state.headers["fleetbill-cursor"], state.headers["fleetbill-rows"], len(lines(state))) == ("1", "state", 40)
    assert state.headers["content-type"] == "application/x-ndjson"
    schema = get("/fleets/schema").json()
    for row in lines(state):
        jsonschema.validate(row, schema)
    csv = get("/fleets?format=csv").text.splitlines()
    assert (csv[0], len(csv)) == ("contract_no,date,client_code,fleet_size,online_minutes", 41)
    table = pq.read_table(io.BytesIO(get("/fleets", accept="application/vnd.apache.parquet").content)).to_pylist()
    assert [json_row(DATASETS["fleets"].names, tuple(row.values())) for row in table] == lines(state)
    unchanged = get("/fleets", if_none_match=f'"other", W/{state.headers["etag"]}')
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", state.headers["etag"])
    assert lines(get("/fleets?since=1")) == []

    house.client("E", "7714010001")
    give(settings, "crm", AT, as_of=DAY)
    delta = get("/clients?since=1")
    assert [(row["change"], row["client_code"]) for row in lines(delta)] == [("added", "E")]
    assert (delta.headers["fleetbill-cursor"], delta.headers["link"]) == ("2", '</v1/clients?since=2>; rel="next"')
    jsonschema.validate(lines(delta)[0], get("/clients/schema?of=changes").json())
    assert get("/clients?since=1").headers["etag"] == delta.headers["etag"] != get("/clients").headers["etag"]
    moment = get("/debts?since=2026-02-01T00:00:00%2B03:00")
    assert [(row["change"], row["client_code"], row["open"]) for row in lines(moment)] == [
        ("added", "A", "3600.00"),
        ("added", "B", "1500.00"),
    ]
    assert get("").json()["cursor"] == "2"
    assert not any(token in caplog.text for token in TOKENS.values() if token != "short")


def test_every_error_is_problem_json_and_names_what_is_wrong(house, settings, get):
    house.consumer("crm", connection="crm", datasets="clients")
    house.consumer("over", connection="logistics", valid_to=DAY.replace(month=2))
    house.consumer("weak", connection="short")
    house.consumer("one", connection="twin")
    house.consumer("two", connection="twin")
    give(settings, "crm", AT, as_of=DAY)
    cases = [
        (get("/clients", None), 401, "Bearer TOKEN"),
        (get("/clients", "wrong-token-0123456789"), 401, "Bearer TOKEN"),
        (get("/clients", None, authorization=f"Basic {TOKENS['crm']}"), 401, "Bearer TOKEN"),
        (get("/clients", None, authorization="Bearer"), 401, "Bearer TOKEN"),
        (get("/clients", "short"), 401, "Bearer TOKEN"),
        (get("/clients", "twin"), 401, "Bearer TOKEN"),
        (get("/clients", "logistics"), 403, "was served until 2026-02-01"),
        (get("/debts"), 403, "may not have debts; it has clients"),
        (get("/debts/schema"), 403, "may not have debts"),
        (get("/secrets"), 404, "there is no dataset 'secrets'"),
        (get("/clients/rows"), 404, ""),
        (get("/clients?since=7"), 400, "7 is no cursor of crm"),
        (get("/clients?since=%00"), 400, "neither a cursor nor a moment"),
        (get("/clients?format=xml"), 400, "'xml' is not one of jsonl, csv, parquet"),
        (get("/clients?token=x"), 400, "unknown parameter token"),
        (get("/clients?since=1&since=2"), 400, "given twice"),
        (get("/clients/schema?of=x"), 400, "neither state nor changes"),
        (get("/clients", accept="text/html"), 406, "application/x-ndjson"),
    ]
    for answer, status, said in cases:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
        assert answer.json()["status"] == status
        assert said in answer.json()["detail"]
    assert cases[0][0].headers["www-authenticate"].startswith("Bearer")

    house.consumer("crm", connection="crm", datasets="clients", dealers="D")
    assert (get("/clients").status_code, get("/clients?since=1").status_code) == (404, 404)  # exported under other rights
    give(settings, "crm", AT, as_of=DAY)
    assert (len(lines(get("/clients"))), get("/clients?since=1").status_code) == (3, 410)
    for path in (settings.home / "documents" / "exports" / "crm" / "state").glob("clients-*"):
        path.unlink()
    assert (get("/clients").status_code, get("/clients").headers["retry-after"]) == (503, "60")


def test_the_command_serves_until_it_is_interrupted(house, settings, environment):
    house.consumer("crm", connection="crm", datasets="clients")
    house.consumer("weak", connection="short", datasets="clients")
    give(settings, "crm", AT)
    port = free_port()
    tokens = {f"AIRFLOW_CONN_{name.upper()}": secret(name) for name in ("crm", "short")}
    command = [sys.executable, "-m", "pipelines.cli", "export", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**environment, **tokens}, stderr=subprocess.PIPE, text=True)
    try:
        transport = httpx.HTTPTransport(retries=0)
        with httpx.Client(transport=transport, headers={"Authorization": f"Bearer {TOKENS['crm']}"}) as client:
            answer = _first_answer(client, process, f"http://127.0.0.1:{port}/v1/clients")
        assert [row["client_code"] for row in lines(answer)] == ["A", "B", "C", "D"]
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]
    assert process.returncode in (0, 130), said
    assert "weak: AIRFLOW_CONN_SHORT holds no token of 16 characters; it is not served" in said
    assert not any(token in said for token in TOKENS.values() if token != "short")


def _first_answer(client: httpx.Client, process: subprocess.Popen, url: str) -> httpx.Response:
    """What the server says as soon as it listens."""
    while process.poll() is None:
        try:
            return client.get(url)
        except httpx.ConnectError:
            continue
    raise AssertionError(process.communicate()[1])


OWNERS = {"A": ("ORG", "D", None), "B": ("SEC", "D", None), "C": ("ORG", None, "опт"), "D": ("ORG", None, None)}


@pytest.fixture
def asked(house, settings, get):
    """What a consumer with these rights gets: dataset → the clients of its rows."""
    count = 0

    def ask(**rights) -> dict[str, set[str]]:
        nonlocal count
        count += 1
        house.sql("DELETE FROM master.consumers")
        house.consumer(f"c{count}", connection="narrow", **rights)
        house.consumer("all", connection="crm")
        give(settings, f"c{count}", AT, as_of=DAY)
        return {name: {row["client_code"] for row in lines(get(f"/{name}", "narrow"))} for name in DATASETS}

    return ask


def test_no_consumer_sees_anothers_rows(asked):
    def some(values):
        return st.none() | st.sets(st.sampled_from(values), min_size=1).map(lambda chosen: ",".join(sorted(chosen)))

    @examples(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(some(["ORG", "SEC"]), some(["A", "C", "D"]), some(["опт", "розница"]))
    def holds(organizations, dealers, categories):
        allowed = {
            code
            for code, (organization, dealer, category) in OWNERS.items()
            if (organizations is None or organization in organizations.split(","))
            and (dealers is None or {code, dealer} & set(dealers.split(",")))
            and (categories is None or category in categories.split(","))
        }
        seen = asked(organizations=organizations, dealers=dealers, categories=categories)
        assert seen["clients"] == seen["contracts"] == seen["statuses"] == allowed
        assert seen["fleets"] == allowed - {"D"}
        assert seen["debts"] == allowed & {"A", "B"}

    holds()


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "jsonl"),
        ("*/*", "jsonl"),
        ("text/*", "csv"),
        ("text/csv;q=0.5, application/x-ndjson;q=0.1", "csv"),
        ("application/vnd.apache.parquet, */*;q=0.1", "parquet"),
        ("application/x-ndjson;q=0, */*", "csv"),
        ("text/csv;q=x", None),
        ("application/json", None),
    ],
)
def test_the_form_that_is_wanted_most(accept, expected):
    if expected is None:
        with pytest.raises(NotAcceptable):
            form(None, accept)
    else:
        assert form(None, accept) == expected
