"""A whole snapshot of a live platform beside bare requests for the same pages; run: python tests/bench/bench_platforms.py.

5,000 devices with owners and 300 users of a Traccar of 6.10 (a request per user for links and groups) and of 6.14 (links at
once), on loopback, by the same client with as many connections as the connector has. Bar: at most 1.3 × the bare requests.
The server is another process and answers from memory. Then 100,000 vehicles of Traccar and of Wialon, everything but the
network: a fleet takes at most 2 × of parsing the same bodies with msgspec into the same structures, in less than 1 GB of memory.
"""

import json
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlencode

MAX_RATIO, MAX_PARSING_RATIO, MAX_MEMORY_GB = 1.3, 2.0, 1.0
AT = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)
ROUNDS = 5
sys.path.insert(0, ".")
from tests.traccar_server import ADMIN as ADMIN_OF_TRACCAR  # noqa: E402 - a script beside the package of tests
from tests.wialon_server import TOKEN as TOKEN_OF_WIALON  # noqa: E402


def serve(version: str, devices: int, users: int, pipe) -> None:
    """Response from memory: each address's body is made once."""
    from tests.loopback import Reply
    from tests.traccar_server import TraccarServer

    class Prepared(TraccarServer):
        def reply(self, request):
            key = (request.path, request.query)
            if key not in bodies:
                bodies[key] = super().reply(request).body
            return Reply(200, bodies[key])

    bodies: dict = {}
    with Prepared(version) as server:
        server.groups.update({10: 0, 11: 10})
        for number in range(2, users + 2):
            server.user(number, userLimit=-1 if number % 100 == 2 else 0)
        for number in range(1, devices + 1):
            server.device(number, (2 + number % users,), seen=AT, groupId=11 if number % 7 == 0 else 0)
        pipe.send(server.url)
        pipe.recv()


def connector(url: str):
    from pipelines.platforms.interface import Platform
    from pipelines.platforms.kinds import connect
    from tests.traccar_server import ADMIN, PASSWORD

    secret = {"conn_type": "http", "host": url, "login": ADMIN, "password": PASSWORD, "extra": {"meters": False}}
    return connect(Platform("gps3", "traccar", None, None, "Europe/Moscow"), json.dumps(secret), AT)


def bare(url: str, pages: list[tuple[str, tuple]], connections: int) -> float:
    """Seconds of requests alone, by the same client and as many connections."""
    import urllib3

    from tests.traccar_server import ADMIN, PASSWORD

    headers = urllib3.make_headers(basic_auth=f"{ADMIN}:{PASSWORD}")
    with urllib3.PoolManager(maxsize=connections) as client, ThreadPoolExecutor(connections) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda page: client.request("GET", f"{url}{page[0]}?{urlencode(page[1])}", headers=headers).data, pages))
        return time.perf_counter() - begun


def compare(version: str, connections: int) -> float:
    """Ratio of a whole snapshot to the bare requests for its pages: the best of some rounds each."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(version, 5_000, 300, theirs), daemon=True)
    process.start()
    url = ours.recv()
    made = connector(url)
    pages: list[tuple[str, tuple]] = []
    ask = made._transport.ask
    made._transport.ask = lambda method, path, query=(), **rest: (
        pages.append((path, tuple(query))),
        ask(method, path, query=query, **rest),
    )[1]
    made.fleet()
    made._transport.ask = ask
    whole, requests = [], []
    for _ in range(ROUNDS):
        requests.append(bare(url, pages, connections))
        begun = time.perf_counter()
        rows = made.fleet().vehicles.num_rows
        whole.append(time.perf_counter() - begun)
    ours.send(None)
    process.join()
    ratio = min(whole) / min(requests)
    print(f"Traccar {version}: {rows:,} devices, 300 users, {len(pages)} requests")
    print(f"  whole snapshot {min(whole):.2f} s, bare requests {min(requests):.2f} s, {ratio:.2f} x")
    return ratio


class Canned:
    """A transport that has every answer already."""

    def __init__(self, answer) -> None:
        self.answer, self.server_clock = answer, None

    def ask(self, method, path, query=(), form=None):
        from pipelines.platforms.transport import Response

        return Response(200, "application/json", self.answer(path, dict(query), form))

    def retried(self, read):
        return read()

    def says(self, what):
        return what

    def clock_remarks(self):
        return ()


def traccar_bodies(vehicles: int):
    """(answer of a path, the bodies in the order in which they are parsed, the types that they are parsed into)."""
    from pipelines.platforms.traccar_answers import DeviceRow, OwnerLink, PlacedDevice
    from tests.traccar_server import TraccarServer

    made = TraccarServer("6.14.5")
    for number in range(2, 302):
        made.user(number)
    for number in range(1, vehicles + 1):
        made.device(number, seen=AT)
    devices = json.dumps(list(made.devices.values())).encode()
    users = json.dumps(list(made.users.values())).encode()
    links = json.dumps([{"userid": 2 + number % 300, "deviceid": number} for number in range(1, vehicles + 1)]).encode()
    bodies = {"/api/server": b'{"version": "6.14.5"}', "/api/users": users, "/api/devices": devices, "/api/permissions": links}
    parsed = [(devices, list[PlacedDevice]), (links, list[OwnerLink]), (devices, list[DeviceRow])]
    return lambda path, query, form: bodies.get(path, b"[]"), parsed


def wialon_bodies(vehicles: int):
    """The same of Wialon: units with a message and two sensors each, and 300 accounts."""
    from pipelines.platforms.wialon_answers import Units
    from tests.wialon_server import WialonServer

    made = WialonServer()
    for number in range(2001, 2301):
        made.account(number)
    sensors = {str(number): {"id": number, "n": f"Датчик {number}", "t": "fuel level", "p": f"fuel{number}"} for number in (1, 2)}
    message = {"t": int(AT.timestamp()), "rt": int(AT.timestamp()), "p": {"fuel1": 41.5, "fuel2": 7}}
    for number in range(1, vehicles + 1):
        made.unit(number, 2001 + number % 300, lmsg=message, sens=sensors, cfl=0x300, cnm=1000, cneh=500)
    asked = {"itemsType": "avl_unit"}, {"itemsType": "avl_resource"}
    units, accounts = (json.dumps(made._core_search_items({"spec": spec, "flags": 0})).encode() for spec in asked)
    states = json.dumps(made._account_get_account_data({"itemId": list(made.accounts)})).encode()
    login = made._login({"token": TOKEN_OF_WIALON}).body

    def answer(path, query, form):
        if form["svc"] == "core/search_items":
            return units if "avl_unit" in form["params"] else accounts
        return login if form["svc"] == "token/login" else states

    return answer, [(units, Units)]


def parse(kind: str, vehicles: int) -> float:
    """Ratio of a fleet, network apart, to msgspec alone on the same bodies: the best of some rounds each, in processor time."""
    import msgspec

    from pipelines.platforms.interface import Platform
    from pipelines.platforms.kinds import connect

    answer, parsed = traccar_bodies(vehicles) if kind == "traccar" else wialon_bodies(vehicles)
    secret = {"conn_type": "http", "host": "127.0.0.1", "login": ADMIN_OF_TRACCAR, "password": TOKEN_OF_WIALON, "extra": {"meters": False}}
    made = connect(Platform("gps3", kind, None, None, "Europe/Moscow"), json.dumps(secret), AT)
    made._transport = Canned(answer)
    alone, whole = [], []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for body, structure in parsed:
            msgspec.json.decode(body, type=structure)
        alone.append(time.process_time() - begun)
        begun = time.process_time()
        rows = made.fleet().vehicles.num_rows
        whole.append(time.process_time() - begun)
    begun = time.process_time()
    for body, _ in parsed:
        msgspec.json.decode(body)
    untyped = time.process_time() - begun
    ratio = min(whole) / min(alone)
    print(f"{rows:,} vehicles of {kind}: {min(whole):.2f} s, msgspec alone {min(alone):.2f} s, {ratio:.2f} x")
    print(f"  msgspec without types {untyped:.2f} s, {min(whole) / untyped:.2f} x")
    return ratio


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parsing = [parse(kind, 100_000) for kind in ("traccar", "wialon")]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  memory at most {memory:.2f} GB, the bodies and what made them included")
    ratios = [compare("6.10.0", 16), compare("6.14.5", 4)]
    return int(max(ratios) > MAX_RATIO or max(parsing) > MAX_PARSING_RATIO or memory > MAX_MEMORY_GB)


if __name__ == "__main__":
    sys.exit(main())
