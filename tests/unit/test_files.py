"""Files that are written whole or not at all: also large ones, which go to the disk while they are written."""

import errno
import os
import stat
import subprocess
import sys

import pytest

from pipelines import files
from pipelines.documents.store import DocumentStore

PIECE = b"x" * (1 << 20)


def _pieces(count):
    def fill(handle):
        for _ in range(count):
            handle.write(PIECE)

    return fill


def test_a_large_file_is_put_on_disk_while_it_is_written_and_once_more_at_its_end(tmp_path, monkeypatch):
    synced, fdatasync, fsync = [], os.fdatasync, os.fsync
    monkeypatch.setattr(os, "fdatasync", lambda handle: (synced.append("part"), fdatasync(handle))[1])
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append("end"), fsync(handle))[1])
    files.write_whole(tmp_path / "message.xml", _pieces(17))
    assert (tmp_path / "message.xml").stat().st_size == 17 << 20
    assert synced == ["part", "end", "end"]  # the end of the file, then of its folder
    synced.clear()
    files.write_whole(tmp_path / "small.xml", PIECE)
    assert synced == ["end", "end"]


def test_a_disk_that_fails_in_the_midst_of_a_large_file_leaves_nothing_of_it(tmp_path, monkeypatch):
    """The operating system tells of it once: who asked in between must not keep it to himself."""
    (tmp_path / "message.xml").write_bytes(b"old")
    monkeypatch.setattr(os, "fdatasync", lambda _: (_ for _ in ()).throw(OSError("no answer of the disk")))
    with pytest.raises(OSError, match="no answer of the disk"):
        files.write_whole(tmp_path / "message.xml", _pieces(17))
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("message.xml", b"old")]


def _several(folder, count=5):
    return {folder / kind / f"{number}.pdf": bytes([number]) * (1000 + number) for number in range(count) for kind in ("счета", "акты")}


def test_of_files_written_together_none_has_its_name_before_its_bytes_are_on_disk(tmp_path, monkeypatch):
    """What a power cut may take is what was not asked for: every file, then the names, then each folder once."""
    done, replace, fsync = [], os.replace, os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (fsync(handle), done.append(os.path.realpath(f"/proc/self/fd/{handle}")))[0])
    monkeypatch.setattr(os, "replace", lambda source, target: (done.append(str(target)), replace(source, target))[1])
    written = _several(tmp_path)
    files.write_all(written)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == written
    count = len(written)
    assert all(name.endswith(".part") for name in done[:count])
    assert set(done[count : 2 * count]) == set(map(str, written))
    assert sorted(done[2 * count :]) == sorted(str(tmp_path / kind) for kind in ("счета", "акты"))
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}


def test_a_disk_that_fails_under_files_written_together_names_one_and_leaves_no_temporary_file(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "no room")

    written = _several(tmp_path)
    files.write_all(dict.fromkeys(written, b"old"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no room") as refused:
        files.write_all(written)
    assert refused.value.filename in map(str, written)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == dict.fromkeys(written, b"old")


KILLED = """
import os, sys
from pathlib import Path
from pipelines import files
from pipelines.documents.store import DocumentStore

name, nth, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
called, real = [], getattr(os, name)

def dies(*given, **named):
    called.append(given)
    if len(called) == nth:
        os.kill(os.getpid(), 9)
    return real(*given, **named)

setattr(os, name, dies)
files.write_all({folder / f"{number}.pdf": bytes([number]) * 1000 for number in range(3)})
"""


@pytest.mark.parametrize(("name", "nth", "whole"), [("fsync", 2, 0), ("replace", 1, 0), ("replace", 3, 2), ("fsync", 4, 3)])
def test_a_writer_killed_at_any_step_leaves_whole_files_alone(tmp_path, name, nth, whole):
    """Killed while it puts files on disk, gives them their names, makes the names last."""
    process = subprocess.run([sys.executable, "-c", KILLED, name, str(nth), str(tmp_path)], check=False)
    assert process.returncode == -9
    assert [path.read_bytes() for path in sorted(tmp_path.glob("*.pdf"))] == [bytes([number]) * 1000 for number in range(whole)]
    left = list(tmp_path.glob(".*.part"))
    assert len(left) == 3 - whole
    again = [(f"{number}.pdf", bytes([number]) * 1000) for number in range(4)]
    assert list(DocumentStore(str(tmp_path)).put_each(again)) == [number >= whole for number in range(4)]
    assert set(tmp_path.glob(".*.part")) == set(left)  # of a process that may live on another machine
    for path in left:
        os.utime(path, (0, 0))
    written_now = files.partial_path(tmp_path / "6.pdf")
    written_now.write_bytes(b"")
    assert list(DocumentStore(str(tmp_path)).put_each([("5.pdf", b"5")])) == [True]
    assert {path.name for path in tmp_path.iterdir()} == {*(f"{number}.pdf" for number in (0, 1, 2, 3, 5)), written_now.name}


@pytest.mark.parametrize("write", [files.write_whole, lambda path, content: files.write_all({path: content})])
def test_a_folder_that_cannot_be_put_on_disk_is_named(tmp_path, monkeypatch, write):
    def fails(handle, real=os.fsync):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "the disk fails")
        real(handle)

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="the disk fails") as refused:
        write(tmp_path / "1.pdf", b"1")
    assert str(refused.value.filename).startswith(str(tmp_path))


def test_names_that_begin_alike_are_written_together(tmp_path):
    contents = {tmp_path / f"{'A' * 205}{number}": bytes([number]) for number in range(2)}
    files.write_all(contents)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == contents
