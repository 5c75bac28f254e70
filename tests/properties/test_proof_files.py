"""`verify.py` and the files of a bundle: a foreign one, one twice, a missing, moved, exchanged or damaged one is named and refused."""

import json
import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator

import pytest

from tests import bundles
from tests.properties.test_proof import Case, closed_world

Entries = list[tuple[str, bytes]]
FOREIGN = ("notes.txt", "Invoice.json", "invoice.json ", "__main__.py", "old/invoice.json", ".hidden", "vehicle_days.csv.bak")
LEAD_OUT = ("../invoice.json", "/etc/passwd", "a/../../x", "C:\\x.txt", "..\\x.txt", "C:x.txt")


@pytest.fixture(scope="module")
def files():
    case = Case(closed_world())
    return case.bundle(case.invoice("monthly", "close", case.rated.charges))


def _mutations(files: bundles.Files) -> Iterator[tuple[str, Entries]]:
    """What must be named, and the entries of a zip with one fault in its files."""
    entries = list(files.items())
    for name in (*FOREIGN, *LEAD_OUT):
        yield repr(name), [*entries, (name, b"foreign")]
        yield repr(name), [(name, files["invoice.json"]), *entries]
    for place, (name, content) in enumerate(entries):
        others = entries[:place] + entries[place + 1 :]
        yield name, others
        yield name, [*entries, (name, content)]
        yield name, [(name, b"first"), *entries]
        yield repr(f"../{name}"), [*others, (f"../{name}", content)]
        yield repr(f"proof/{name}"), [*others, (f"proof/{name}", content)]
        if name != "digests.json":  # what it says is mutated value by value beside this; its spaces say nothing
            following = entries[(place + 1) % len(entries)][1]
            for other in (b"", content[:-1], content + b"\n", following):
                yield name, [*others, (name, other)]


def test_every_fault_of_the_files_is_named(files, tmp_path):
    assert bundles.told(bundles.packed(files.items(), tmp_path / "whole.zip")) == []
    tried = list(_mutations(files))
    told = [(wanted, bundles.told(bundles.packed(entries, tmp_path / "mutated.zip"))) for wanted, entries in tried]
    assert [(wanted, problems) for wanted, problems in told if not any(wanted in problem for problem in problems)] == []
    assert len(tried) > 100


def test_a_foreign_file_is_refused_also_where_the_digests_name_it(files, tmp_path):
    chain, stated = json.loads(files["digests.json"])["chain"], json.loads(files["invoice.json"])
    mutated = bundles.digested({**files, "more.json": b"{}"}, chain, stated)
    told = bundles.told(bundles.packed(mutated.items(), tmp_path / "named.zip"))
    assert told == ["лишний файл 'more.json': в доказательстве его нет", "digests.json называет лишний файл more.json"]


def test_a_folder_is_looked_through_like_a_zip(files, tmp_path):
    folder, outside = tmp_path / "proof", tmp_path / "outside.csv"
    folder.mkdir()
    assert bundles.problems(files, folder) == []
    (folder / ".DS_Store").write_bytes(b"a desktop's")
    (folder / "more").mkdir()
    (folder / "vehicle_days.csv").rename(outside)
    (folder / "vehicle_days.csv").symlink_to(outside)
    assert bundles.told(folder) == [
        "лишний файл 'more': в доказательстве его нет",
        "vehicle_days.csv — не файл, а ссылка, папка, канал или устройство",
    ]


def _run(path, *arguments):
    done = subprocess.run([sys.executable, str(path), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout.splitlines()


def test_run_by_hand_a_module_laid_beside_it_is_not_obeyed_but_named(files, tmp_path):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    code, lines = _run(tmp_path / "verify.py")
    assert (code, lines[-1].split(".")[0]) == (0, "СХОДИТСЯ")
    (tmp_path / "json.py").write_text("print('СХОДИТСЯ.')\nraise SystemExit(0)\n")
    assert _run(tmp_path / "verify.py") == (1, [*lines[:-1], "НЕ СХОДИТСЯ:", "- лишний файл 'json.py': в доказательстве его нет"])


def test_run_by_hand_on_a_zip(files, tmp_path):
    verify = bundles.SHIPPED / "verify.py"
    assert _run(verify, bundles.packed(files.items(), tmp_path / "whole.zip"))[0] == 0
    lacking = [(name, content) for name, content in files.items() if name not in ("invoice.json", "vat.json")]
    assert _run(verify, bundles.packed(lacking, tmp_path / "lacking.zip")) == (
        1,
        ["НЕ СХОДИТСЯ:", "- нет файла invoice.json", "- нет файла vat.json"],
    )
    (tmp_path / "no.zip").write_bytes(b"no zip")
    code, [line] = _run(verify, tmp_path / "no.zip")
    assert (code, line.split(":")[0]) == (2, "НЕ ПРОЧИТАТЬ")


def test_what_is_no_plain_file_is_named_and_not_read(files, tmp_path):
    folder = tmp_path / "proof"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "tariffs.json").unlink()
    os.mkfifo(folder / "tariffs.json")  # to read it would wait for a writer that never comes
    odd = "- tariffs.json — не файл, а ссылка, папка, канал или устройство"
    assert _run(bundles.SHIPPED / "verify.py", folder) == (1, ["НЕ СХОДИТСЯ:", odd])


def test_an_entry_that_is_packed_otherwise_is_named_and_not_unpacked(files, tmp_path):
    path = tmp_path / "otherwise.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, zipfile.ZIP_LZMA if name == "tariffs.json" else None)
        entry = archive.getinfo("tariffs.json")
    content = bytearray(path.read_bytes())
    header = 30 + len(entry.filename)
    content[entry.header_offset + header + 4] ^= 0xFF  # the properties of LZMA: unpacking it fails
    path.write_bytes(content)
    told = ["НЕ СХОДИТСЯ:", "- tariffs.json — сжат не так, как сжимают доказательства"]
    assert _run(bundles.SHIPPED / "verify.py", path) == (1, told)
    twice = tmp_path / "twice.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(bundles.packed([("tariffs.json", b"first")], twice), "a") as archive:
        warnings.simplefilter("ignore", UserWarning)  # the same name twice is what is wanted
        for name, written in files.items():
            archive.writestr(name, written, zipfile.ZIP_LZMA if name == "tariffs.json" else None)
    assert _run(bundles.SHIPPED / "verify.py", twice) == (1, [told[0], "- файл tariffs.json в архиве не один, их 2", told[1]])
