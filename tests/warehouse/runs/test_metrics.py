"""What every verb did is kept by day and given to a monitor, in one place for all; a monitor or a table that is away holds up nothing."""

import json
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from sqlalchemy import text

from pipelines.errors import BadInput
from pipelines.logs import verb
from pipelines.runs import gauges
from pipelines.runs.backup import backup
from pipelines.runs.health import complaints
from pipelines.runs.metrics import listing, measured
from pipelines.warehouse import engine, migrate
from tests.conftest import NOW
from tests.ledger_world import House

DAY = date(2026, 3, 1)


@pytest.fixture
def statsd():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(20)
        yield listener


@pytest.fixture
def collector():
    """A collector's HTTP end on loopback; what it was given, parsed by OpenTelemetry's own messages."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            server.given.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(server.answer)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.given, server.answer = [], 200
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _work(settings):
    with measured(settings, lambda: NOW):
        for invoices in (40, 2):
            with verb("billing", "issue", month="2026-01", from_no=7) as done:
                done |= {"invoices": invoices, "message_no": 5, "digest": "aa"}
        with pytest.raises(ZeroDivisionError), verb("billing", "issue"):
            raise ZeroDivisionError
        with pytest.raises(BadInput), verb("master", "import"):
            raise BadInput.one("a.csv:1", "wrong")


def _kept(settings, prefix=""):
    return {row["metric"]: (row["count"], row["total"], row["most"], row["last"]) for row in listing(settings, DAY, DAY, prefix)}


def test_counts_durations_and_failures_are_added_up_by_day(settings):
    _work(settings)
    _work(settings)
    kept = _kept(settings)
    # twice: 40 and 2 invoices; three turns of which the last fails; an import that is refused and has not failed
    assert kept["billing.issue.invoices"] == (4, 84, 40, 2)
    assert kept["billing.issue.failed"] == (6, 2, 1, 1)
    assert (kept["master.import.failed"], kept["master.import.refused"]) == ((2, 0, 0, 0), (2, 2, 1, 1))
    assert kept["billing.issue.seconds"][0] == 6
    assert set(kept) == {f"billing.issue.{name}" for name in ("invoices", "failed", "seconds")} | {
        f"master.import.{name}" for name in ("failed", "refused", "seconds")
    }
    assert _kept(settings, "master.") == {name: row for name, row in kept.items() if name.startswith("master")}
    assert listing(settings, DAY + timedelta(days=1), None, "") == []


def test_a_monitor_is_told_by_statsd_and_otlp(settings, statsd, collector):
    from google.protobuf.json_format import Parse
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    told = replace(settings, statsd=f"127.0.0.1:{statsd.getsockname()[1]}", otlp=f"http://127.0.0.1:{collector.server_port}")
    _work(told)
    lines = dict(line.split(":") for line in statsd.recv(65536).decode().split("\n"))
    assert (lines["fleetbill.billing.issue.invoices"], lines["fleetbill.master.import.refused"]) == ("42|c", "1|c")
    assert lines["fleetbill.billing.issue.seconds"].endswith("|ms")
    [(path, body)] = collector.given
    request = Parse(body, ExportMetricsServiceRequest())
    named = {metric.name: metric for metric in request.resource_metrics[0].scope_metrics[0].metrics}
    assert path == "/v1/metrics"
    assert named["fleetbill.billing.issue.invoices"].sum.data_points[0].as_double == 42
    assert named["fleetbill.billing.issue.seconds"].HasField("gauge")
    assert request.resource_metrics[0].resource.attributes[0].value.string_value == "fleetbill"
    collector.answer = 503
    _work(told)  # nothing is raised
    _work(replace(settings, statsd="127.0.0.1:1", otlp="http://127.0.0.1:1"))
    assert _kept(settings)["billing.issue.invoices"][1] == 3 * 42


def test_work_is_done_where_metrics_cannot_be_kept(settings, caplog):
    migrate.downgrade(settings, "0042")
    with caplog.at_level("INFO", "fleetbill"):
        _work(settings)
    assert "metrics are not kept" in caplog.text


def test_a_real_command_keeps_what_it_did_under_its_run(settings, environment):
    command = [sys.executable, "-m", "pipelines.cli", "master", "verify"]
    done = subprocess.run(
        command,
        env={**environment, "FLEETBILL_LOG_LEVEL": "INFO", "FLEETBILL_LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        check=True,
    )
    with engine.reading(settings) as connection:
        kept = dict(connection.execute(text("SELECT metric, count FROM runs.metrics")).all())
    assert kept["master.verify.seconds"] == 1
    [line] = [
        each for each in map(json.loads, filter(lambda each: each.startswith("{"), done.stderr.splitlines())) if each["what"] == "verify"
    ]
    assert line["logger"] == "fleetbill.master"
    assert line["run"].startswith("cli-")
    assert line["differences"] == 0


def test_states_are_measured_and_told(settings, statsd, run_cli):
    house = House(settings)
    house.client("A", "7736207543")
    house.client("B", "7728168971")
    with house.owner() as connection:
        order = "(1, 'gps1', 'K-A', 'A', 'ORG', 'block', 'active', 'долг', NULL, '2026-02-01', now(), 'account', 'K-A')"
        connection.execute(text(f"INSERT INTO access.orders VALUES {order}"))
        connection.execute(text("INSERT INTO billing.parked VALUES ('2026-02-01', 'close', 'K-B', 'no_terms', 'x', 'x')"))
        letter = "INSERT INTO delivery.mail_outbox (event_kind, event_key, queued_at, next_attempt_at) VALUES ('restored', '1', :at, :at)"
        connection.execute(text(letter), {"at": NOW - timedelta(hours=30)})
    states = gauges.take(replace(settings, statsd=f"127.0.0.1:{statsd.getsockname()[1]}"), NOW)
    # one of two clients is blocked, one contract is parked, a letter waits for 30 hours
    assert (states["access.blocked_share"], states["contracts.parked"], states["outbox.mail.hours"]) == (Decimal("0.5"), 1, 30)
    assert "fleetbill.outbox.mail.hours:30|g" in statsd.recv(65536).decode().split("\n")
    assert _kept(settings, "outbox.mail")["outbox.mail.hours"] == (1, 30, 30, 30)
    code, out, err = run_cli("metrics", "--metric", "outbox.mail", "--format", "json")
    assert (code, [row["last"] for row in json.loads(out)]) == (0, ["30"]), err
    code, out, _ = run_cli("metrics", "take", "--format", "json")
    assert {row["metric"] for row in json.loads(out)} == set(states)


def test_health_tells_what_fails_and_what_became_slow(settings, tmp_path):
    calm = replace(settings, health_free_megabytes=0)
    backup(calm, tmp_path / "one", NOW)
    _work(settings)
    with House(settings).owner() as connection:
        row = "INSERT INTO runs.metrics VALUES (:day, 'usage.compute.seconds', 1, :seconds, :seconds, :seconds, now())"
        connection.execute(text(row), [{"day": DAY - timedelta(days=1), "seconds": 20}, {"day": DAY, "seconds": 130}])
    told = {(each.what, each.subject): (each.detail, each.next) for each in complaints(calm, NOW)}
    assert told == {
        ("failing", "billing.issue"): ("tried 3 times, the last one failed", "fleetbill metrics --metric billing.issue"),
        ("slow", "usage.compute"): ("took 130 s, never more than 20 s before", "fleetbill metrics --metric usage.compute"),
    }
    with measured(settings, lambda: NOW), verb("billing", "issue"):
        pass
    assert {each.what for each in complaints(calm, NOW)} == {"slow"}
