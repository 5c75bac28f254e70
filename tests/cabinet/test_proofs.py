"""A proof in the cabinet is made once and kept while its invoice stands; whoever asks for too much at once is told so in words."""

import io
import os
import threading
from shutil import rmtree

from pipelines.audit import kept_proofs
from tests.cabinet.browsing import Browser, words_of
from tests.cabinet.conftest import numbers_of


def _path(settings, client: str) -> str:
    return f"/file/invoice?number={numbers_of(settings)[client]}&paper=proof"


def test_the_kept_bundle_is_handed_out_again_until_room_is_needed(issued_world, monkeypatch):
    kept_proofs.drop(issued_world)
    mine, path = Browser(issued_world).log_in("a@client.example"), _path(issued_world, "A")
    first = mine.get(path)
    assert (first.status_code, first.content[:2]) == (200, b"PK")
    [kept] = (issued_world.home / "tmp" / "proofs").iterdir()
    assert kept.read_bytes() == first.content

    def refuse(*_):
        raise AssertionError("made twice")

    with monkeypatch.context() as patch:
        patch.setattr(kept_proofs, "prove", refuse)
        assert mine.get(path).content == first.content
        assert Browser(issued_world).log_in("x@client.example").get(path).status_code == 404  # kept for whom it belongs to

    os.utime(kept, (0, 0))  # nobody took it for long
    monkeypatch.setattr(kept_proofs, "MOST_BYTES", len(first.content))
    assert Browser(issued_world).log_in("x@client.example").get(_path(issued_world, "X")).status_code == 200
    assert not kept.exists()
    assert mine.get(path).content == first.content  # made again: the same bytes
    assert kept_proofs.drop(issued_world) == 1


def test_a_changed_program_hands_out_no_bundle_of_the_one_before(issued_world, monkeypatch, tmp_path):
    modules, _, shipped = kept_proofs._PROGRAM
    assert (modules / "audit" / "proof.py").is_file()
    assert (shipped / "verify.py").is_file()
    number = numbers_of(issued_world)["A"]
    program = tmp_path / "audit" / "proof.py"
    program.parent.mkdir()
    monkeypatch.setattr(kept_proofs, "_PROGRAM", (tmp_path,))
    places = []
    for line in ("FORMAT = 1", "FORMAT = 2"):
        program.write_text(line, encoding="utf-8")
        kept_proofs._program.cache_clear()
        places.append(kept_proofs.place_of(issued_world, number))
    kept_proofs._program.cache_clear()
    assert places[0] != places[1]


def test_a_bundle_that_somebody_removes_before_it_is_opened_is_made_again(issued_world, monkeypatch):
    kept_proofs.drop(issued_world)
    prove, folder, removed = kept_proofs.prove, issued_world.home / "tmp" / "proofs", []

    def prove_and_lose(settings, number, place):
        prove(settings, number, place)
        if not removed:
            removed.append(place)
            rmtree(folder)

    monkeypatch.setattr(kept_proofs, "prove", prove_and_lose)
    answer = Browser(issued_world).log_in("a@client.example").get(_path(issued_world, "A"))
    assert (answer.status_code, answer.content[:2], len(removed)) == (200, b"PK", 1)
    kept_proofs.drop(issued_world)


def test_what_a_killed_process_left_goes_and_what_others_are_making_stays(issued_world):
    kept_proofs.drop(issued_world)
    temporary = issued_world.home / "tmp"
    (temporary / "proofs").mkdir(exist_ok=True)
    left, now = [], [temporary / "proof-now", temporary / "proofs" / ".INV-now.zip.8.part"]
    for folder, partial in ((temporary / "proof-old", temporary / "proofs" / ".INV-old.zip.7.part"), now):
        folder.mkdir()
        (folder / "vehicle_days.csv").touch()
        partial.touch()
        left += [folder, partial]
    for path in left[:2]:
        os.utime(path, (0, 0))
    assert Browser(issued_world).log_in("a@client.example").get(_path(issued_world, "A")).status_code == 200
    assert [path for path in left if path.exists()] == now
    rmtree(now[0])
    kept_proofs.drop(issued_world)


def test_a_reader_whose_proof_is_in_line_is_told_so_and_others_are_served(issued_world):
    kept_proofs.drop(issued_world)
    mine, path = Browser(issued_world).log_in("a@client.example"), _path(issued_world, "A")
    let, begun = threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert let.wait(20)
        return io.BytesIO()

    line = mine.made.state.house.proofs
    other = threading.Thread(target=line.wait_for, args=("a@client.example", "another", slow))
    other.start()
    try:
        assert begun.wait(10)
        told = mine.get(path)
        assert (told.status_code, told.headers["retry-after"]) == (429, "15")
        assert "Архив ещё готовится" in words_of(told.text)
        assert "&amp;paper=proof" in told.text
        assert mine.get("/").status_code == 200
    finally:
        let.set()
        other.join(10)
    assert mine.get(path).content[:2] == b"PK"
    kept_proofs.drop(issued_world)
