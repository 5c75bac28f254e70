"""Damaged answers of the programs that we ask: platforms over their interfaces, and bases of 1C over OData.

A seed is one of the answers of a sound server, below a line that names it. The damaged one is given in its place, all others as they are.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pipelines.access.block_lists import read as read_block_list
from pipelines.delivery.onec.odata.entities import Entities
from pipelines.delivery.onec.odata.entity_map import BUILT_IN, read_map
from pipelines.delivery.onec.odata.payments import _IncomingTurn
from pipelines.delivery.onec.odata.versions import SeenVersions, data_version, ref_key
from pipelines.evidence import gate_verdicts, normalise
from pipelines.platforms.credentials import access_of
from pipelines.platforms.interface import Platform, Snapshot
from pipelines.platforms.kinds import connect
from pipelines.platforms.transport import Response, Transport
from pipelines.settings import Settings
from tests.loopback import Loopback, Request
from tests.odata_server import ROOT, OData
from tests.soak.mutations import damaged, damaged_json
from tests.soak.reader import Reader
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer
from tests.wialon_server import TOKEN, WialonServer

AT = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)
SEEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOST = "http://127.0.0.1"
JSON = (
    b"null", b"[]", b"{}", b"[null]", b'[{}]', b"true", b"1e400", b"-1", b"9" * 25, b"0.1", b'""', b'"x"', b"[[", b"\\u0000", b"\\ud800",
    b'"id":', b'"id":null,', b'"id":"1",', b'"uniqueId":', b'"lastUpdate":"0000-00-00T00:00:00Z"', b'"version":"6.99"', b'"error":4',
    b'"items":', b'"bact":1,', b'"lmsg":{"t":-1}', b'"sens":[]', b'"parentAccountId":2001', b'"value":', b'"Ref_Key":', b'"DataVersion":1',
    b'"odata.error":', b'"Date":"0001-01-01T00:00:00"', b"2026-01-15T10:00:00+99:99",
)  # fmt: skip


class Spoken:
    """In place of a transport: what a sound server says, but for the answer to one request."""

    def __init__(self, server: Loopback, headers: Mapping[str, str], damaged_one: tuple[str, bytes] = ("", b""), below: str = "") -> None:
        self._server, self._headers, self._damaged, self._below = server, headers, damaged_one, below
        self.said: dict[str, bytes] = {}
        self.server_clock, self.requests, self.delayed = None, 0, 0

    def ask(self, method: str, path: str, *, query: Any = (), form: Any = None, content: Any = None, headers: Any = None) -> Response:
        path, _, more = path.partition("?")
        pairs = tuple(query) or tuple(parse_qsl(more))
        body = urlencode(form).encode() if form else bytes(content or b"")
        name = " ".join((method, path, (form or {}).get("svc", "")))
        reply = self._server.reply(Request(method, self._below + path, pairs, {**self._headers, **(headers or {})}, body))
        answer = self._damaged[1] if name == self._damaged[0] else reply.body
        self.said[name] = reply.body
        return Transport._checked(_UNASKED, Response(reply.status, reply.content_type or "", answer))

    def retried(self, read: Callable[[], Any]) -> Any:
        return read()

    def says(self, what: str) -> str:
        return f"the server: {what}"

    def clock_remarks(self) -> tuple[()]:
        return ()

    def close(self) -> None:
        pass


_UNASKED = SimpleNamespace(says=lambda what: what, _reads_failures=False)  # what `_checked` needs of a transport


_BASIC = {"authorization": "Basic " + b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()}


@cache
def _traccar(version: str) -> TraccarServer:
    made = TraccarServer(version)
    for number in range(2, 6):
        made.user(number, userLimit=-1 if number == 2 else 0, disabled=number == 4)
    made.groups.update({10: 0, 11: 10})
    for number in range(1, 7):
        made.device(number, (2 + number % 4,), seen=SEEN, groupId=11 if number % 2 else 0, disabled=number == 3)
    made.managed.append((2, 3))
    return made


@cache
def _wialon() -> WialonServer:
    made = WialonServer()
    made.account(2001, "ООО «Ромашка»")
    made.account(2002, "ИП Клевер", enabled=0)
    sensors = {"1": {"id": 1, "n": "Топливо", "t": "fuel level", "p": "fuel"}, "2": {"id": 2, "n": "Дверь", "t": "digital", "p": "in1"}}
    made.unit(5001, 2001, lmsg={"t": 1767225000, "rt": 1767225003, "p": {"fuel": 41.5}}, sens=sensors, cfl=0x100, cnm=1234, cneh=56)
    made.unit(5002, 2002, act=0, lmsg={"t": 1767225000, "tp": "ud", "p": {}})
    return made


def _listed(kind: str, damaged_one: tuple[str, bytes] = ("", b"")) -> Spoken:
    """A platform's version, fleet and states of accounts, to the end of the gate; what was said."""
    secret = {"conn_type": "http", "host": HOST, "login": ADMIN, "password": TOKEN if kind == "wialon" else PASSWORD}
    made = connect(Platform("gps3", kind.split(maxsplit=1)[0], None, None, "Europe/Moscow"), json.dumps(secret), AT)
    spoken = Spoken(_wialon() if kind == "wialon" else _traccar(kind.split()[1]), _BASIC, damaged_one)
    made._transport = spoken
    made.probe()
    fleet = made.fleet()
    made.account_state(["2", "3", "2001", "2002", "99"])
    made.accounts_below(["2", "2001"])
    snapshot = Snapshot(
        "gps3", AT.date(), AT, "Europe/Moscow", fleet.vehicles, fleet.accounts, fleet.announced, kind.split(maxsplit=1)[0], fleet.ignored,
        remarks=fleet.remarks, sensors=fleet.sensors,
    )  # fmt: skip
    normalised = normalise.identify(snapshot)
    normalise.arrange(normalised)
    gate_verdicts.of_content(normalised, Settings())
    return spoken


class _Base(OData):
    url = HOST  # nobody listens there


@cache
def _base() -> OData:
    made = _Base([*_CATALOGUES, _PAYMENT])
    organization = made.put("Catalog_Организации", ИНН="7707083893", КПП="770701001", Description="Вега")
    account = made.put("Catalog_БанковскиеСчета", НомерСчета="40702810938000000001")
    client = made.put("Catalog_Контрагенты", ИНН="7736207543", КПП="773601001", Description="Клиент")
    for number in (1, 2):
        made.put(
            _PAYMENT, Number=f"0000-00000{number}", Date=f"2026-02-0{number}T12:00:00", Организация_Key=organization,
            СчетОрганизации_Key=account, Контрагент=client, Контрагент_Type="StandardODATA.Catalog_Контрагенты", СуммаДокумента=1000.5,
            НазначениеПлатежа="Оплата по счету", ВидОперации="ОплатаПокупателя",
        )  # fmt: skip
    return made


_CATALOGUES = ("Catalog_Валюты", "Catalog_Организации", "Catalog_Контрагенты", "Catalog_БанковскиеСчета")
_PAYMENT = "Document_ПоступлениеНаРасчетныйСчет"


def _money(damaged_one: tuple[str, bytes] = ("", b"")) -> Spoken:
    """Every payment of a base over OData as it would be told to the ledger; what was said."""
    server = _base()
    given = access_of("1C base", "BP", "onec_bp", json.dumps({"conn_type": "http", "host": f"{HOST}{ROOT}"}))
    reached = Entities(given, AT)
    login = b64encode(f"{server.login}:{server.password}".encode()).decode()
    spoken = Spoken(server, {"authorization": f"Basic {login}"}, damaged_one, ROOT)
    reached._transport = spoken
    rules = read_map(BUILT_IN / "bp.json")
    turn = _IncomingTurn(Settings(), None, reached, rules)
    published = reached.published()
    for rule in rules.payments:
        if rule.entity in published:
            seen = [(ref_key(each), data_version(each)) for each in reached.versions_since(rule.entity, SEEN.replace(month=1))]
            for entity in reached.with_keys(rule.entity, [key for key, _ in seen if key]):
                turn._taken(rule, entity, SEEN, SeenVersions())
    for name in ("Catalog_Контрагенты",):
        assert all(isinstance(data_version(each), str) for each in reached.versions(name))
    return spoken


_ASKED: Mapping[str, Callable[..., Spoken]] = {
    "traccar 6.10.0": lambda *one: _listed("traccar 6.10.0", *one),
    "traccar 6.14.5": lambda *one: _listed("traccar 6.14.5", *one),
    "wialon": lambda *one: _listed("wialon", *one),
    "odata": _money,
}


def _seeds(*servers: str) -> Callable[[Path], list[bytes]]:
    """Every answer of these servers, below a line that names server and request."""

    def made(_: Path) -> list[bytes]:
        return [f"{server}|{name}".encode() + b"\n" + body for server in servers for name, body in _ASKED[server]().said.items()]

    return made


def _read(path: Path) -> object:
    head, _, body = path.read_bytes().partition(b"\n")
    server, _, name = head.decode("utf-8", "replace").partition("|")
    return _ASKED.get(server, _ASKED["wialon"])((name, body))


def _maps(_: Path) -> list[bytes]:
    return [b"map\n" + path.read_bytes() for path in sorted(BUILT_IN.glob("*.json"))]


def _read_map(path: Path) -> object:
    path.write_bytes(path.read_bytes().partition(b"\n")[2])
    return read_map(path)


def _block_lists(_: Path) -> list[bytes]:
    return [b"account_id,client_code,since,reason\n2001,C1,2026-02-01,debt\n2002,C2,2026-02-02,debt\n", b"account_id\n"]


ANSWERED: Mapping[str, Reader] = {
    "traccar": Reader(_seeds("traccar 6.10.0", "traccar 6.14.5"), damaged_json, "answer", _read, JSON),
    "wialon": Reader(_seeds("wialon"), damaged_json, "answer", _read, JSON),
    "odata": Reader(_seeds("odata"), damaged_json, "answer", _read, JSON),
    "onec_map": Reader(_maps, damaged_json, "BP.json", _read_map, JSON),
    "block_list": Reader(_block_lists, damaged, "blocked.csv", read_block_list),
}
