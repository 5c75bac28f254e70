"""Wialon on loopback: the vendor's own client talks to the stand-in too, so both sides agree on what is sent and answered."""

import json
from datetime import UTC, datetime

import pytest

from pipelines.platforms.errors import AccessDenied, AuthFailed, Conflict, NotFound, ProtocolBroken, RateLimited, Transient
from pipelines.platforms.interface import AccountState, Blocking, Capability, Effective, Platform
from pipelines.platforms.kinds import connect
from tests.loopback import Reply
from tests.wialon_server import DEALER, TOKEN, WialonServer

AT = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)
SPEC = {"itemsType": "avl_unit", "propName": "sys_name", "propValueMask": "*", "sortType": "sys_id"}


@pytest.fixture
def server():
    with WialonServer() as made:
        made.account(2001, "ООО «Ромашка»")
        made.account(2002, "ИП Клевер", enabled=0)
        sensors = {"1": {"id": 1, "n": "Топливо", "t": "fuel level", "p": "fuel"}, "2": {"id": 2, "n": "Дверь", "t": "digital", "p": "in1"}}
        late = {"t": 1767225000, "rt": 1767225003, "tp": "ud", "p": {"fuel": 41.5}}
        made.unit(5001, 2001, lmsg=late, sens=sensors, cfl=0x100, cnm=1234, cneh=56)
        made.unit(5002, 2001, act=0, lmsg={"t": 1767225000, "tp": "ud", "p": {}})
        made.unit(5003, 2002, sens=[])
        yield made


def connector(server: WialonServer, token: str = TOKEN):
    secret = json.dumps({"conn_type": "http", "host": server.url, "password": token})
    return connect(Platform("gps4", "wialon", None, "gps4", "Europe/Moscow"), secret, AT)


def test_a_whole_snapshot(server):
    fleet = connector(server).fleet()
    assert fleet.vehicles.select(["vehicle_id", "account_id", "hw_id", "state", "last_message_at"]).to_pylist() == [
        dict(zip(("vehicle_id", "account_id", "hw_id", "state", "last_message_at"), row, strict=True))
        for row in (
            ("5001", "2001", "352093081005001", "active", datetime(2025, 12, 31, 23, 50, 3, tzinfo=UTC)),  # arrival
            ("5002", "2001", "352093081005002", "deactivated", datetime(2025, 12, 31, 23, 50, tzinfo=UTC)),  # the device's word
            ("5003", "2002", "352093081005003", "active", None),
        )
    ]
    assert [tuple(row.values()) for row in fleet.accounts.to_pylist()] == [
        (str(DEALER), None, "Дилер", "1"),
        ("2001", str(DEALER), "ООО «Ромашка»", "1"),
        ("2002", str(DEALER), "ИП Клевер", "0"),
    ]
    assert [tuple(row.values()) for row in fleet.sensors.to_pylist()] == [
        ("5001", "1", "Топливо", "fuel level", "fuel", "41.5"),
        ("5001", "2", "Дверь", "digital", "in1", None),
    ]
    assert fleet.announced == 3
    assert server.called == ["token/login", "core/search_items", "core/search_items", "account/get_account_data"]


def test_the_vendor_client_reads_the_stand_in_as_we_do(server):
    from wialon import Wialon, WialonError

    client = Wialon(scheme="http", host="127.0.0.1", port=int(server.url.rpartition(":")[2]))
    login = client.token_login(token=TOKEN)
    client.sid = login["eid"]
    listed = client.core_search_items(spec=SPEC, force=1, flags=13573, **{"from": 0, "to": 0})
    assert [str(item["id"]) for item in listed["items"]] == connector(server).fleet().vehicles["vehicle_id"].to_pylist()
    data = client.account_get_account_data(itemId=[2001, 2002], type=1)
    assert {number: bool(each["enabled"] and each["parentEnabled"]) for number, each in data.items()} == {
        number: not state.blocked for number, state in connector(server).account_state(["2001", "2002"]).items()
    }
    client.account_enable_account(itemId=2001, enable=0)
    assert connector(server).account_state(["2001"])["2001"].blocked is True
    server.dies()
    with pytest.raises(WialonError, match="session"):
        client.account_get_account_data(itemId=[2001], type=1)


def test_what_the_token_may_not_see_is_unknown_and_never_active(server):
    for hidden in ("act", "uid"):
        del server.units[5001][hidden]
    assert connector(server).fleet().vehicles.select(["state", "hw_id"]).to_pylist()[0] == {"state": None, "hw_id": None}
    with pytest.raises(AccessDenied, match="1 of 3 units"):
        connector(server).probe()


def test_thousands_of_units_without_a_device_are_no_duplicates_of_each_other(server):
    from pipelines.evidence.keys import device_keys
    from pipelines.evidence.normalise import identify
    from pipelines.platforms.interface import Snapshot

    for number in range(10_000, 15_000):
        server.unit(number, 2001, uid="")
    fleet = connector(server).fleet()
    made = identify(Snapshot("gps4", AT.date(), AT, "Europe/Moscow", fleet.vehicles, fleet.accounts, fleet.announced))
    assert made.ordered["hw_id"].null_count == 5_000
    assert device_keys(made.ordered["hw_id"].combine_chunks()).null_count == 5_000


def test_the_probe_tells_what_the_token_may_do(server):
    assert connector(server).probe().capabilities == {
        Capability.LIST_VEHICLES,
        Capability.LIST_ACCOUNTS,
        Capability.LIST_SENSORS,
        Capability.DAILY_METERS,
        Capability.BLOCK_ACCOUNT,
    }
    server.accounts[DEALER]["dealerRights"] = 0
    assert Capability.BLOCK_ACCOUNT not in connector(server).probe().capabilities


def test_a_token_without_rights_for_sensors_gives_the_fleet_and_says_so(server):
    del server.units[5001]["sens"]
    fleet = connector(server).fleet()
    assert (fleet.sensors.num_rows, [remark.detail for remark in fleet.remarks]) == (
        0,
        ["the token may not see the sensors of 1 of 3 units"],
    )
    for unit in (5002, 5003):
        del server.units[unit]["sens"]
    fleet = connector(server).fleet()
    assert (fleet.sensors, fleet.vehicles.num_rows) == (None, 3), "unknown is not none"
    assert [(remark.name, remark.detail) for remark in fleet.remarks] == [
        ("sensors_hidden", "the token may not see the sensors of 3 of 3 units")
    ]
    assert Capability.LIST_SENSORS not in connector(server).probe().capabilities


def test_a_session_that_dies_between_two_requests_is_renewed_once(server):
    whole = connector(server).fleet()
    made = connector(server)
    made.probe()
    server.dies()
    assert made.fleet().vehicles.equals(whole.vehicles)
    for code in (1, 4, 7, 1011):  # 4 and 7 stand for a session that is over, too
        server.failing.append(("account/get_account_data", {"error": code}))
        assert made.fleet().accounts.equals(whole.accounts)


ERRORS = [
    (4, Transient, 6),  # an account is gone from the list of ids: read anew, twice each time for the session's sake
    (7, AccessDenied, 2),
    (6, Transient, 6),
    (1003, RateLimited, 6),
    (14, AccessDenied, 1),
    (2, ProtocolBroken, 1),
    (4711, ProtocolBroken, 1),
]


@pytest.mark.parametrize(("code", "error", "times"), ERRORS)
def test_an_error_inside_a_200_has_its_name(server, code, error, times):
    server.failing += [("account/get_account_data", {"error": code, "reason": "secret reason"})] * times
    with pytest.raises(error) as caught:
        connector(server).fleet()
    assert server.called.count("account/get_account_data") == times
    assert "secret reason" not in str(caught.value)


def test_a_login_that_fails_for_a_moment_is_tried_six_times_and_not_six_times_six(server):
    server.fault = lambda request, _: Reply(502, b"<html>", "text/html")
    with pytest.raises(Transient):
        connector(server).fleet()
    assert len(server.requests) == 6


def test_a_list_that_is_not_whole_is_refused(server):
    server.announces = 4
    with pytest.raises(ProtocolBroken, match="3 of 4 came"):
        connector(server).fleet()
    server.announces = None
    server.units[9] = server.units[5001]
    with pytest.raises(ProtocolBroken, match="twice"):
        connector(server).fleet()


def test_pages_of_a_proxy_are_no_results(server):
    server.fault = lambda request, _: Reply(200, b"<html>maintenance</html>", "text/html")
    with pytest.raises(ProtocolBroken, match="text/html came instead of JSON"):
        connector(server).fleet()
    server.fault = None
    with pytest.raises(AuthFailed) as refused:
        connector(server, "wrong-secret-token").fleet()
    assert "wrong-secret-token" not in str(refused.value)


def test_an_account_that_nobody_may_see_is_noticed_and_its_units_stay(server):
    server.unit(5004, 3001)
    fleet = connector(server).fleet()
    assert fleet.vehicles.num_rows == 4
    assert [(remark.name, remark.place) for remark in fleet.remarks] == [("account_hidden", "account 3001")]


def test_states_are_those_of_the_account_and_all_above_it(server):
    server.accounts[DEALER]["enabled"] = 0
    assert connector(server).account_state([str(DEALER), "2001", "99"]) == {
        str(DEALER): AccountState(str(DEALER), True, True),
        "2001": AccountState("2001", True, False),
    }


def test_a_block_is_read_back(server):
    made = connector(server)
    assert made.set_account_blocked("2001", blocked=True) == Blocking(False, True, Effective.NOW)
    assert made.set_account_blocked("2001", blocked=True) == Blocking(True, True, Effective.NOW)
    assert made.set_account_blocked("2001", blocked=False) == Blocking(True, False, Effective.NOW)
    assert server.called.count("account/enable_account") == 2
    server.ignores_writes = True
    with pytest.raises(Conflict, match="reads as it was before"):
        made.set_account_blocked("2001", blocked=True)
    with pytest.raises(AccessDenied, match="own"):
        made.set_account_blocked(str(DEALER), blocked=True)
    with pytest.raises(AccessDenied, match="accounts, not units"):
        made.set_vehicle_blocked("5001", blocked=True)
    with pytest.raises(NotFound):
        made.set_account_blocked("Ромашка", blocked=True)


def test_a_write_whose_answer_is_lost_is_read_and_never_repeated(server):
    def does_it_and_dies(request, _):
        if b"enable_account" in request.body:
            server.reply(request)
            return Reply(dies="at once")
        return None

    server.fault = does_it_and_dies
    assert connector(server).set_account_blocked("2001", blocked=True) == Blocking(False, True, Effective.NOW)
    assert server.called.count("account/enable_account") == 1


def test_under_a_blocked_dealer_an_account_stays_blocked(server):
    server.accounts[DEALER]["enabled"] = server.accounts[2001]["enabled"] = 0
    assert connector(server).set_account_blocked("2001", blocked=False) == Blocking(True, True, Effective.NOW)
    assert server.accounts[2001]["enabled"] == 1


def test_the_accounts_under_an_account_and_the_service_users_own_among_them(server):
    server.account(4000, parent=0)
    server.accounts[DEALER]["parentAccountId"] = 4000
    server.account(4001, parent=2001, enabled=0)
    server.account(4002, parent=4001)
    made = connector(server)
    told = made.accounts_below(["4000", "2001", "99", "Ромашка"])
    assert [(each.account_id, each.above, each.blocked) for each in told["2001"]] == [("4001", "2001", True), ("4002", "4001", True)]
    assert {each.account_id: each.is_our_own for each in told["4000"]}[str(DEALER)]
    assert told.keys() == {"4000", "2001"}
    assert (made.share_link_state(["1"]), made.vehicle_state(["5001"]), made.last_edits(["2001"], AT)) == ({}, {}, {})
    with pytest.raises(AccessDenied, match="no share links"):
        made.set_share_link_blocked("1", blocked=True)


def test_a_platform_that_dies_on_page_seven_of_ten(server):
    """The states of 5,000 accounts are asked for in ten requests."""
    for number in range(10_001, 10_001 + 4_997):
        server.account(number)
    whole = connector(server).fleet().accounts
    asked = [0]

    def dies_on_the_seventh(request, _, times=1):
        asked[0] += b"get_account_data" in request.body
        return Reply(dies="half-way", body=b"{" + b" " * 100) if 7 <= asked[0] < 7 + times else None

    server.fault = dies_on_the_seventh
    assert connector(server).fleet().accounts.equals(whole), "asked again, and whole"
    assert asked == [11]
    asked[0] = 0
    server.fault = lambda request, before: dies_on_the_seventh(request, before, times=99)
    with pytest.raises(Transient, match="cannot be reached"):
        connector(server).fleet()


@pytest.mark.parametrize(("written", "pause"), [(None, 1.0), ("7", 7.0)])
def test_too_many_requests_are_asked_again_after_as_long_as_the_server_says(server, pauses, written, pause):
    answers = [Reply(429, headers={"Retry-After": written} if written else {})]
    server.fault = lambda *_: answers.pop() if answers else None
    assert connector(server).fleet().announced == 3
    [waited] = pauses
    assert pause <= waited < pause + 2


def test_the_sensors_and_counters_keep_what_was_said(server):
    """Text, numbers and switches of a message as text; more decimals of a counter than we keep are rounded half up."""
    named = {str(number): {"id": number, "n": f"Д{number}", "t": "custom", "p": f"p{number}"} for number in (1, 2, 3)}
    message = {"t": 1767225000, "p": {"p1": "open", "p2": 7, "p3": 0.25}}
    server.unit(5004, 2001, sens=named, lmsg=message, cfl=0x300, cnm=10.00000049, cneh=1.0000005, mu=0)
    fleet = connector(server).fleet()
    assert fleet.sensors["value"].to_pylist()[-3:] == ["open", "7", "0.25"]
    counted = fleet.counters.to_pylist()[-1]
    assert [str(counted[name]) for name in ("meter_distance_km", "meter_engine_hours")] == ["10.000000", "1.000001"]
