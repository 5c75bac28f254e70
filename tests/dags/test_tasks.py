"""The tasks as Airflow calls them, on a real warehouse: each is one use-case, with the partition key as its day or month."""

import os
import socket
import threading
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from pipelines.runs.arrivals import of_onec, of_payments
from pipelines.warehouse import engine
from tests.conftest import ROOT
from tests.dags.runs import Run, call

pytestmark = pytest.mark.airflow

DAY_FILE = "vehicle_id,account_id,state,last_message_at,online_minutes\nv1,a1,active,2026-02-03T10:00:00+03:00,60\n"


@pytest.fixture
def company(home, dags):
    """Two platforms of the committed sample's master data, one of them with a file of 3 February."""
    sources = home.home / "company"
    sources.mkdir()
    for sheet in (ROOT / "sample" / "master").glob("*.csv"):
        content = sheet.read_text(encoding="utf-8").replace("snapshots/", f"{home.home}/snapshots/")
        (sources / sheet.name).write_text(content, encoding="utf-8")
    params = {"path": str(sources), "by": "Мария Зуева", "reason": "ввод", "dry_run": False}
    call(dags["master_import"], "load", params=params)
    folder = home.home / "snapshots" / "gps1"
    folder.mkdir(parents=True)
    (folder / "2026-02-03.csv").write_text(DAY_FILE, encoding="utf-8")
    (home.home / "snapshots" / "gps2").mkdir()
    return home


def _land(dags, day):
    daily = dags["fleet_daily"]
    for platform in call(daily, "platforms"):
        call(daily, "land", platform=platform, partition_key=day)


def _rows(settings, query):
    with engine.transaction(settings) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_platform_without_its_file_is_told_and_holds_up_nobody(company, dags, alerts, monkeypatch):
    monkeypatch.setenv("FLEETBILL_MAIL_TECHNICAL", "tech@house.example")
    for _ in range(2):
        _land(dags, "2026-02-03")
    [(key, facts)] = _rows(company, "SELECT event_key, facts FROM delivery.mail_outbox WHERE event_kind = 'snapshot_missing'")
    assert (key, facts["platform"], facts["day"]) == ("gps2 2026-02-03", "gps2", "2026-02-03")
    assert facts["reason"] == "файла за этот день нет"
    assert _rows(company, "SELECT platform, business_date::text, state FROM evidence.snapshots") == [("gps1", "2026-02-03", "landed")]
    told = alerts()
    assert "gps2: день 2026-02-03 не учтён" in told
    assert "gps1: день" not in told


def test_a_day_run_again_lands_nothing_twice(company, dags, alerts):
    _land(dags, "2026-02-03")
    before = _rows(company, "SELECT digest, event, at FROM evidence.events")
    _land(dags, "2026-02-03")
    assert _rows(company, "SELECT digest, event, at FROM evidence.events") == before


def test_the_days_month_is_counted(company, dags, alerts):
    _land(dags, "2026-02-03")
    call(dags["fleet_daily"], "usage", partition_key="2026-02-03")
    assert _rows(company, "SELECT to_char(month, 'YYYY-MM') FROM usage.months") == [("2026-02",)]


def test_the_watch_names_every_day_that_is_waited_for(company, dags, alerts):
    _land(dags, "2026-02-03")
    waiting = call(dags["watch_days"], "name_missing_days", params={"date": "2026-02-05"})
    assert "gps2 2026-02-03: missing" in waiting
    assert "gps1 2026-02-03: missing" not in waiting
    # January has 31 days on each of two platforms, and 1, 2, 4 February on gps1, 1 to 4 February on gps2
    assert len(waiting) == 2 * 31 + 3 + 4
    assert "gps2, 03.02.2026: снимка нет" in alerts()


def test_a_file_that_came_later_is_read_in_the_morning_and_its_month_counted(company, dags, alerts):
    _land(dags, "2026-02-03")
    (company.home / "snapshots" / "gps2" / "2026-02-03.csv").write_text(DAY_FILE.replace("v1", "w1"), encoding="utf-8")
    watch = dags["watch_days"]
    assert call(watch, "read_late_files", params={"date": "2026-02-05"}) == ["gps2 2026-02-03: 2026-02-03.csv: landed, 1 vehicles"]
    assert "прочитаны дни, файлы которых пришли позже" in alerts()
    assert _rows(company, "SELECT platform FROM evidence.snapshots WHERE state = 'landed' ORDER BY 1") == [("gps1",), ("gps2",)]
    assert _rows(company, "SELECT to_char(month, 'YYYY-MM') FROM usage.months") == [("2026-02",)]
    assert "gps2 2026-02-03: missing" not in call(watch, "name_missing_days", params={"date": "2026-02-05"})
    assert call(watch, "read_late_files", params={"date": "2026-02-05"}) == []


def test_a_day_that_is_not_over_where_the_platform_is_waits(company, dags, alerts, monkeypatch):
    """00:15 in Moscow is 23:15 of the day before in Kaliningrad."""
    with engine.transaction(company) as connection:
        connection.execute(text("UPDATE master.platforms SET time_zone = 'Europe/Kaliningrad' WHERE platform = 'gps1'"))
    monkeypatch.setattr("pipelines.clock.now", lambda: datetime(2026, 2, 3, 21, 15, tzinfo=UTC))
    _land(dags, "2026-02-03")
    assert "gps1: день 2026-02-03 не учтён: день ещё не кончился в Europe/Kaliningrad" in alerts()
    assert _rows(company, "SELECT platform FROM evidence.snapshots") == []
    monkeypatch.setattr("pipelines.clock.now", lambda: datetime(2026, 2, 3, 22, 15, tzinfo=UTC))
    _land(dags, "2026-02-03")
    assert _rows(company, "SELECT platform FROM evidence.snapshots") == [("gps1",)]


def test_a_wrong_workbook_is_refused_with_every_place(home, dags):
    from orchestration.ending import Ended

    sources = home.home / "wrong"
    sources.mkdir()
    (sources / "clients.csv").write_text("client_code,name,kind\nC1,Альфа,nobody\nC2,,legal\n", encoding="utf-8")
    params = {"path": str(sources), "by": "Мария Зуева", "reason": "ввод", "dry_run": False}
    with pytest.raises(Ended) as caught:
        call(dags["master_import"], "load", params=params)
    first, *problems = caught.value.words.splitlines()
    assert first == f"Во входных данных ошибок: {len(problems)}"
    assert {problem.split()[1] for problem in problems} == {"clients.csv:2", "clients.csv:3"}
    assert all(problem.startswith("– ") for problem in problems)
    assert _rows(home, "SELECT count(*) FROM master.clients") == [(0,)]


def test_a_refusal_is_recorded_with_its_name_and_reason(company, dags):
    _drafted(company, "0" * 64)
    run = Run(dags["close_month"], "2026-02")
    run.answer("approval", "Reject", note="цена не та")
    run.call("rejected")
    assert _rows(company, "SELECT decision, by_name, reason FROM billing.approvals") == [("rejected", "finance", "цена не та")]


def test_an_approval_of_what_has_changed_is_refused(company, dags):
    from orchestration.ending import Ended

    _drafted(company, "seen first")
    run = Run(dags["close_month"], "2026-02")
    run.answer("approval", "Approve", issue_date="2026-03-02")
    _drafted(company, "seen later")
    with pytest.raises(Ended, match="changed"):
        run.call("issue")
    assert _rows(company, "SELECT count(*) FROM billing.invoices") == [(0,)]


def test_each_answer_has_its_own_path(company, dags):
    from airflow.sdk.exceptions import AirflowSkipException

    _drafted(company, "1" * 64)
    for task_id, answer in (("issue", "Reject"), ("documents", "Reject"), ("rejected", "Approve")):
        run = Run(dags["close_month"], "2026-02")
        run.answer("approval", answer)
        with pytest.raises(AirflowSkipException):
            run.call(task_id)
    assert _rows(company, "SELECT count(*) FROM billing.approvals") == [(0,)]


def _drafted(settings, digest):
    statement = (
        "INSERT INTO billing.runs (month, purpose, digest, drafted_at, nothing) VALUES ('2026-02-01', 'close', :digest, now(), '{}')"
        " ON CONFLICT (month, purpose) DO UPDATE SET digest = excluded.digest"
    )
    with engine.transaction(settings) as connection:
        connection.execute(text(statement), {"digest": digest})


def test_an_alert_is_mailed_where_smtp_is_configured(home, dags, monkeypatch):
    """A real SMTP server on loopback, and the connection that Airflow finds in the environment."""
    from aiosmtpd.controller import Controller

    received, arrived = [], threading.Event()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    class Box:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name that aiosmtpd calls
            received.append(envelope)
            arrived.set()
            return "250 taken"

    server = Controller(Box(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        options = "disable_ssl=true&disable_tls=true&from_email=billing%40meridian.example&timeout=5&retry_limit=1"
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", f"smtp://127.0.0.1:{port}/?{options}")
        monkeypatch.setenv("FLEETBILL_ALERTS_TO", "ops@meridian.example, finance@meridian.example")
        from orchestration.alerts import alert

        alert("days are missing", "gps2 2026-02-17: <missing>", deed="land it")
        assert arrived.wait(10)
    finally:
        server.stop()
    assert received[0].rcpt_tos == ["ops@meridian.example", "finance@meridian.example"]
    assert "fleetbill: days are missing" in received[0].content.decode()


@pytest.fixture
def ahead(company):
    """One contract of the sample pays ahead for 10 vehicles."""
    assert _rows(company, "SELECT count(DISTINCT contract_no) FROM master.terms WHERE prepaid_vehicles > 0") == [(1,)]
    return company


def _ahead(settings):
    query = "SELECT kind, cause, issued_on::text FROM billing.invoices ORDER BY kind, cause"
    return _rows(settings, query)


def test_advances_within_the_bounds_ask_nobody(ahead, dags):
    from airflow.sdk.exceptions import AirflowSkipException

    state = of_onec(ahead, 0.0).state
    run = Run(dags["prepay_month"], "2026-02", issue_date="2026-02-01")
    done = run.call("prepay")
    assert (done["invoices"], done["waiting"]) == (1, [])
    after = of_onec(ahead, 0.0).state
    assert after not in (None, state)  # an invoice starts the exchange with 1C
    assert of_onec(ahead, 9999.0).state == after
    with engine.transaction(ahead) as connection:
        connection.execute(text("INSERT INTO master.peers (peer, configuration, transport) VALUES ('UT', 'ut', 'http')"))
    assert of_onec(ahead, 0.0).state == of_onec(ahead, 299.0).state != of_onec(ahead, 300.0).state  # it is asked every five minutes
    assert _ahead(ahead) == [("advance", "", "2026-02-01")]
    with pytest.raises(AirflowSkipException, match="никого не спрашиваем"):
        run.call("ask")
    with pytest.raises(AirflowSkipException, match="Никого не спрашивали"):
        run.call("rejected")
    assert run.print() == 0  # within the bounds they are few, and printed at once
    assert len(list((ahead.home / "documents").rglob("*.pdf"))) == 1
    again = Run(dags["prepay_month"], "2026-02", issue_date=None).call("prepay")
    assert (again["invoices"], again["waiting"]) == (0, [])


def test_advances_beyond_the_bounds_wait_for_a_person(ahead, dags, monkeypatch):
    monkeypatch.setenv("FLEETBILL_UNATTENDED_TOTAL", "1")
    run = Run(dags["prepay_month"], "2026-02", issue_date="2026-02-01")
    done = run.call("prepay")
    assert done["invoices"] == 0
    assert done["waiting"][0].endswith("без человека не больше 1,00 ₽")
    run.call("ask")
    assert _ahead(ahead) == []
    page = run.answer("approval", "Approve", note="согласовано")
    assert "- 4\N{NO-BREAK SPACE}026,00 ₽, без человека не больше 1,00 ₽" in page.body
    assert "предоплата" in page.subject
    assert run.call("issue")["invoices"] == 1
    assert run.print() == 1
    assert _ahead(ahead) == [("advance", "", "2026-02-01")]
    assert _rows(ahead, "SELECT purpose, decision, by_name, reason FROM billing.approvals") == [
        ("prepay", "approved", "finance", "согласовано")
    ]


def test_a_refused_advance_is_recorded_and_not_issued(ahead, dags, monkeypatch):
    monkeypatch.setenv("FLEETBILL_UNATTENDED_TOTAL", "1")
    run = Run(dags["prepay_month"], "2026-02", issue_date=None)
    run.call("prepay")
    run.answer("approval", "Reject", note="рано")
    run.call("rejected")
    assert _rows(ahead, "SELECT purpose, decision, reason FROM billing.approvals") == [("prepay", "rejected", "рано")]
    assert _ahead(ahead) == []


def _more_is_agreed(ahead, dags):
    """The advance of February is issued, and then three vehicles more are agreed."""
    assert call(dags["prepay_month"], "prepay", partition_key="2026-02", params={"issue_date": "2026-02-01"})["invoices"] == 1
    with engine.transaction(ahead) as connection:
        connection.execute(text("UPDATE master.terms SET prepaid_vehicles = prepaid_vehicles + 3"))


def test_a_watched_day_issues_its_correctives_with_their_documents(ahead, dags, alerts):
    _more_is_agreed(ahead, dags)
    watch = partial(call, dags["fleet_daily"], "watch")
    assert watch(partition_key="2026-02-03", params={"issue_date": "2026-03-02"}) == 1
    assert len(list((ahead.home / "documents").rglob("*.pdf"))) == 2
    assert _ahead(ahead) == [("advance", "", "2026-02-01"), ("corrective", "2026-02-03", "2026-03-02")]
    assert watch(partition_key="2026-02-03", params={"issue_date": None}) == 0


def test_correctives_beyond_the_bounds_are_told_and_not_issued(ahead, dags, alerts, monkeypatch):
    _more_is_agreed(ahead, dags)
    monkeypatch.setenv("FLEETBILL_UNATTENDED_TOTAL", "1")
    watched = call(dags["fleet_daily"], "watch", partition_key="2026-02-03", params={"issue_date": None})
    assert watched == 0
    told = alerts()
    assert "счета на превышение за 2026-02-03 ждут человека" in told
    assert "без человека не больше 1,00 ₽" in told
    assert _ahead(ahead) == [("advance", "", "2026-02-01")]


def test_a_month_that_is_not_closed_cannot_be_corrected(company, dags):
    from orchestration.ending import Ended

    with pytest.raises(Ended, match="2026-02 is not closed"):
        call(dags["correct_month"], "draft", partition_key="2026-02", params={"contract": None, "issue_date": None})


def test_an_answer_of_onec_that_cannot_be_taken_is_told(home, dags, alerts):
    path = home.exchange / "onec" / "in" / "Message_BP_FB.xml"
    path.parent.mkdir(parents=True)
    path.write_text("<not a message>", encoding="utf-8")
    os.utime(path, (0, 0))  # written long ago: not on its way any more
    answers = call(dags["onec_exchange"], "receive")
    assert len(answers) == 1
    assert "сообщение 1С Message_BP_FB.xml не принято" in alerts()
    assert list((home.exchange / "onec" / "failed").glob("*.error.txt"))
    assert call(dags["onec_exchange"], "send") == "1С подтвердила всё"


def test_payments_are_read_and_nothing_was_blocked(home, dags, alerts):
    from airflow.sdk.exceptions import AirflowSkipException

    folder = home.exchange / "bank" / "in"
    folder.mkdir(parents=True)
    (folder / "broken.txt").write_text("not a statement", encoding="utf-8")
    os.utime(folder / "broken.txt", (0, 0))  # written long ago
    assert len(of_payments(home, 0.0).things) == 1
    [line] = call(dags["payments_in"], "payments")
    assert line == "broken.txt: not read, moved to failed"
    assert "выписка broken.txt не прочитана" in alerts()
    assert call(dags["payments_in"], "restore") == []
    with pytest.raises(AirflowSkipException):  # a row of payments does not write the workbooks each time
        call(dags["payments_in"], "workbooks", dag_run=SimpleNamespace(run_type="asset_triggered"))
    for run_type in ("scheduled", "manual"):
        assert call(dags["payments_in"], "workbooks", dag_run=SimpleNamespace(run_type=run_type)) == []
    assert of_payments(home, 0.0).things == frozenset()


def test_letters_are_sent_by_the_connection_that_airflow_has(ahead, dags, monkeypatch):
    """No connection, a dead server, a server on loopback, a dry run."""
    from aiosmtpd.controller import Controller
    from airflow.sdk.exceptions import AirflowException, AirflowSkipException

    send = partial(call, dags["send_mail"], "send")
    monkeypatch.delenv("AIRFLOW_CONN_FLEETBILL_SMTP", raising=False)
    with pytest.raises(AirflowSkipException, match="fleetbill_smtp"):
        send()
    issued = call(dags["prepay_month"], "prepay", partition_key="2026-02", params={"issue_date": "2026-02-01"})
    assert issued["invoices"] == 1  # and its letter is queued
    received = []

    class Box:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name that aiosmtpd calls
            received.append(envelope)
            return "250 taken"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("AIRFLOW_CONN_FLEETBILL_SMTP", f"smtp://127.0.0.1:{port}/?starttls=false&timeout=5")
    with pytest.raises(AirflowException, match="ждёт в очереди"):
        send()  # nobody listens there yet
    server = Controller(Box(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        assert (send()["sent"], len(received)) == (1, 1)
        dropped = ahead.exchange / "mail" / "in"
        dropped.mkdir(parents=True)
        (dropped / "holiday.eml").write_text("Subject: hello\n\nback on Monday\n")
        assert send()["sent"] == 0
        assert sorted(path.name for path in (dropped.parent / "failed").iterdir()) == ["holiday.eml", "holiday.eml.error.txt"]
    finally:
        server.stop()
    monkeypatch.setenv("FLEETBILL_MAIL_DRY_RUN", "true")
    with pytest.raises(AirflowSkipException, match="DRY_RUN"):
        send()


def test_consumers_are_given_their_exports_and_dealers_their_reports(company, dags, alerts, monkeypatch):
    from airflow.sdk.exceptions import AirflowSkipException

    with engine.transaction(company) as connection:
        connection.execute(text("INSERT INTO master.consumers (consumer, name, datasets) VALUES ('crm', 'CRM', 'clients')"))
        connection.execute(text("UPDATE master.clients SET email = 'd@d.example' WHERE client_code = 'C15'"))
    for name in ("give_exports", "close_month"):
        assert call(dags[name], "consumers") == ["crm"]
    folder = call(dags["give_exports"], "export", consumer="crm")
    assert folder.endswith("exports/crm/000001")
    assert call(dags["close_month"], "export", consumer="crm") == "изменений нет"
    reports = partial(call, dags["close_month"], "dealer_reports", partition_key="2026-02")
    with pytest.raises(AirflowSkipException, match="FLEETBILL_MAIL_DEALERS"):
        reports()
    monkeypatch.setenv("FLEETBILL_MAIL_DEALERS", "true")
    assert "C15" in reports()
    assert reports() == []
    queued = _rows(company, "SELECT client_code FROM delivery.mail_outbox WHERE event_kind = 'dealer_report'")
    assert ("C15",) in queued


def test_what_is_stored_is_held_against_what_was_written(company, dags):
    """Terms changed by hand, a shortened file and nothing in the chain: two tasks end in words that name what they found."""
    from orchestration.ending import Ended

    _land(dags, "2026-02-03")
    stored = dags["verify_stored"]
    assert call(stored, "master") > 100
    assert call(stored, "lake") == 1
    assert call(stored, "ledger") == 0
    with engine.transaction(company) as connection:
        contract = connection.scalar(text("SELECT min(contract_no) FROM master.terms"))
        connection.execute(text("UPDATE master.terms SET payment_days = 366 WHERE contract_no = :contract"), {"contract": contract})
    [landed] = (company.home / "lake").rglob("*2026-02-03*/*.parquet")
    landed.chmod(0o600)
    landed.write_bytes(landed.read_bytes()[:-8])
    with pytest.raises(Ended) as master:
        call(stored, "master")
    assert " payment_days: different, " in str(master.value)
    assert "366 is not between 0 and 365" in str(master.value)
    assert "fleetbill master verify --expectations" in str(master.value)
    with pytest.raises(Ended, match=r"расхождений: 1; все покажет fleetbill snapshot verify[\s\S]*\.parquet: shortened"):
        call(stored, "lake")
