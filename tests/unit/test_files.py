"""Files that are written whole or not at all: also large ones, which go to the disk while they are written."""

import os

import pytest

from pipelines import files

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
