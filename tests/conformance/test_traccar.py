"""Traccar as others wrote it down: its own OpenAPI file judges our requests, and what a real server answered is replayed to us."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from pipelines.platforms.errors import AccessDenied, AuthFailed, InvalidInput, NotFound
from pipelines.platforms.interface import Blocking, Effective, Platform
from pipelines.platforms.kinds import connect
from pipelines.platforms.traccar_answers import failure_of
from pipelines.platforms.transport import Response
from tests.conftest import SHARED
from tests.loopback import Loopback, Reply
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer

FORMATS = SHARED / "formats" / "traccar"
OPENAPI, RECORDED = FORMATS / "traccar-openapi.yaml", FORMATS / "traccar-6.10.0-recorded-exchanges.json"
USED = ("/server", "/users", "/users/{id}", "/devices", "/devices/{id}", "/groups", "/permissions", "/reports/summary", "/audit")
AT = datetime(2026, 11, 22, 21, 20, tzinfo=UTC)

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not RECORDED.exists(), reason="the formats of Traccar are not beside the checkout"),
]


def connector(url: str, login: str = ADMIN):
    secret = {"conn_type": "http", "host": url, "login": login, "password": PASSWORD}
    return connect(Platform("gps3", "traccar", None, "gps3", "Europe/Moscow"), json.dumps(secret), AT)


def test_every_request_is_one_that_the_interface_declares():
    import yaml
    from openapi_core import Config, OpenAPI
    from openapi_core.testing import MockRequest

    with TraccarServer("6.14.5") as server:
        server.user(2, "ООО «Ромашка»", userLimit=-1)
        server.device(1, (1, 2))
        server.groups[10] = 0
        server.fault = _refuses_links_at_once
        made = connector(server.url)
        made.probe()
        made.fleet()
        made.account_state(["2"])
        made.set_account_blocked("2", blocked=True)
        made.set_vehicle_blocked("1", blocked=True)
        asked = list(server.requests)
    with OPENAPI.open(encoding="utf-8") as file:
        written = yaml.load(file, Loader=yaml.CSafeLoader)
    used = {path: written["paths"][path] for path in USED}  # a smaller file is read in a tenth of the time
    interface = OpenAPI.from_dict({**written, "paths": used}, config=Config(spec_validator_cls=None))
    for request in {(each.method, each.path, tuple(sorted({name for name, _ in each.query}))): each for each in asked}.values():
        interface.validate_request(
            MockRequest(
                "http://localhost:8082",
                request.method.lower(),
                request.path,
                args=_arguments(request),
                data=_without_nulls(request.body),
                headers={"Authorization": request.headers["authorization"]},
                content_type=request.headers.get("content-type", "application/json"),
            )
        )
    paths = {(request.method, request.path.rstrip("0123456789")) for request in asked}
    assert paths == {
        ("GET", f"/api/{path}")
        for path in ("server", "users", "devices", "groups", "permissions", "reports/summary", "audit", "users/", "devices/")
    } | {("PUT", "/api/users/"), ("PUT", "/api/devices/")}
    with pytest.raises(Exception, match="Path not found"):  # the judge can refuse
        interface.validate_request(MockRequest("http://localhost:8082", "get", "/api/nothing"))


def _refuses_links_at_once(request, _):
    return Reply(400, b"java.lang.IllegalArgumentException") if request.path == "/api/permissions" else None


def _without_nulls(body):
    """The file knows no null, though every object of a real server has some, and takes them back."""
    return json.dumps({name: value for name, value in json.loads(body).items() if value is not None}).encode() if body else None


def _arguments(request):
    from werkzeug.datastructures import ImmutableMultiDict

    return ImmutableMultiDict(request.query)


class Recorded(Loopback):
    """Gives each request, by method and address, the body that a real 6.10.0 gave; any other request is a failure."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = {}

    def reply(self, request):
        key = (request.method, request.path + (f"?{urlencode(request.query)}" if request.query else ""))
        return Reply(200, json.dumps(self.answers[key]).encode()) if key in self.answers else Reply(418)


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def test_a_snapshot_of_what_a_real_server_answered(recorded):
    """The first run: client 2 has devices 1-3, a dealer manages him, device 4 is nobody's. Lists that nobody recorded are empty."""
    said = {each["label"]: each.get("response", {}).get("body") for each in recorded["recorded"]}
    server = Recorded()
    server.answers = {
        ("GET", f"/api/{path}"): answer
        for path, answer in {
            "server": said["server"],
            "users": said["users"],
            "devices?all=true": said["devices-all"],
            "devices?userId=1": [],
            "devices?userId=2": said["devices-of-user"],
            "devices?userId=3": [],
            "devices?userId=4": [],
            "groups?all=true": [],
            "users?userId=4": said["users-of-manager"],
        }.items()
    }
    with server:
        fleet = connector(server.url, "admin@x.kz").fleet()
    assert fleet.vehicles.select(["vehicle_id", "account_ids", "hw_id", "state"]).to_pylist() == [
        {"vehicle_id": str(number), "account_ids": owners, "hw_id": f"35209308100000{number}", "state": "active"}
        for number, owners in ((1, ["2"]), (2, ["2"]), (3, ["2"]), (4, []))
    ]
    assert fleet.vehicles["last_message_at"][0].as_py() == datetime(2026, 11, 22, 21, 17, 19, 378000, tzinfo=UTC)
    assert fleet.accounts.select(["account_id", "parent_account_id", "enabled"]).to_pylist() == [
        {"account_id": "2", "parent_account_id": "4", "enabled": "1"},
        {"account_id": "3", "parent_account_id": None, "enabled": "1"},
        {"account_id": "4", "parent_account_id": None, "enabled": "1"},
    ]


def test_a_block_puts_back_what_a_real_server_took(recorded):
    """What we send to block user 2 is what the recording sent, and the real server answered 200 to it."""
    exchange = {each["label"]: each for each in recorded["recorded"]}
    raw, blocked = exchange["get-user"]["response"]["body"], exchange["block-user"]["response"]["body"]

    class Replay(Recorded):
        def reply(self, request):
            if request.method == "PUT":
                self.answers["GET", "/api/users/2"] = blocked
                return Reply(200, json.dumps(blocked).encode())
            return super().reply(request)

    with Replay() as server:
        server.answers["GET", "/api/users/2"] = raw
        assert connector(server.url).set_account_blocked("2", blocked=True) == Blocking(False, True, Effective.NOW)
    [put] = [request for request in server.requests if request.method == "PUT"]
    assert json.loads(put.body) == {**raw, "disabled": True}
    assert put.path == exchange["block-user"]["request"]["path"]


@pytest.mark.parametrize(
    ("label", "error"),
    [
        ("no-auth", AuthFailed),
        ("bad-password", AuthFailed),
        ("bad-token", InvalidInput),
        ("device-404", NotFound),
        ("device-denied", AccessDenied),
        ("statistics-denied", AccessDenied),
        ("client-blocks-self", AccessDenied),
        ("blocked-user-bearer", AuthFailed),
        ("blocked-user-login", AuthFailed),
        ("put-unknown-field", InvalidInput),
        ("wrong-field-type", InvalidInput),
        ("permissions-all", InvalidInput),
        ("put-missing-device", type(None)),  # a 200, whatever became of it: so it is read back
    ],
)
def test_refusals_of_a_real_server_have_our_names(recorded, label, error):
    response = next(each["response"] for each in recorded["recorded"] if each["label"] == label)
    body = response["body"] if isinstance(response["body"], str) else json.dumps(response["body"])
    failure = failure_of(Response(response["status"], response["content_type"] or "", body.encode()), "asked")
    assert isinstance(failure, error)
    assert "x.kz" not in str(failure)
