"""Archives for an operator of ЭДО: one of each run and organization, the same bytes, written with the papers."""

import io
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import text

from pipelines.documents.edo.archives import NO_CORRECTION, archives, write_archives
from pipelines.documents.publish import publish
from pipelines.documents.store import DocumentStore
from pipelines.warehouse import engine
from tests.books import AT, JANUARY, Books, Line

APPROVED = """INSERT INTO billing.approvals (month, purpose, approval_no, decision, digest, by_name, reason, at, invoices, total)
    SELECT '2026-01-01', purpose, 1, 'approved', 'd', 'Анна', 'проверено', now(), 1, 0
    FROM unnest(ARRAY['prepay', 'close', 'correct']) purpose"""
ORGANIZATION = """INSERT INTO master.organizations (code, name, inn, kpp, bank_account, bank_name, bic, invoice_prefix)
    VALUES ('ORG', 'ООО «Вега Мониторинг»', '7707083893', '770701001', '40702810938000000001', 'Банк', '044525225', 'ВМ')"""
LATER = AT + timedelta(hours=2)
ADDRESS = {"address": "127055, г. Москва, ул. Новая, д. 1"}
KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
real, nth, calls = Path.replace, int(sys.argv[1]), 0
def deadly(self, target):
    global calls
    calls += str(target).endswith(".zip")
    if calls == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.replace = deadly
from pipelines import settings
from pipelines.documents.edo.archives import write_archives
from pipelines.period import Month
write_archives(settings.load(), Month(2026, 1))
"""


@pytest.fixture
def books(settings):
    with engine.transaction(settings) as connection:
        connection.execute(text(APPROVED))
        connection.execute(text(ORGANIZATION))
    return Books(settings)


def want(settings, **formats):
    with engine.transaction(settings) as connection:
        for contract, wanted in formats.items():
            connection.execute(
                text("UPDATE master.clients SET formats = :f, edo_id = '2BM-' || client_code WHERE client_code = :c"),
                {"f": wanted, "c": f"C-{contract}"},
            )


def names(settings, path):
    with zipfile.ZipFile(io.BytesIO(DocumentStore(settings.documents).get(path))) as archive:
        return sorted(archive.namelist())


def test_each_run_has_an_archive_of_what_its_clients_want(settings, books):
    books.issue("K1", client=ADDRESS, kind="advance", at=AT - timedelta(days=31), closes=False, purpose="prepay")
    books.issue("K1", client=ADDRESS, lines=(Line("2", "610", included=True),))
    books.issue("K2", client=ADDRESS)
    books.issue("K3", lines=(Line(),))
    books.issue("K4", client=ADDRESS, at=LATER)
    want(settings, K1="upd, commerceml", K2="commerceml", K3="upd", K4=None)
    publish(settings, JANUARY)

    lines = [line for archive in archives(settings, JANUARY) for line in archive.lines]
    early, close = "exchange/2026-01/ORG/prepay-20260101T060000Z.zip", "exchange/2026-01/ORG/close-20260201T060000Z.zip"
    assert {line.archive for line in lines if line.file} == {early, close}
    assert names(settings, early) == ["commerceml/invoice-ВМ26-000001.xml"]
    in_close = names(settings, close)
    assert [name for name in in_close if name.startswith("commerceml")] == [
        "commerceml/act-ВМ26-000002.xml",
        "commerceml/act-ВМ26-000003.xml",
        "commerceml/invoice-ВМ26-000002.xml",
        "commerceml/invoice-ВМ26-000003.xml",
    ]
    [upd] = [name for name in in_close if name.startswith("ON_NSCHFDOPPR_2BM-C-K1_7707083893-770701001_20260201_")]
    [lacking] = [line for line in lines if line.lacks]
    assert (lacking.contract_no, lacking.format) == ("K3", "upd")
    assert "address" in lacking.lacks

    content = zipfile.ZipFile(io.BytesIO(DocumentStore(settings.documents).get(close))).read(upd)
    total = etree.fromstring(content).find(".//ВсегоОпл")
    assert total.get("СтТовУчНалВсего") == "4880.00"  # 3660 ahead and 1220 of the month: one УПД, as one act

    before = {path: DocumentStore(settings.documents).get(path) for path in (close, early)}
    assert write_archives(settings, JANUARY) == []  # nothing lacks
    assert write_archives(settings, JANUARY, again=True) == lines
    assert {path: DocumentStore(settings.documents).get(path) for path in before} == before


def test_a_correction_has_no_upd_and_a_credit_no_file(settings, books):
    books.issue("K1", client=ADDRESS)
    for quantity, cause in (("1", "1"), ("-1", "2")):
        books.issue("K1", client=ADDRESS, kind="adjustment", cause=cause, lines=(Line(quantity),), at=LATER, purpose="correct")
    want(settings, K1="upd,commerceml")
    corrected = [line for line in write_archives(settings, JANUARY) if line.run.startswith("correct")]
    lines = {(line.number, line.format): line.file or line.lacks for line in corrected}
    assert lines == {
        ("ВМ26-000002", "commerceml"): "commerceml/invoice-ВМ26-000002.xml",
        ("ВМ26-000002", "upd"): NO_CORRECTION,
        ("ВМ26-000003", "upd"): NO_CORRECTION,
    }


def test_nobody_wants_a_file_and_there_is_none(settings, books):
    books.issue("K1", client=ADDRESS)
    assert write_archives(settings, JANUARY) == []
    assert not DocumentStore(settings.documents).exists("exchange/2026-01/ORG/close-20260201T060000Z.zip")


def _files(settings):
    return {path.name: path.read_bytes() for path in Path(settings.documents).rglob("*.zip")}


def test_a_writer_killed_before_an_archive_is_in_its_place_leaves_none_by_half(settings, books, environment):
    books.issue("K1")
    books.issue("K2", at=LATER)
    want(settings, K1="commerceml", K2="commerceml")
    for nth in (1, 2):
        process = subprocess.run(
            [sys.executable, "-c", KILLED_WRITER, str(nth)], env=environment, capture_output=True, timeout=60, check=False
        )
        assert process.returncode == -signal.SIGKILL, process.stderr
        assert len(_files(settings)) == nth - 1
    write_archives(settings, JANUARY)
    written = _files(settings)
    assert len(written) == 2
    for path in Path(settings.documents).rglob("*.zip"):
        path.unlink()
    write_archives(settings, JANUARY)
    assert _files(settings) == written
