"""A whole snapshot of a live platform beside bare requests for the same pages; run: python tests/bench/bench_platforms.py.

5,000 devices with owners and 300 users of a Traccar of 6.10 (a request per user for links and groups) and of 6.14 (links at
once), on loopback, by as many connections as the connector has. Bar: at most 1.3 × the bare requests. Then 100,000 vehicles:
reading them takes at most 2 × of parsing the same bodies with msgspec into the same structures, in less than 1 GB of memory.
The server is another process and answers from memory.
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
ROUNDS = 3


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
    from pipelines.platforms.registry import connect
    from tests.traccar_server import ADMIN, PASSWORD

    secret = {"conn_type": "http", "host": url, "login": ADMIN, "password": PASSWORD, "extra": {"meters": False}}
    return connect(Platform("gps3", "traccar", None, None, "Europe/Moscow"), json.dumps(secret), AT)


def bare(url: str, pages: list[tuple[str, tuple]], connections: int) -> float:
    """Seconds of requests alone, by the same client and as many connections."""
    import httpx

    from tests.traccar_server import ADMIN, PASSWORD

    with httpx.Client(auth=(ADMIN, PASSWORD), timeout=60, trust_env=False) as client, ThreadPoolExecutor(connections) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda page: client.get(f"{url}{page[0]}?{urlencode(page[1])}").content, pages))
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


def parse(vehicles: int) -> tuple[float, float]:
    """(ratio of a fleet to msgspec alone on the same bodies, memory in GB) for many vehicles."""
    import msgspec

    from pipelines.platforms import traccar_fleet
    from pipelines.platforms.traccar_answers import Device
    from pipelines.platforms.transport import Response
    from tests.traccar_server import TraccarServer

    made = TraccarServer("6.14.5")
    for number in range(1, vehicles + 1):
        made.device(number, seen=AT)
    body = json.dumps(list(made.devices.values())).encode()
    links = json.dumps([{"userid": 2 + number % 300, "deviceid": number} for number in range(1, vehicles + 1)]).encode()
    del made
    begun = time.perf_counter()
    msgspec.json.decode(body, type=list[Device])
    msgspec.json.decode(body, type=list[Device])
    msgspec.json.decode(links, type=list[dict[str, int]])
    alone = time.perf_counter() - begun
    from pipelines.platforms.traccar_answers import links_of

    begun = time.perf_counter()
    Response(200, "application/json", body).decoded(list[Device], "devices")
    devices = Response(200, "application/json", body).decoded(list[Device], "devices")
    linked = links_of(Response(200, "application/json", links).decoded(list[dict[str, int]], "links"))
    owners = traccar_fleet.owners_of(devices, set(range(302)), linked, {})
    rows = traccar_fleet.vehicles_table(devices, owners, None, AT).num_rows
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{rows:,} vehicles: {seconds:.2f} s, msgspec alone {alone:.2f} s, {seconds / alone:.2f} x, {memory:.2f} GB")
    return seconds / alone, memory


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parsing, memory = parse(100_000)
    ratios = [compare("6.10.0", 16), compare("6.14.5", 4)]
    return int(max(ratios) > MAX_RATIO or parsing > MAX_PARSING_RATIO or memory > MAX_MEMORY_GB)


if __name__ == "__main__":
    sys.path.insert(0, ".")
    sys.exit(main())
