"""A lake whose files were damaged, shortened, exchanged or removed: each is named, its day is missing and never zero, landing heals it."""

import json
from datetime import date
from pathlib import Path

import pytest

from pipelines.clock import Authorship
from pipelines.evidence import lake
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.usage.month import compute
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.conftest import NOW, cloned
from tests.lake_builder import Car, World
from tests.landed import template

DAYS = [date(2026, 1, number) for number in (28, 29, 30, 31)]
OTHER = {
    "platforms": [{"platform": "gps2", "kind": "files", "source": "", "time_zone": "Europe/Moscow"}],
    "clients": [{"client_code": "C-Z", "name": "ООО «Другой»", "kind": "legal", "inn": "7736207543", "kpp": "773601001"}],
    "contracts": [{"contract_no": "Z", "client_code": "C-Z", "organization_code": "ORG", "starts_on": "2026-01-28"}],
    "terms": [{"contract_no": "Z", "valid_from": "2026-01-28", "tariff_code": "T1"}],
    "accounts": [{"platform": "gps2", "account_id": "Q", "contract_no": "Z", "valid_from": "2026-01-28"}],
}
COMPANY = Company({"K": steady(40)}, starts_on=DAYS[0], extra=OTHER)


@pytest.fixture(scope="module")
def landed(server_home, tmp_path_factory):
    """Four days of two platforms, landed once; the contracts are in force on these alone."""
    folder = tmp_path_factory.mktemp("damaged")
    with cloned(server_home, folder / "home") as made:
        import_master(made, str(COMPANY.write_master(folder / "master")), Authorship("Анна", "начало", NOW))
        for platform, company in (("gps1", COMPANY), ("gps2", Company({"Q": steady(40)}))):
            for day in DAYS:
                company.write_day(folder / platform, day)
            land_folder(made, platform, str((folder / platform / "gps1").rename(folder / f"of {platform}")), NOW)
        yield folder / "of gps1", template(server_home, made)


@pytest.fixture
def settings(landed, tmp_path):
    with landed[1].copy(tmp_path / "home") as made:
        yield made


def files(settings, platform: str = "gps1") -> list[Path]:
    return sorted(Path(settings.lake).glob(f"platform={platform}/*/*.parquet"))


def damage(settings) -> None:
    """A byte changed, a tail cut off, the file of the day before in the place of another, a file removed, one that nobody wrote."""
    changed, shortened, exchanged, removed = files(settings)
    content = bytearray(changed.read_bytes())
    content[len(content) // 3] ^= 1
    changed.write_bytes(content)
    exchanged.write_bytes(shortened.read_bytes())
    shortened.write_bytes(shortened.read_bytes()[:-100])
    removed.unlink()
    (changed.parent / "2026-01-28 (copy).parquet").write_bytes(b"nobody's")


def closed(run_cli) -> tuple[int, dict[str, str]]:
    """How many invoices this close of January issued, and what is missing of the contracts that it parked."""
    code, out, _ = run_cli("close", "--month", "2026-01", "--approve-by", "Вера", "--format", "json")
    assert code == 0
    [run] = json.loads(out)
    return run["invoices"], {each["contract_no"]: each["detail"] for each in run["parked_contracts"]}


def test_a_damaged_lake_is_named_parks_who_needs_it_and_is_healed_by_landing(landed, settings, run_cli, monkeypatch):
    monkeypatch.setattr("pipelines.documents.publish.publish", lambda settings, month: 0)
    assert run_cli("snapshot", "verify")[:2] == (0, "the lake holds all of its 8 files, every byte as it was written\n")
    damage(settings)
    code, out, err = run_cli("snapshot", "verify", "--format", "json")
    assert code == 1
    assert err.strip() == "5 faults among 8 files: docs/operations.md says what to do"
    named = [(row["fault"], row["path"].split("/")[1]) for row in json.loads(out)]
    assert named == [
        ("foreign", "date=2026-01-28"), ("damaged", "date=2026-01-28"), ("shortened", "date=2026-01-29"),
        ("exchanged", "date=2026-01-30"), ("removed", "date=2026-01-31"),
    ]  # fmt: skip
    code, out, err = run_cli("usage", "--month", "2026-01", "--format", "json")
    assert code == 0
    usage = {row["contract_no"]: (row["days_covered"], row["vehicle_days"], row["average"]) for row in json.loads(out)}
    assert usage == {"K": (0, 0, None), "Z": (4, 160, "40.000")}
    code, out, _ = run_cli("findings", "--kind", "missing_snapshot", "--format", "json")
    words = [row["detail"].split(" (")[0] for row in json.loads(out) if row["subject"] == "gps1" and row["last_seen"] == "2026-01-31"]
    assert words == ["файл снимка удалён"]
    assert closed(run_cli) == (1, {"K": "gps1 2026-01-28…2026-01-31: no whole file"})
    land_folder(settings, "gps1", str(landed[0]), NOW)
    (files(settings)[0].parent / "2026-01-28 (copy).parquet").unlink()
    assert run_cli("snapshot", "verify")[0] == 0
    assert closed(run_cli) == (1, {})
    [frozen, *_] = Path(settings.lake).glob("issued/*/*.parquet")
    frozen.write_bytes(frozen.read_bytes()[:-1])
    code, out, _ = run_cli("snapshot", "verify", "--format", "csv")
    assert (code, out.splitlines()[1].split(",")[0]) == (1, "damaged")


def test_usage_that_was_counted_before_the_damage_is_counted_anew_before_anything_rests_on_it(settings):
    month = Month(2026, 1)
    with engine.transaction(settings) as connection:
        whole = compute(settings, connection, month, store=True, at=NOW)
    content = files(settings)[2].read_bytes()
    files(settings)[2].write_bytes(bytes([*content[:500], content[500] ^ 255, *content[501:]]))
    with engine.transaction(settings) as connection:
        torn = compute(settings, connection, month, store=True, at=NOW)
        again = compute(settings, connection, month, store=True, at=NOW)
    assert [gap.date for gap in torn.gaps["K"]] == [DAYS[2]]
    assert torn.days.num_rows == whole.days.num_rows - 1
    assert (again.inputs, again.days.num_rows) == (torn.inputs, torn.days.num_rows)
    files(settings)[2].write_bytes(content)
    with engine.transaction(settings) as connection:
        healed = compute(settings, connection, month, store=True, at=NOW)
    assert (healed.inputs, healed.gaps) == (whole.inputs, {})
    assert healed.days.equals(whole.days)


def test_files_of_earlier_versions_without_a_digest(settings):
    with World(settings) as world:
        world.contract("C1", "2026-01-28").terms("C1").account("gps3", "a1", "C1")
        for day in DAYS:
            world.snapshot("gps3", day, [Car(f"v{number}", "a1") for number in range(1 + day.day % 3)])
        cut, same_size, exchanged, whole = files(settings, "gps3")
        cut.write_bytes(cut.read_bytes()[:-50])
        same_size.write_bytes(bytes(len(same_size.read_bytes())))
        exchanged.write_bytes(whole.read_bytes())
        usage = compute(settings, world.connection, Month(2026, 1), store=True, at=NOW)
        assert [(gap.date, gap.missing) for gap in usage.gaps["C1"]] == [(day, "whole file") for day in DAYS[:3]]
        counted = [row["fleet_size"] for row in usage.days.to_pylist() if row["contract_no"] == "C1"]
        assert counted == [1 + 31 % 3]


def test_a_file_that_cannot_be_read_is_named_in_one_line(landed, settings, run_cli):
    [first, *_] = files(settings)
    first.write_bytes(first.read_bytes()[:40])
    path = str(first.relative_to(settings.lake))
    digest = path.rsplit("/", 1)[1].removesuffix(".parquet")
    for command in (("show", digest), ("show", digest, "--vehicles"), ("diff", digest, files(settings)[1].stem)):
        code, _, err = run_cli("snapshot", *command)
        assert code == 1
        assert err.startswith(f"refused: the lake's {path}, which is registered as evidence, cannot be read")
        assert len(err.splitlines()) == 1
    with pytest.raises(lake.EvidenceLost):
        lake.read_metadata(settings, path)


def test_derived_files_that_were_damaged_are_made_anew(settings):
    month = Month(2026, 1)
    with engine.transaction(settings) as connection:
        whole = compute(settings, connection, month, store=False, at=NOW)
    for derived in Path(settings.lake).glob("derived/*/*.parquet"):
        derived.write_bytes(derived.read_bytes()[:-20])
    with engine.transaction(settings) as connection:
        assert compute(settings, connection, month, store=False, at=NOW).days.equals(whole.days)
