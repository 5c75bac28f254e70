"""The sample company: the same bytes each time, true checksums, and the columns of the contract."""

import csv
import filecmp
import subprocess
import sys
from pathlib import Path

from stdnum import luhn
from stdnum.ru import inn

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = (
    "vehicle_id,account_id,parent_account_id,name,plate,vin,hw_id,state,last_message_at,online_minutes,is_clone,meter_sms,meter_video_gb"
)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_another_process_writes_the_same_bytes(sample_dir, tmp_path):
    subprocess.run([sys.executable, ROOT / "sample" / "generate.py", tmp_path], check=True, capture_output=True)
    assert files(tmp_path) == files(sample_dir)
    assert len(files(tmp_path)) == 9 + 59 + 58 + 2 + 2 + 2 + 1  # sheets, gps1, gps2, trees, broken, late, expected.json
    assert filecmp.cmpfiles(sample_dir, tmp_path, files(tmp_path), shallow=False)[1:] == ([], [])


def test_what_is_committed_is_what_the_generator_writes(sample_dir):
    committed = [path.relative_to(ROOT / "sample") for path in (ROOT / "sample" / "master").glob("*.csv")]
    assert len(committed) == 9
    different = filecmp.cmpfiles(sample_dir, ROOT / "sample", [*committed, Path("expected.json")], shallow=False)[1:]
    assert different == ([], [])


def test_every_inn_and_account_has_its_checksum(sample_dir):
    organizations, clients = rows(sample_dir / "master/organizations.csv"), rows(sample_dir / "master/clients.csv")
    numbers = [row["inn"] for row in organizations + clients if row["inn"]]
    assert len(numbers) == 3 + 43
    assert {len(number) for number in numbers} == {10, 12}
    assert all(inn.is_valid(number) for number in numbers)
    assert [row["client_code"] for row in clients if not row["inn"]] == ["C39"]
    for row in organizations:
        assert key_is_right(row["bic"][-3:] + row["bank_account"])
        assert key_is_right("0" + row["bic"][4:6] + row["corr_account"])


def key_is_right(digits):
    assert len(digits) == 23
    return sum(int(digit) * (7, 1, 3)[place % 3] % 10 for place, digit in enumerate(digits)) % 10 == 0


def test_the_day_files_have_the_columns_of_the_contract(sample_dir):
    first = (sample_dir / "snapshots/gps1/2026-01-01.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first == COLUMNS
    day = rows(sample_dir / "snapshots/gps1/2026-01-05.csv")
    assert {row["state"] for row in day} == {"active", "deactivated", "blocked"}
    assert len({row["vehicle_id"] for row in day}) == len(day)
    full = [row["hw_id"] for row in day if len(row["hw_id"]) == 15 and row["hw_id"].strip("0")]
    assert len(full) > 800
    assert all(luhn.is_valid(number) for number in full)


def test_the_master_sheets_point_at_each_other(sample_dir):
    sheet = {path.stem: rows(path) for path in (sample_dir / "master").glob("*.csv")}
    clients, tariffs = {row["client_code"] for row in sheet["clients"]}, {row["tariff_code"] for row in sheet["tariffs"]}
    contracts = {row["contract_no"] for row in sheet["contracts"]}
    assert {row["client_code"] for row in sheet["contracts"]} == clients
    assert {row["dealer_code"] for row in sheet["clients"]} - {""} <= clients
    assert {row["tariff_code"] for row in sheet["terms"]} | {row["tariff_code"] for row in sheet["components"]} == tariffs
    assert contracts - {row["contract_no"] for row in sheet["terms"]} == {"МТ-24-028"}
    assert {row["contract_no"] for row in sheet["accounts"]} == contracts
    versions = {(row["tariff_code"], row["valid_from"]) for row in sheet["tariffs"]}
    assert {(row["tariff_code"], row["valid_from"]) for row in sheet["components"]} == versions


def test_the_size_of_the_company(told):
    assert told["counts"] == {"clients": 44, "contracts": 46, "vehicles": 1455, "snapshots": 117, "rows": 83619}
    assert [len(told["invoices"][month]) for month in ("2026-01", "2026-02")] == [41, 37]


def test_the_broken_file_is_half_the_day(sample_dir, told):
    whole, broken = (rows(sample_dir / folder / "gps1/2026-02-11.csv") for folder in ("snapshots", "broken"))
    assert broken == whole[: len(whole) // 2]
    assert len(broken) == told["broken"]["rows"]


def test_the_late_file_is_the_day_and_two_vehicles_more(sample_dir):
    whole, late = (rows(sample_dir / folder / "gps1/2026-01-20.csv") for folder in ("snapshots", "late"))
    assert late[: len(whole)] == whole
    assert [row["account_id"] for row in late[len(whole) :]] == ["1020", "1020"]
