"""What was measured, given to a monitor: by StatsD over UDP, or by OTLP over HTTP as JSON. A monitor that is away holds up nothing.

Names as Airflow's own, under the prefix `fleetbill`: `fleetbill.billing.issue.seconds`. StatsD: a duration is a timer in milliseconds, a
count a counter, a state a gauge. OTLP (opentelemetry-proto 1.x, `ExportMetricsServiceRequest`): a count is a monotonic sum of this process
(delta), everything else a gauge.
"""

import json
import logging
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

MeasureKind = Literal["seconds", "count", "state"]
PREFIX = "fleetbill"
_DATAGRAM = 1400  # bytes that pass any network whole
_PATIENCE = 2.0  # seconds
_DELTA = 1  # AGGREGATION_TEMPORALITY_DELTA

log = logging.getLogger(f"{PREFIX}.telemetry")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value: a duration in seconds, a count to be added, or a state as it is now."""

    name: str
    kind: MeasureKind
    value: float


def give(measures: Sequence[Measurement], at: datetime, *, statsd: str = "", otlp: str = "") -> None:
    """Give the measures to whoever is named: ``statsd`` as host:port, ``otlp`` as a collector's URL. An error is logged, not raised."""
    if not measures:
        return
    if statsd:
        try:
            _by_statsd(measures, statsd)
        except OSError as error:
            log.warning("StatsD at %s: %s", statsd, type(error).__name__)
    if otlp:
        _by_otlp(measures, at, otlp)


def _by_statsd(measures: Iterable[Measurement], address: str) -> None:
    host, _, port = address.rpartition(":")
    family, kind, protocol, _, target = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as sender:
        for datagram in _datagrams([_line(each) for each in measures]):
            sender.sendto(datagram, target)


def _line(measure: Measurement) -> bytes:
    match measure.kind:
        case "seconds":
            said = f"{measure.value * 1000:g}|ms"
        case "count":
            said = f"{measure.value:g}|c"
        case _:
            said = f"{measure.value:g}|g"
    return f"{PREFIX}.{measure.name}:{said}".encode()


def _datagrams(lines: Iterable[bytes]) -> Iterable[bytes]:
    waiting = b""
    for line in lines:
        if waiting and len(waiting) + 1 + len(line) > _DATAGRAM:
            yield waiting
            waiting = b""
        waiting = waiting + b"\n" + line if waiting else line
    if waiting:
        yield waiting


def _by_otlp(measures: Iterable[Measurement], at: datetime, url: str) -> None:
    import urllib3

    target = url if urlsplit(url).path not in ("", "/") else f"{url.rstrip('/')}/v1/metrics"
    body = json.dumps(_request(measures, int(at.timestamp() * 1_000_000_000))).encode()
    headers = {"Content-Type": "application/json"}
    with urllib3.PoolManager(retries=False, timeout=_PATIENCE) as pool:
        try:
            status = pool.request("POST", target, body=body, headers=headers).status
        except urllib3.exceptions.HTTPError as error:
            log.warning("OTLP: %s", type(error).__name__)
            return
    if status >= 300:
        log.warning("OTLP: the collector answered %s", status)


def _request(measures: Iterable[Measurement], moment: int) -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": PREFIX}}]}
    metrics = [_metric(each, moment) for each in measures]
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"scope": {"name": PREFIX}, "metrics": metrics}]}]}


def _metric(measure: Measurement, moment: int) -> dict[str, Any]:
    points = [{"timeUnixNano": str(moment), "asDouble": measure.value}]
    named = {"name": f"{PREFIX}.{measure.name}", "unit": "s" if measure.kind == "seconds" else "1"}
    if measure.kind == "count":
        return {**named, "sum": {"dataPoints": points, "aggregationTemporality": _DELTA, "isMonotonic": True}}
    return {**named, "gauge": {"dataPoints": points}}
