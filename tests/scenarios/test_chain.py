"""The chain of issued invoices: whatever is issued is in it, and no edit of the database goes unseen. And the proof of one of them."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import date

import pypdf
import pytest
from sqlalchemy import create_engine, text

from pipelines.audit.chain import walked_chains
from pipelines.audit.chain_rules import digest_after, printed
from pipelines.audit.explain import UnknownInvoice, explain
from pipelines.audit.proof import prove
from pipelines.clock import Authorship
from pipelines.evidence.lake import EvidenceLost
from pipelines.period import Month
from pipelines.rating.model import TaxMode, VatMode
from pipelines.runs.close import close
from pipelines.warehouse import engine, migrate
from tests.company import Company, steady
from tests.conftest import NOW, environment_of
from tests.landed import landed


class Hostile(Company):
    """A company one of whose vehicles bears the name of a formula, with a quote and a line end."""

    def write_day(self, folder, day, changed=None):
        path = super().write_day(folder, day, changed)
        path.write_text(path.read_text(encoding="utf-8").replace("K1-000", '"=HYPERLINK(""x"")\n;v"'), encoding="utf-8")
        return path


COMPANY = Hostile({"K1": steady(3), "K2": steady(1), "K3": steady(2)}, starts_on=date(2026, 1, 30))
SECOND = "WHERE number = 'ВМ26-000002'"
ALL_CHANGED = "ВМ26-000001 is changed (and 2 more)"
NEXT = "billing.next_link(NULL, previous, content)"
REMADE = """
WITH RECURSIVE remade AS (
    SELECT link_no, c.content, repeat('0', 64) AS previous, billing.next_link(NULL, repeat('0', 64), c.content) AS digest
    FROM billing.chain JOIN (SELECT number, billing.hex_digest(content) AS content FROM billing.contents) c USING (number) WHERE link_no = 1
    UNION ALL
    SELECT k.link_no, c.content, r.digest, billing.next_link(NULL, r.digest, c.content)
    FROM remade r JOIN billing.chain k ON k.link_no = r.link_no + 1
    JOIN (SELECT number, billing.hex_digest(content) AS content FROM billing.contents) c USING (number)
)
UPDATE billing.chain k SET content = r.content, previous = r.previous, digest = r.digest FROM remade r WHERE r.link_no = k.link_no
"""


@pytest.fixture(scope="module")
def issued(server_home, tmp_path_factory):
    """January closed: three invoices of one organization."""
    folder = tmp_path_factory.mktemp("chain")
    with landed(server_home, folder, COMPANY) as before, before.copy(folder / "closed") as made:
        close(made, Month(2026, 1), approver=Authorship("Анна", "проверено", NOW), issued_on=date(2026, 2, 1), at=NOW)
        yield made


def _rows(settings, statement):
    owner = create_engine(settings.database_owner_url)
    with owner.connect() as connection:
        rows = [dict(row) for row in connection.execute(text(statement)).mappings()]
    owner.dispose()
    return rows


def _breaks(settings, statements, digits=None):
    """What the walk tells of the one chain after the owner of the database has done this; then it is undone."""
    owner = create_engine(settings.database_owner_url)
    with owner.connect() as connection:
        for table in ("invoices", "invoice_lines", "evidence", "chain"):
            connection.execute(text(f"ALTER TABLE billing.{table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))
        [walked] = walked_chains(connection, None, digits)
        connection.rollback()
    owner.dispose()
    return walked


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ([], ""),
        ([f"UPDATE billing.invoices SET total = total + 0.01, net = net + 0.01 {SECOND}"], "ВМ26-000002 is changed"),
        ([f"UPDATE billing.invoices SET due_on = due_on + 1 {SECOND}"], "ВМ26-000002 is changed"),
        (
            ["UPDATE billing.invoices SET evidence = jsonb_set(evidence, '{client,name}', '\"Другой\"')"],
            ALL_CHANGED,
        ),
        (["UPDATE billing.invoice_lines SET arithmetic = 'иначе'"], ALL_CHANGED),
        (["UPDATE billing.evidence SET vehicles_digest = 'x'"], ALL_CHANGED),
        ([f"DELETE FROM billing.invoices {SECOND}"], "ВМ26-000002 is missing (and 1 more)"),
        (
            [f"DELETE FROM billing.invoices {SECOND}", f"DELETE FROM billing.chain {SECOND}"],
            "1 link before ВМ26-000003 missing (and 1 more)",
        ),
        (
            ["DELETE FROM billing.invoices WHERE sequence_no = 3", "DELETE FROM billing.chain WHERE link_no = 3"],
            "3 numbers were given in 2026 and 2 invoices are there",
        ),
        (
            [
                "CREATE TEMPORARY TABLE slipped ON COMMIT DROP AS SELECT * FROM billing.invoices WHERE sequence_no = 3",
                "UPDATE slipped SET invoice_id = gen_random_uuid(), number = 'ВМ26-000004', sequence_no = 4, cause = 'x'",
                "INSERT INTO billing.invoices SELECT * FROM slipped",
            ],
            "ВМ26-000004 is inserted: it has no link",
        ),
        (
            [
                f"UPDATE billing.invoices SET due_on = due_on + 1 {SECOND}",
                f"UPDATE billing.chain SET content = (SELECT billing.hex_digest(content) FROM billing.contents {SECOND}) {SECOND}",
            ],
            "the link of ВМ26-000002 does not follow from the one before it",
        ),
        (
            [
                f"UPDATE billing.invoices SET due_on = due_on + 1 {SECOND}",
                f"UPDATE billing.chain SET content = (SELECT billing.hex_digest(content) FROM billing.contents {SECOND}) {SECOND}",
                f"UPDATE billing.chain SET digest = {NEXT} {SECOND}",
            ],
            "the link of ВМ26-000003 does not follow from the one before it",
        ),
    ],
)
def test_an_edit_by_the_owner_breaks_the_chain_where_it_was_made(issued, statements, told):
    assert _breaks(issued, statements).told == told


def test_a_chain_made_anew_does_not_come_to_the_digest_that_was_kept(issued):
    kept = _rows(issued, "SELECT digest FROM billing.chain ORDER BY link_no DESC LIMIT 1")[0]["digest"]
    assert _breaks(issued, [], kept).is_expected
    forged = _breaks(issued, [f"UPDATE billing.invoices SET due_on = due_on + 1 {SECOND}", REMADE], kept)
    assert (forged.breaks, forged.links, forged.is_expected) == ([], 3, False)


def test_the_digest_of_a_paper_is_that_of_the_link(issued):
    [*_, last] = _rows(issued, "SELECT * FROM billing.chain ORDER BY link_no")
    assert last["digest"] == digest_after(last["previous"], last["content"])
    [path] = (issued.home / "documents" / "invoices").rglob("*000003*.pdf")
    told = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages)
    assert f"Запись 3 в цепочке счетов · SHA-256 {printed(last['digest'])}" in re.sub(r"\s+", " ", told)


def test_what_was_issued_before_gets_the_same_chain(issued):
    links = "SELECT organization_code, link_no, number, content, previous, digest FROM billing.chain ORDER BY 1, 2"
    before = _rows(issued, links)
    migrate.downgrade(issued, "0037")
    migrate.upgrade(issued)
    assert _rows(issued, links) == before
    assert _rows(issued, "SELECT DISTINCT is_printed FROM billing.chain") == [{"is_printed": False}]


def test_the_command_tells_the_last_digest_and_refuses_what_is_not_there(issued, monkeypatch, capsys):
    from pipelines.cli.main import run

    for name, value in environment_of(issued).items():
        if name.startswith("FLEETBILL_"):
            monkeypatch.setenv(name, value)
    assert run(["ledger", "verify", "--format", "json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["links"], row["last_number"], row["break"]) == (3, "ВМ26-000003", None)
    assert run(["ledger", "verify", "--expect", printed(row["digest"]).upper()]) == 0
    assert run(["ledger", "verify", "--expect", "0" * 64]) == 1
    assert "no link has the digest" in capsys.readouterr().err
    assert run(["ledger", "verify", "--expect", "abc"]) == 2
    assert run(["ledger", "verify", "--organization", "NONE"]) == 2


def _unpacked(bundle, folder):
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)
    return folder


def _verified(folder):
    """Exit code and words of a bundle's own check, by a Python that has nothing of ours."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py")]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env={"PYTHONIOENCODING": "utf-8"})
    return done.returncode, done.stdout


def test_a_client_checks_the_invoice_alone(issued, tmp_path):
    proven = prove(issued, "ВМ26-000001", tmp_path / "proof.zip")
    assert prove(issued, "ВМ26-000001", tmp_path / "again.zip").path.read_bytes() == proven.path.read_bytes()
    folder = _unpacked(proven.path, tmp_path / "proof")
    code, told = _verified(folder)
    assert (code, "СХОДИТСЯ" in told, "НДС: 12.77, всего: 70.83" in told, "Наибольший парк: 3" in told) == (0, True, True, True)
    with (folder / "vehicle_days.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["vehicle_id"] for row in rows} == {'\'=HYPERLINK("x")\n;v', "K1-001", "K1-002"}  # of K1 alone, and no formula
    everything = b"".join(path.read_bytes() for path in folder.iterdir() if path.suffix != ".parquet")
    assert not [code for code in (b"K2", b"K3", b"C-K2", b"C-K3") if code in everything]


@pytest.mark.parametrize("name", ["vehicle_days.csv", "tariffs.json", "invoice.json", "evidence.json", "verify.py"])
def test_a_changed_file_is_refused(issued, tmp_path, name):
    folder = _unpacked(prove(issued, "ВМ26-000002", tmp_path / "proof.zip").path, tmp_path / "proof")
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content.replace(b"1", b"2", 1) if name != "verify.py" else content + b"\n")
    code, told = _verified(folder)
    assert code in (1, 2)
    assert "СХОДИТСЯ." not in told


def test_a_vat_mode_that_is_changed_afterwards_changes_nothing_of_an_issued_invoice(issued, tmp_path):
    before = prove(issued, "ВМ26-000001", tmp_path / "before.zip").path.read_bytes()
    with engine.transaction(issued) as connection:
        kept = [tuple(row) for row in connection.execute(text("SELECT code, vat_mode_from, vat_mode FROM master.vat_modes"))]
        connection.execute(text("UPDATE master.vat_modes SET vat_mode = 'usn5', vat_mode_from = '2026-01-31'"))
    try:
        after = prove(issued, "ВМ26-000001", tmp_path / "after.zip").path
        assert after.read_bytes() == before
        assert explain(issued, "ВМ26-000001").frozen.modes == (VatMode(None, TaxMode.GENERAL),)
    finally:
        with engine.transaction(issued) as connection:
            connection.execute(text("DELETE FROM master.vat_modes"))
            connection.execute(
                text("INSERT INTO master.vat_modes VALUES (:c, :d, :m)"), [dict(zip("cdm", row, strict=True)) for row in kept]
            )
    folder = _unpacked(after, tmp_path / "proof")
    assert json.loads((folder / "vat.json").read_text("utf-8")) == [{"from": "0001-01-01", "mode": "general"}]
    (folder / "vat.json").write_text('[{"from": "0001-01-01", "mode": "usn5"}]', encoding="utf-8")
    digests = json.loads((folder / "digests.json").read_text("utf-8"))
    digests["files"]["vat.json"] = hashlib.sha256((folder / "vat.json").read_bytes()).hexdigest()
    (folder / "digests.json").write_text(json.dumps(digests), encoding="utf-8")  # by somebody who makes the digests of the files anew
    code, told = _verified(folder)
    assert (code, "vat.json: режим НДС не тот, с которым выставлен счёт" in told) == (1, True)


def test_what_cannot_be_proven_is_refused_in_words(issued, tmp_path):
    with pytest.raises(UnknownInvoice):
        prove(issued, "ВМ26-000009", tmp_path / "proof.zip")
    [path] = (issued.home / "lake").rglob("platform=gps1/date=2026-01-31/*.parquet")
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(EvidenceLost, match="cannot be read"):
        prove(issued, "ВМ26-000001", tmp_path / "proof.zip")
    path.write_bytes(content)
    assert list(tmp_path.iterdir()) == []
