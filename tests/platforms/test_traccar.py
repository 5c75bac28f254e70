"""Traccar on loopback, with the traps of the real versions: what a snapshot holds, and what a block leaves."""

import json
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from pipelines.platforms.errors import AccessDenied, AuthFailed, Conflict, NotFound, ProtocolBroken, RateLimited, Transient
from pipelines.platforms.interface import AccountState, Blocking, Capability, Effective, Platform
from pipelines.platforms.kinds import connect
from pipelines.platforms.transport import Limits
from tests.loopback import Reply, as_json
from tests.traccar_server import ADMIN, PASSWORD, TOKEN, TraccarServer

AT = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)  # 23:50 in Moscow
SEEN = AT - timedelta(minutes=1)
VERSIONS = ["5.8", "6.5", "6.10.0", "6.14.5"]


def connector(server: TraccarServer, login: str = ADMIN, at: datetime = AT, **extra):
    secret = {"conn_type": "http", "host": server.url, "login": login, "password": PASSWORD, "extra": extra}
    return connect(Platform("gps3", "traccar", None, "gps3", "Europe/Moscow"), json.dumps(secret), at)


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture
def server(version):
    with TraccarServer(version) as made:
        yield populated(made)


def populated(made: TraccarServer) -> TraccarServer:
    """Clients 2 and 3 under manager 4; groups 10 > 11 > 12 > 13, of which 2 is linked to the first; share link 5."""
    made.user(2, "ООО «Ромашка»")
    made.user(3, "ИП Клевер", disabled=True)
    made.user(4, "Дилер", userLimit=-1)
    made.managed += [(4, 2), (4, 3)]
    if made.numbers >= (6,):
        made.user(5, "u2@gps.example:350000000000001", temporary=True)
    made.groups.update({10: 0, 11: 10, 12: 11, 13: 12})
    made.group_links.append((2, 10))
    made.device(1, (1, 2, *((5,) if made.numbers >= (6,) else ())), seen=SEEN)
    made.device(2, (2, 3), groupId=12)  # two owners; one of them in two ways
    made.device(3, groupId=12)
    made.device(4, (1,), groupId=13)  # too deep: nobody's
    made.device(5, (3,), disabled=True)
    made.device(6, (3,), expirationTime="2026-02-28T00:00:00.000+00:00")
    return made


def rows(fleet, *columns):
    return list(zip(*(fleet.vehicles[name].to_pylist() for name in ("vehicle_id", *columns)), strict=True))


def test_a_whole_snapshot_on_every_version(server):
    fleet = connector(server).fleet()
    assert rows(fleet, "account_ids", "state") == [
        ("1", ["2"], "active"),
        ("2", ["2", "3"], "active"),
        ("3", ["2"], "active"),
        ("4", [], "active"),
        ("5", ["3"], "blocked"),
        ("6", ["3"], "deactivated"),
    ]
    assert fleet.vehicles["last_message_at"].to_pylist()[:2] == [SEEN, None]
    assert fleet.vehicles["hw_id"][0].as_py() == "350000000000001"
    assert fleet.accounts.to_pylist() == [
        {"account_id": "2", "parent_account_id": "4", "name": "ООО «Ромашка»", "enabled": "1"},
        {"account_id": "3", "parent_account_id": "4", "name": "ИП Клевер", "enabled": "0"},
        {"account_id": "4", "parent_account_id": None, "name": "Дилер", "enabled": "1"},
    ]
    assert fleet.announced == 6


def test_it_never_pages_and_never_asks_for_one_device(server):
    users = 3
    connector(server, meters=False).fleet()
    queries = [(request.path, request.query) for request in server.requests]
    assert not [query for _, query in queries if {"limit", "offset", "deviceId"} & {name for name, value in query if value != "0"}]
    by_user = users if server.numbers < (6, 14) else 1  # links: one request from 6.14 on
    assert len(queries) == 1 + 2 + by_user + 1 + users + 1 + 2


@pytest.mark.parametrize("version", ["6.14.5"], indirect=True)
def test_links_that_do_not_come_at_once_are_asked_user_by_user(server):
    whole = connector(server).fleet().vehicles
    for refusal in (
        Reply(400, b"java.lang.IllegalArgumentException: one side must be non-zero"),
        as_json([]),
        Reply(200, b"<html>", "text/html"),
    ):
        server.fault = lambda request, _, refusal=refusal: refusal if request.path == "/api/permissions" else None
        assert connector(server).fleet().vehicles.equals(whole)


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_service_user_that_is_no_administrator_is_refused_before_it_gives_a_part(server):
    server.users[4] |= {"administrator": False}
    for login in ("u4@gps.example", "u2@gps.example"):
        made = connector(server, login)
        for work in (made.probe, made.fleet, partial(made.account_state, ["2"])):
            with pytest.raises(AccessDenied, match="no administrator"):
                work()


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_the_probe_tells_version_and_rights(server):
    probe = connector(server).probe()
    assert probe.version == "6.10.0"
    assert Capability.BLOCK_ACCOUNT in probe.capabilities
    server.version = "5.7"
    with pytest.raises(ProtocolBroken, match=r"older than 5\.8"):
        connector(server).probe()


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_fleet_that_changes_while_it_is_read_is_read_again(server):
    whole = connector(server).fleet()
    server.fault = _adds_a_device_at(server, "/api/devices", times=1)
    assert connector(server).fleet().vehicles.num_rows == whole.vehicles.num_rows + 1
    server.fault = _adds_a_device_at(server, "/api/devices", times=99)
    with pytest.raises(Transient, match="changed during each of 3 readings"):
        connector(server).fleet()


def _adds_a_device_at(server, path, times):
    left = [times]

    def fault(request, _):
        if request.path == path and request.one("userId") == "2" and left[0]:  # links are asked when the devices are listed
            left[0] -= 1
            server.device(100 + len(server.devices), (2,))

    return fault


@pytest.mark.parametrize("version", ["6.10.0", "6.14.5"], indirect=True)
def test_an_account_that_vanishes_in_mid_list_is_no_client_without_vehicles(server):
    """His list of links is empty then, with status 200: only the users listed again tell."""
    whole = connector(server).fleet()

    def vanishes(request, _):
        if request.path in ("/api/devices", "/api/permissions") and request.one("userId") in ("0", "2"):
            server.users.pop(2, None)
            server.links = [(user, device) for user, device in server.links if user != 2]

    server.fault = vanishes
    fleet = connector(server).fleet()
    assert set(whole.accounts["account_id"].to_pylist()) - set(fleet.accounts["account_id"].to_pylist()) == {"2"}
    assert rows(fleet, "account_ids")[1] == ("2", ["3"])
    assert server.asked("/api/users") > 4, "it was read again"


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_list_of_devices_with_what_no_column_can_hold(server):
    for row in ({"lastUpdate": "yesterday"}, {"id": 2**70}, {"lastUpdate": "2026-13-01T00:00:00.000+00:00"}):
        body = json.dumps([{"id": 1, "uniqueId": "1", **row}]).encode()
        server.fault = lambda request, _, body=body: Reply(200, body) if request.path == "/api/devices" and request.one("all") else None
        with pytest.raises(ProtocolBroken):
            connector(server).fleet()


@pytest.mark.parametrize("version", ["6.14.5"], indirect=True)
def test_links_with_a_number_that_no_column_can_hold_are_asked_user_by_user(server):
    whole = connector(server).fleet().vehicles
    body = json.dumps([{"userid": 2, "deviceid": 10**30}]).encode()
    server.fault = lambda request, _: Reply(200, body) if request.path == "/api/permissions" else None
    assert connector(server).fleet().vehicles == whole


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_several_managers_and_a_circle_of_managers(server):
    server.user(6, "Дилер 2", userLimit=-1)
    server.managed += [(6, 2), (6, 4), (4, 6)]
    fleet = connector(server).fleet()
    parents = dict(zip(fleet.accounts["account_id"].to_pylist(), fleet.accounts["parent_account_id"].to_pylist(), strict=True))
    assert parents == {"2": "4", "3": "4", "4": "6", "6": "4"}
    assert [(remark.name, remark.place) for remark in fleet.remarks] == [("several_managers", "account 2")]


# meters


def linked_to_all(server):
    server.links += [(1, number) for number in server.devices]
    return server


@pytest.mark.parametrize("version", ["6.10.0", "6.14.5"], indirect=True)
def test_daily_meters_of_the_local_day(server):
    linked_to_all(server).summaries.update(
        {
            1: {"distance": 12345.6, "engineHours": 5_400_000},
            2: {"distance": -55659.0, "engineHours": 0},
            3: {"distance": 1000.5, "engineHours": 0},
        }
    )
    fleet = connector(server).fleet()
    assert rows(fleet, "meter_distance_km", "meter_engine_hours")[:4] == [
        ("1", Decimal("12.345600"), Decimal("1.500000")),
        ("2", None, None),  # a position of the future
        ("3", Decimal("1.000500"), None),  # 0 hours with a distance: no position carried hours
        ("4", Decimal(0), Decimal(0)),  # no row: it has not moved
    ]
    assert [remark.name for remark in fleet.remarks] == ["meters_impossible"]
    asked = next(request for request in server.requests if request.path == "/api/reports/summary")
    assert (asked.one("from"), asked.one("to")) == ("2026-02-28T21:00:00Z", "2026-03-01T20:50:00Z")


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_meters_are_known_of_all_vehicles_or_of_none(server):
    assert connector(server).fleet().remarks == ()
    fleet = connector(server, meters=True).fleet()
    assert "meter_distance_km" not in fleet.vehicles.column_names
    assert [str(remark.detail) for remark in fleet.remarks] == ["the service user is linked to 2 of 4 vehicles; meters need all"]
    assert server.asked("/api/reports/summary") == 0
    assert connector(server, meters=False).fleet().remarks == ()


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_meters_are_asked_in_addresses_that_a_server_takes(server):
    for number in range(1000, 2000):
        server.device(number, (1,))
    connector(linked_to_all(server)).fleet()
    asked = [request for request in server.requests if request.path == "/api/reports/summary"]
    assert [sum(len(f"&{name}={value}") for name, value in request.query) < 7_000 for request in asked] == [True, True, True]
    assert sum(name == "deviceId" for request in asked for name, _ in request.query) == 1004


# failures


FAULTS = {
    "html": (Reply(200, b"<html>maintenance</html>", "text/html"), ProtocolBroken, 1),
    "html that is called JSON": (Reply(200, b"<html>maintenance</html>"), ProtocolBroken, 1),
    "cut short": (Reply(200, b'[{"id": 1, "name"'), ProtocolBroken, 1),
    "another shape": (Reply(200, b'[{"id": "one", "uniqueId": "1"}]'), ProtocolBroken, 1),
    "listed twice": (Reply(200, b'[{"id": 1, "uniqueId": "1"}, {"id": 1, "uniqueId": "1"}]'), ProtocolBroken, 1),
    "sent elsewhere": (Reply(302, headers={"Location": "http://other.example/"}), ProtocolBroken, 1),
    "denied": (Reply(400, b"java.lang.SecurityException: Administrator access required\n\tat x"), AccessDenied, 1),
    "denied by an old one": (Reply(400, b"Device access denied - SecurityException (X:1 < ...)"), AccessDenied, 1),
    "shut out": (Reply(400, b"java.lang.SecurityException: User is disabled\n\tat x"), AuthFailed, 1),
    "not authenticated": (Reply(401, b"jakarta.ws.rs.WebApplicationException: HTTP 401"), AuthFailed, 1),
    "fails": (Reply(500, b"oops", "text/plain"), Transient, 6),
    "gateway": (Reply(502, b"<html>", "text/html"), Transient, 6),
    "dies": (Reply(dies="at once"), Transient, 6),
    "dies half-way": (Reply(200, b"[" + b" " * 1000 + b"]", dies="half-way"), Transient, 6),
    "too many": (Reply(429), RateLimited, 6),
    "too many for an hour": (Reply(429, headers={"Retry-After": "3600"}), RateLimited, 1),
}


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_every_failure_has_its_name_and_a_sensible_retry_or_none(server, kind):
    reply, error, times = FAULTS[kind]
    server.fault = lambda request, _: reply if request.path == "/api/devices" and request.one("all") else None
    with pytest.raises(error):
        connector(server).fleet()
    assert sum(request.path == "/api/devices" and bool(request.one("all")) for request in server.requests) == times


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_failure_that_passes_leaves_no_trace_in_the_snapshot(server, pauses):
    whole = connector(server).fleet()
    passing = [Reply(429, headers={"Retry-After": "7"}), Reply(503, b"<html>", "text/html"), Reply(dies="at once")]
    server.fault = lambda request, _: passing.pop(0) if request.path == "/api/groups" and request.one("userId") and passing else None
    again = connector(server).fleet()
    assert again.vehicles.equals(whole.vehicles)
    assert 7.0 in pauses
    assert len(pauses) == 3
    assert len({pause % 1 for pause in pauses}) > 1, "the pauses carry jitter"


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_server_that_dies_on_the_seventh_request_of_a_snapshot_gives_none(server):
    server.fault = lambda _, before: Reply(dies="at once") if before >= 6 else None
    with pytest.raises(Transient, match="gps3"):
        connector(server).fleet()


def test_a_server_that_is_still_starting_is_waited_for(pauses):
    with TraccarServer() as server:
        made = connector(server)
    with pytest.raises(Transient, match="cannot be reached"):  # nobody listens there any more
        made.probe()
    assert len(pauses) == 5
    assert sum(pauses) > 20, "a real one is up after some 20 s"


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_answers_have_bounds(server):
    made = connector(server)
    made._transport.limits = Limits(megabytes=0)
    with pytest.raises(ProtocolBroken, match="larger than 0 MiB"):
        made.probe()


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_server_that_falls_silent_or_never_ends_is_left_after_a_time(server):
    woken = threading.Event()
    made = connector(server)
    made._transport.limits = Limits(piece=0.05)
    server.fault = lambda *_: woken.wait(10) and None
    try:
        with pytest.raises(Transient, match=r"no answer in time \(ReadTimeoutError\)"):
            made.probe()
    finally:
        woken.set()
    server.fault = None
    made._transport.limits = Limits(whole=0.0)
    with pytest.raises(Transient, match="not complete after 0 s"):
        made.probe()


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_clock_that_is_off_is_named(server):
    server.clock = AT + timedelta(hours=1, seconds=5)
    assert [remark.detail for remark in connector(server, meters=False).fleet().remarks] == [
        "the platform's clock is 60 minutes ahead; messages near midnight may get the wrong day"
    ]
    server.clock = AT + timedelta(seconds=90)
    assert connector(server, meters=False).fleet().remarks == ()


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_credentials_that_are_not_taken(server):
    platform = Platform("gps3", "traccar", server.url, "gps3", "UTC")
    with pytest.raises(AuthFailed, match="AIRFLOW_CONN_GPS3 is not set"):
        connect(platform, None, AT)
    with pytest.raises(AuthFailed, match="neither a URI"):
        connect(platform, '{"conn_type": ', AT)
    with pytest.raises(AuthFailed, match="plain_http"):
        connect(platform, "http://u:p@gps.example", AT)
    with pytest.raises(AuthFailed, match="login and a password or token"):
        connect(platform, "http://127.0.0.1:1", AT)
    with pytest.raises(AuthFailed, match="does not accept"):
        connect(platform, json.dumps({"login": ADMIN, "password": "wrong"}), AT).probe()
    server.fault = lambda request, _: Reply(400, b"java.lang.ArrayIndexOutOfBoundsException: arraycopy") if request.path != "/x" else None
    with pytest.raises(AuthFailed, match="token"):
        connector(server, token="garbage").probe()
    server.fault = None
    assert connector(server, token=TOKEN).probe().version == "6.10.0"


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_secrets_stand_in_no_message_and_no_log(server, caplog, capfd):
    caplog.set_level("DEBUG")
    said = []
    for reply in [reply for reply, *_ in FAULTS.values()]:
        server.fault = lambda request, _, reply=reply: reply
        for extra in ({}, {"token": TOKEN}):
            made = connector(server, **extra)
            said += [repr(made._access), str(made._access)]
            for work in (made.fleet, partial(made.set_account_blocked, "2", blocked=True)):
                with pytest.raises(Exception, match=r"gps3|answer") as caught:
                    work()
                said += [str(caught.value), repr(caught.value), repr(caught.value.__context__)]
    server.fault = None
    connector(server).set_account_blocked("2", blocked=True)
    everything = "\n".join([*said, caplog.text, *capfd.readouterr()])
    assert not [secret for secret in (PASSWORD, TOKEN, "totp-secret", "YWRtaW5AZ3Bz") if secret in everything]


# blocking


def test_a_block_changes_one_field_and_is_read_back(server):
    server.users[2] |= {"phone": "+7 700", "attributes": {"contract": "К-1"}, "expirationTime": "2030-01-01T00:00:00.000+00:00"}
    before = dict(server.users[2])
    assert connector(server).set_account_blocked("2", blocked=True) == Blocking(False, True, Effective.NOW)
    assert server.users[2] == {**before, "disabled": True}
    assert connector(server).set_account_blocked("2", blocked=True) == Blocking(True, True, Effective.NOW)
    assert connector(server).set_account_blocked("2", blocked=False) == Blocking(True, False, Effective.NOW)
    assert server.users[2] == before
    assert [request.method for request in server.requests].count("PUT") == 2


def test_a_vehicle_is_blocked_the_same_way_though_its_messages_go_on_meanwhile(server):
    def fault(request, _):
        if request.method == "GET" and request.path == "/api/devices/1":
            server.devices[1] |= {"lastUpdate": f"2026-03-01T20:50:0{len(server.requests) % 10}.000+00:00", "status": "online"}

    server.fault = fault
    assert connector(server).set_vehicle_blocked("1", blocked=True) == Blocking(False, True, Effective.NOW)
    assert server.devices[1]["disabled"] is True


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_what_must_not_be_written_to(server):
    server.users[2]["expirationTime"] = "2026-02-01T00:00:00.000+00:00"
    made = connector(server)
    assert made.set_account_blocked("2", blocked=False) == Blocking(True, True, Effective.NOW)  # somebody else's block
    assert made.set_account_blocked("2", blocked=True) == Blocking(True, True, Effective.NOW)
    for account in ("1", "5"):
        with pytest.raises(AccessDenied, match="administrator or a share link"):
            made.set_account_blocked(account, blocked=True)
    for account in ("99", "../devices/1", "２"):
        with pytest.raises(NotFound):
            made.set_account_blocked(account, blocked=True)
    assert not [request for request in server.requests if request.method != "GET"]


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_states_of_accounts_come_in_one_request(server):
    server.users[2]["expirationTime"] = "2026-02-01T00:00:00.000+00:00"
    assert connector(server).account_state(["1", "2", "3", "4", "5", "99"]) == {
        "1": AccountState("1", False, True),
        "2": AccountState("2", True, False),
        "3": AccountState("3", True, False),
        "4": AccountState("4", False, False),
    }
    assert len(server.requests) == 1


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_write_that_did_nothing_or_met_another_one_is_a_conflict(server):
    server.ignores_writes = True
    with pytest.raises(Conflict, match="reads as it was before"):
        connector(server).set_account_blocked("2", blocked=True)
    server.ignores_writes = False
    server.requests.clear()

    def fault(request, _):  # a form that was open in a browser is saved right after our write
        if request.method == "GET" and any(each.method == "PUT" for each in server.requests):
            server.users[2]["phone"] = "+7 999"

    server.fault = fault
    with pytest.raises(Conflict, match=r"somebody else at the same moment: phone$"):
        connector(server).set_account_blocked("2", blocked=True)
    assert server.users[2]["phone"] == "+7 999"


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_a_write_whose_answer_is_lost_is_read_and_never_repeated(server):
    def does_it_and_dies(request, _):
        if request.method == "PUT":
            server.reply(request)
            return Reply(dies="at once")
        return None

    server.fault = does_it_and_dies
    assert connector(server).set_account_blocked("2", blocked=True) == Blocking(False, True, Effective.NOW)
    server.fault = lambda request, _: Reply(dies="at once") if request.method == "PUT" else None
    with pytest.raises(Transient):
        connector(server).set_account_blocked("2", blocked=False)
    assert server.users[2]["disabled"] is True
    assert [request.method for request in server.requests].count("PUT") == 2


def below(server, *accounts, **extra):
    listed = connector(server, **extra).accounts_below(accounts)
    return {top: [(each.account_id, each.above, each.blocked, each.is_share_link) for each in under] for top, under in listed.items()}


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_what_a_block_has_to_take_with_it(server):
    """Share links are named after their maker; managers are walked down, also in a circle; administrators are under nobody."""
    server.users[4]["email"] = "u2@gps.example:x"  # a name that begins like another's
    server.user(6, "u2@gps.example:x:8", email="u2@gps.example:x:8", temporary=True, disabled=True)
    server.user(7, "Диспетчер", userLimit=-1)
    server.user(8, "Водитель", expirationTime="2026-02-01T00:00:00.000+00:00")
    server.users[5]["email"] = "u2@gps.example:350000000000001"
    server.managed += [(4, 1), (4, 7), (7, 8), (7, 4)]
    assert below(server, "4", "2", "99", "1") == {
        "4": [
            ("6", "4", True, True),
            ("2", "4", False, False),
            ("5", "2", False, True),
            ("3", "4", True, False),
            ("7", "4", False, False),
            ("8", "7", True, False),
        ],
        "2": [("5", "2", False, True)],
    }
    made = connector(server)
    assert made.set_share_link_blocked("5", blocked=True) == Blocking(False, True, Effective.NOW)
    assert made.share_link_state(["2", "5", "99"]) == {"5": AccountState("5", True, False)}
    assert server.users[5]["disabled"] is True
    with pytest.raises(AccessDenied, match="no share link"):
        made.set_share_link_blocked("2", blocked=True)
    assert made.vehicle_state(["1", "5", "6", "99"]) == {"1": False, "5": True, "6": True}


@pytest.mark.parametrize("version", ["6.5", "6.10.0", "6.14.5"], indirect=True)
def test_who_edited_a_user_is_told_where_the_server_remembers_it(server, version):
    server.edit(2, 1, AT - timedelta(hours=2), disabled=True)
    server.edit(2, 4, AT - timedelta(hours=1), disabled=False)
    server.edit(3, 4, AT - timedelta(days=3))
    edits = connector(server).last_edits(["2", "3"], AT - timedelta(days=1))
    told = {} if version == "6.5" else {"2": (AT - timedelta(hours=1), "u4@gps.example")}
    assert {number: (edit.at, edit.by) for number, edit in edits.items()} == told


@pytest.mark.parametrize("version", ["6.10.0"], indirect=True)
def test_an_edit_between_our_reading_and_our_writing_is_noticed(server):
    """A form saved in that moment has lost its change to our whole object: no field tells it, the audit does."""
    server.clock = AT

    def fault(request, _):
        if request.method == "PUT":
            server.edit(2, 4, AT, phone="+7 999")

    server.fault = fault
    with pytest.raises(Conflict, match="edited by somebody else at the same moment"):
        connector(server).set_account_blocked("2", blocked=True)
