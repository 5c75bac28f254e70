"""The sample company through the verbs: what the product finds against what its stories tell (sample/expected.json)."""

import json
import re
import shlex
from datetime import date
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from pipelines.billing import listing
from pipelines.billing.approval import approve
from pipelines.billing.drafting import draft
from pipelines.billing.model import Scope
from pipelines.clock import Authorship
from pipelines.delivery.mail.showing import shown as letter_shown
from pipelines.master import store
from pipelines.master.export import export
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.answered import Answer, issue_answered
from pipelines.runs.issuing import issue
from pipelines.warehouse import engine
from tests.conftest import ROOT, cloned, environment_of
from tests.sample_company import AT, landed_sample, sample_files
from tests.terminal import run_on_a_terminal

MONTHS = (Month(2026, 1), Month(2026, 2))


@pytest.fixture(scope="module")
def sample(server_home, tmp_path_factory):
    """The sample company with both months landed, as a template, and what they must give."""
    told = json.loads((sample_files(tmp_path_factory) / "expected.json").read_text(encoding="utf-8"))
    return landed_sample(server_home, tmp_path_factory), told


@pytest.fixture
def settings(sample, tmp_path):
    """A copy of the landed company."""
    with sample[0].copy(tmp_path / "home") as made:
        yield made


@pytest.fixture
def story(sample):
    """What the stories say."""
    return sample[1]


def _drafts(settings, month):
    prepared = draft(settings, Scope(month), AT)
    rows = {}
    for row in listing.invoices(settings, month, None):
        before = rows.get(row["contract_no"], (Decimal(0), Decimal(0), Decimal(0)))
        rows[row["contract_no"]] = tuple(a + b for a, b in zip(before, (row["net"], row["vat"], row["total"]), strict=True))
    return prepared, rows


def _fleets_agree(story, settings):
    from pipelines.billing import usage_of_month

    for month in MONTHS:
        with engine.transaction(settings) as connection:
            known = usage_of_month.read(settings, connection, month, store=False, at=AT)
        for contract_no, told in story["usage"].items():
            expected = told.get(str(month))
            if expected is None or contract_no in known.gaps:
                continue
            days = known.days.get(contract_no, [])
            assert [day.fleet_size for day in days] == [size for size in expected["fleet"] if size is not None], contract_no
            assert sum(day.online_minutes or 0 for day in days) == Decimal(expected["online_minutes"]), contract_no


def _bridge_adds_up(settings, month):
    """The rows of the bridge lead from the month before to this one, and nothing of the sample is left to «прочее»."""
    from pipelines.reports.bridge import BridgePart, bridge_of
    from pipelines.reports.changes import changes

    with engine.transaction(settings) as connection:
        bridge = bridge_of((change.months, change.parts) for change in changes(connection, month))
    totals = [sum((row["total"] for row in listing.invoices(settings, each, None)), Decimal(0)) for each in (month.previous, month)]
    assert [bridge.before, bridge.now] == totals
    assert bridge.before + sum(row.amount for row in bridge.rows.values()) == bridge.now
    assert (bridge.gap, bridge.rows[BridgePart.OTHER].amount) == (0, 0)


def _proven(settings, month, folder):
    """The bundle's own check comes to some of the invoices; it is part of making it."""
    from pipelines.audit.proof import prove

    for row in listing.invoices(settings, month, None)[::8]:
        assert prove(settings, row["number"], folder / "proof.zip").counted


def test_two_months_of_the_sample_company(story, settings, tmp_path):
    from pipelines.findings.store import listing as findings

    _fleets_agree(story, settings)
    for month in MONTHS:
        prepared, rows = _drafts(settings, month)
        assert sorted(rows) == story["invoices"][str(month)]
        assert sorted(one.contract_no for one in prepared.parked) == sorted(story["parked"][str(month)])
        for told in story["amounts"]:
            if told["month"] == str(month):
                assert rows[told["contract_no"]] == tuple(Decimal(told[key]) for key in ("net", "vat", "total")), told
        _bridge_adds_up(settings, month)
        answer = Answer(Authorship("Анна", "сверено", AT), month.next.first)
        assert issue_answered(settings, month, prepared.digest, answer, AT) == len(prepared.drafts)
        _proven(settings, month, tmp_path)
    with engine.transaction(settings) as connection:
        found = [dict(row) for row in findings(connection, None, None)]

    def of(kind):
        return {row["subject"]: row for row in found if row["kind"] == kind}

    assert {(subject, row["first_seen"], row["last_seen"], row["days"]) for subject, row in of("orphan").items()} == {
        (each["vehicle"], date.fromisoformat(each["first"]), date.fromisoformat(each["last"]), each["days"])
        for each in story["findings"]["orphan"]
    }
    assert set(of("unknown_account")) == {f"{each['platform']}/{each['account_id']}" for each in story["findings"]["unknown_account"]}
    assert set(of("duplicate")) == {each["loser"] for each in story["findings"]["duplicate"]}
    assert set(of("suspected_duplicate")) == {each for pair in story["findings"]["suspected_duplicate"] for each in pair["vehicles"]}
    assert sum(row["days"] for row in of("out_of_contract").values()) == story["findings"]["out_of_contract"][0]["vehicle_days"]
    assert {(subject, row["contract_no"], str(row["first_seen"])) for subject, row in of("transfer").items()} == {
        (each["vehicle"], each["to"], each["date"]) for each in story["findings"]["transfer"]
    }
    assert {row["contract_no"] for row in of("month_end_dip").values()} == {
        each["contract_no"] for each in story["findings"]["month_end_dip"]
    }


def test_the_exported_master_imports_back_unchanged(settings, server_home, tmp_path):
    person = Authorship("Анна", "перенос", AT)
    export(settings, tmp_path / "master.xlsx")
    report = import_master(settings, str(tmp_path / "master.xlsx"), person, dry_run=True)
    assert report.changes == ()
    assert sum(sheet.unchanged for sheet in report.sheets) > 200
    with cloned(server_home, tmp_path / "other") as other:
        import_master(other, str(tmp_path / "master.xlsx"), person)
        with engine.reading(settings) as mine, engine.reading(other) as theirs:
            assert store.read(theirs) == store.read(mine)


LISTINGS = {  # a listing → the columns whose figures its table must show whole
    "status": (),
    "snapshot list --month 2026-01": ("date", "rows"),
    "snapshot coverage --month 2026-01": (),
    "snapshot coverage --month 2026-03 --missing": ("date",),
    "usage --month 2026-01": ("contract_no", "peak", "average", "vehicle_days", "online_minutes"),
    "usage --month 2026-01 --daily --contract МТ-24-001": ("date", "fleet_size", "online_minutes"),
    "findings --month 2026-01": ("subject", "days"),
    "leakage --month 2026-01": ("roubles",),
    "leakage --month 2026-01 --by dealer": ("roubles",),
    "master suggest": ("account_id", "vehicles", "score"),
    "hold list": (),
    "preview --month 2026-02": ("contract_no", "price", "net", "total"),
    "invoices --month 2026-01": ("number", "contract_no", "due_on", "total", "paid"),
    "invoices --month 2026-01 --lines": ("number", "net", "total"),
    "invoices --overdue --client C02": ("number", "total"),
    "payments": ("paid_on", "amount", "matched", "advance"),
    "payments --unmatched": ("amount",),
    "ageing --date 2026-03-01": ("1-30", "31-60", "total"),
    "statement --client C02 --from 2026-01-01 --to 2026-02-28": ("debit", "credit", "balance"),
    "dunning --date 2026-03-01 --dry-run": ("debt",),
    "access": (),
    "onec status": ("unconfirmed_invoices",),
    "mail status": ("letters",),
    "mail status --state queued": ("key",),
    "master history --client C01": ("key",),
    "master verify": (),
    "db status": ("revision",),
    "explain МТ26-000001 --line 1": ("fleet_size", "online_minutes"),
    "explain МТ26-000001 --day 2026-01-15": ("vehicle_id",),
}
_COMMANDS = re.compile("fleetbill [^`;)\n]*")
_NAMES = {"terms", "video", "midnight"}  # a sheet of the master workbook; a meter and a vehicle of the sample
_INNER = re.compile("[a-z]+_[a-z_]+|[a-z]{5,}")
_COLOUR = re.compile("\x1b\\[[0-9;]*m")


def test_every_listing_is_readable_at_80_columns(settings, tmp_path):
    """No line is wider than the terminal, and every figure of the JSON stands in one piece in the table."""
    from company.bank import bank_statement
    from wcwidth import width

    person = Authorship("Анна", "проверено", AT)
    run = draft(settings, Scope(Month(2026, 1)), AT)
    issue(settings, approve(settings, run, (), person)[1], date(2026, 2, 1), AT)
    rows = [{name: str(row[name]) for name in row} for row in listing.invoices(settings, Month(2026, 1), None)]
    paid = tmp_path / "bank.txt"
    paid.write_bytes(bank_statement(rows, "MT", date(2026, 2, 1), date(2026, 2, 28)))
    commands = [f"payments import {paid}", *LISTINGS, *(f"{each} --format json" for each in LISTINGS if LISTINGS[each])]
    shown = run_on_a_terminal(commands, environment_of(settings), columns=80)
    for command in (f"payments import {paid}", *LISTINGS):
        code, text = shown[command]
        assert code == (command == "status"), (command, text)
        lines = _COLOUR.sub("", text).split("\n")
        assert [line for line in lines if width(line) > 80] == [], command
    for command, columns in LISTINGS.items():
        if columns:
            words = set(_COLOUR.sub("", shown[command][1]).replace("\u00a0", " ").split())
            given = json.loads(_array(shown[f"{command} --format json"][1]))
            missing = {str(row[column]) for row in given for column in columns if row[column] not in (None, "")} - words
            assert {text for text in missing if " " not in text} == set(), command


def _array(text):
    """The JSON in what a command printed, which may have said something beside it."""
    return text[text.index("[") : text.rindex("]") + 1]


def test_the_chief_accountants_walk(settings, run_cli, tmp_path, monkeypatch):
    """docs/accountant.md from its first command to its last: each is carried out, and each place that it names is there."""
    monkeypatch.syspath_prepend(str(ROOT / "sample"))
    from company.bank import bank_statement

    monkeypatch.chdir(tmp_path)
    for command in (
        "prepay --month 2026-01 --issue-date 2026-01-01 --approve-by Анна",
        "close --month 2026-01 --issue-date 2026-02-02 --approve-by Анна",
        "close --month 2026-02",
    ):
        code, _, err = run_cli(*shlex.split(command))
        assert code == 0, err
    issued = json.loads(run_cli("invoices", "--month", "2026-01", "--format", "json")[1])
    Path("statement.txt").write_bytes(bank_statement(issued, "MT", date(2026, 1, 1), date(2026, 3, 2)))
    told = (ROOT / "docs" / "accountant.md").read_text(encoding="utf-8")
    commands = [line for block in re.findall(r"^```\n(.*?)^```", told, re.DOTALL | re.MULTILINE) for line in block.splitlines()]
    assert len(commands) > 12
    for command in commands:
        code, _, err = run_cli(*shlex.split(command, comments=True)[1:])
        assert code == 0, f"{command}: {err}"
    for place in re.findall(r"`(documents/[^`]+|exchange/onec/out)`", told):
        assert (settings.home / place).exists(), place
    letter = message_from_bytes(Path("letter.eml").read_bytes())
    papers = [part.get_payload(decode=True) for part in letter.walk() if part.get_content_type() == "application/pdf"]
    assert papers
    assert {path.name for path in Path().iterdir()} >= {"letter.eml", "usage.pdf", "usage.xlsx", "statement.pdf"}
    assert all(content.startswith(b"%PDF") for content in [*papers, *(path.read_bytes() for path in Path().glob("*.pdf"))])
    _no_inner_word_reaches_a_person(settings, run_cli)


def _no_inner_word_reaches_a_person(settings, run_cli):
    """Papers, workbook, letters and Russian listings hold no code of ours: names of platforms, vehicles, files and commands apart."""
    for month in ("2026-01", "2026-02"):
        assert run_cli("report", "--month", month, "--date", "2026-03-03")[0] == 0
    commands = ("review --month 2026-02", "leakage --month 2026-02", "findings --month 2026-02", "explain МТ26-000004")
    texts = {command: run_cli(*command.split())[1] for command in commands}
    for path in (settings.home / "documents").rglob("*.xlsx"):
        cells = [cell.value for sheet in load_workbook(path, read_only=True) for row in sheet for cell in row]
        texts[path.name] = "\n".join(value for value in cells if isinstance(value, str) and not value.startswith("="))
    with engine.transaction(settings) as connection:
        queued = connection.execute(text("SELECT event_kind, min(event_key) FROM delivery.mail_outbox GROUP BY 1")).all()
    for kind, key in queued:
        message = message_from_bytes(letter_shown(settings, kind, key, AT), policy=policy.default)
        texts[f"{kind} {key}"] = f"{message['Subject']}\n{message.get_body(('plain',)).get_content()}"
    assert len(texts) > len(commands) + 2
    for name, said in texts.items():
        words = {word.strip("«»().,:;") for word in _COMMANDS.sub("", said).split()}
        assert {word for word in words - _NAMES if _INNER.fullmatch(word)} == set(), name
