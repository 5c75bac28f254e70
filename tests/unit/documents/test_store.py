"""The store of documents: whole files, safe names, no way out of it."""

import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.documents.paths import document_path, invoice_path, safe_name, workbook_path
from pipelines.documents.store import DocumentStore, OutsideStore
from pipelines.period import Month
from tests.unit.documents import samples


def test_put_get_and_put_again(tmp_path):
    store = DocumentStore(str(tmp_path / "документы #1"))
    path = "invoices/2026-01/НСМ/НСМ-2026-000123.pdf"
    assert not store.exists(path)
    assert store.put(path, b"one")
    written = (tmp_path / "документы #1" / path).stat().st_mtime_ns
    assert not store.put(path, b"one")
    assert (tmp_path / "документы #1" / path).stat().st_mtime_ns == written
    assert store.put(path, b"two")
    assert store.get(path) == b"two"
    assert [file.name for file in (tmp_path / "документы #1" / path).parent.iterdir()] == ["НСМ-2026-000123.pdf"]


def test_a_put_that_fails_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    store = DocumentStore(str(tmp_path))
    store.put("a/b.pdf", b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        store.put("a/b.pdf", b"new")
    assert store.get("a/b.pdf") == b"old"
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["b.pdf"]


def test_of_many_files_what_is_there_already_is_left_alone_and_said(tmp_path):
    store = DocumentStore(str(tmp_path))
    store.put("acts/3.pdf", b"3")
    seen = (tmp_path / "acts/3.pdf").stat().st_mtime_ns
    many = [(f"acts/{number}.pdf", str(number).encode()) for number in range(150)]
    assert list(store.put_each(iter(many))) == [number != 3 for number in range(150)]
    assert {path: store.get(path) for path in store.names("acts")} == dict(many)
    assert (tmp_path / "acts/3.pdf").stat().st_mtime_ns == seen
    assert list(store.put_each(many)) == [False] * 150


def test_other_urls_go_through_fsspec(tmp_path):
    for url in (f"file://{tmp_path}/x", f"memory://{tmp_path.name}/documents"):
        store = DocumentStore(url)
        assert store.put("acts/2026-01/A.pdf", b"act")
        assert not store.put("acts/2026-01/A.pdf", b"act")
        assert store.get("acts/2026-01/A.pdf") == b"act"
        with pytest.raises(FileNotFoundError):
            store.get("acts/2026-01/B.pdf")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", "", "a\0b"])
def test_no_way_out(tmp_path, path):
    with pytest.raises(OutsideStore):
        DocumentStore(str(tmp_path)).put(path, b"")


def test_paths_of_documents():
    invoice = samples.invoice(number="НСМ/26-1")
    assert document_path(invoice) == "invoices/2026-01/НСМ/НСМ%2F26-1.pdf"
    assert invoice_path(Month(2026, 1), "НСМ", "НСМ/26-1") == document_path(invoice)
    assert workbook_path(Month(2026, 1)) == "reports/2026-01/finance-2026-01.xlsx"
    assert document_path(samples.act(invoice)).startswith("acts/2026-01/")
    assert document_path(samples.statement(date(2026, 1, 1), date(2026, 1, 31))) == "statements/2026-01-01_2026-01-31/НСМ/C-17.pdf"


@given(st.text(min_size=1, max_size=300))
def test_any_number_is_one_plain_file_name(name):
    safe = safe_name(name)
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 200


def test_different_numbers_never_meet():
    names = ["А/1", "А_1", "А%2F1", "А 1", "..", ".", "%2E", "%2E.", "%00", "", "я" * 200, "я" * 201]
    assert len({safe_name(name) for name in names}) == len(names)


def test_what_is_stored_is_closed_to_others_and_no_folder_of_others_is_opened(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    DocumentStore(str(private / "documents")).put("reports/2026-01/finance.xlsx", b"x")
    target = private / "documents" / "reports" / "2026-01" / "finance.xlsx"
    assert not any(stat.S_IMODE(path.stat().st_mode) & 0o007 for path in (target, *target.parents[:3]))
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
