"""The written files are recounted here from scratch: plain dictionaries over the rows, against what the stories tell."""

import csv
import gzip
import io
import unicodedata
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

MOSCOW = timedelta(hours=3)


@pytest.fixture(scope="module")
def recount(sample_dir):
    """(contract, day) → vehicles that count, and the losers by (winner, loser)."""
    mapped, force, counting, tree = defaultdict(list), {}, {}, {}
    for row in read(sample_dir / "master/accounts.csv"):
        mapped[row["platform"], row["account_id"]].append((row["valid_from"], row["contract_no"]))
    for row in read(sample_dir / "master/contracts.csv"):
        force[row["contract_no"]] = (row["starts_on"], row["ends_on"] or "9999")
    for row in read(sample_dir / "master/terms.csv"):
        counting[row["contract_no"]] = row["counting"]
    for platform in ("gps1", "gps2"):
        for row in read(sample_dir / f"snapshots/{platform}/accounts.csv"):
            tree[platform, row["account_id"]] = row
    fleet, losers, ownerless = Counter(), Counter(), Counter()
    for day in sorted({path.name[:10] for path in (sample_dir / "snapshots").glob("gps?/2026-*")}):
        devices = defaultdict(list)
        listed = [(p, row) for p in ("gps1", "gps2") for path in (sample_dir / "snapshots" / p).glob(f"{day}*") for row in read(path)]
        for platform, row in listed:
            digits = row["hw_id"].replace(" ", "").replace("-", "").upper()
            if len(digits) >= 6 and len(set(digits)) > 1:
                devices[digits[:14] if digits.isdigit() and len(digits) in (14, 15, 16) else digits].append((platform, row))
        lost = set()
        for same in devices.values():
            same.sort(key=lambda one: (one[0], one[1]["vehicle_id"]))
            same.sort(key=lambda one: one[1]["last_message_at"] and utc(one[1]["last_message_at"]), reverse=True)
            same.sort(key=lambda one: (one[1]["state"] != "active", one[1]["is_clone"] == "1"))
            for platform, row in same[1:]:
                lost.add((platform, row["vehicle_id"]))
                losers["/".join((same[0][0], same[0][1]["vehicle_id"])), f"{platform}/{row['vehicle_id']}"] += 1
        for platform, row in listed:
            owner, enabled = walk(platform, row["account_id"], day, mapped, tree)
            if owner is None:
                ownerless[f"{platform}/{row['vehicle_id']}"] += 1
            elif (
                force[owner][0] <= day <= force[owner][1]
                and enabled
                and row["state"] == "active"
                and (platform, row["vehicle_id"]) not in lost
            ):
                used = row["last_message_at"] and str((utc(row["last_message_at"]) + MOSCOW).date()) == day
                if used or int(row["online_minutes"]) or counting.get(owner) == "connected":
                    fleet[owner, day] += 1
    return fleet, losers, ownerless


def read(path):
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode())))


def utc(text):
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=None) - moment.utcoffset()


def walk(platform, account, day, mapped, tree):
    enabled, owner = True, None
    while account:
        node = tree.get((platform, account))
        enabled = enabled and (node is None or node["enabled"] == "1")
        found = sorted(contract for since, contract in mapped[platform, account] if since <= day)
        owner = owner or (found[0] if found else None)
        account = node["parent_account_id"] if node else ""
    return owner, enabled


def test_every_fleet_of_every_day_is_as_told(recount, told):
    fleet = recount[0]
    wrong = [
        (contract, day, size, fleet[contract, day])
        for contract, months in told["usage"].items()
        for month, usage in months.items()
        for number, size in enumerate(usage["fleet"], 1)
        if size is not None and fleet[contract, day := f"{month}-{number:02}"] != size
    ]
    assert wrong == []
    assert sum(fleet.values()) > 60_000


def test_the_duplicates_are_the_planted_ones_and_no_others(recount, told):
    planted = {(row["winner"], row["loser"]) for row in told["findings"]["duplicate"]}
    assert set(recount[1]) == planted
    assert recount[1]["gps1/original", "gps1/clone"] == 31 + 9


def test_the_orphans_are_the_planted_ones_and_no_others(recount, told):
    assert recount[2] == {row["vehicle"]: row["days"] for row in told["findings"]["orphan"]}


def test_look_alikes_are_the_planted_ones_and_no_others(sample_dir, told):
    fold = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")
    for column, same in (("plate", 0), ("vin", 1)):
        seen = defaultdict(set)
        for platform in ("gps1", "gps2"):
            for row in (row for path in (sample_dir / "snapshots" / platform).glob("2026-01-05*") for row in read(path)):
                seen[row[column].replace(" ", "").upper().translate(fold)].add(f"{platform}/{row['vehicle_id']}")
        assert [sorted(found) for found in seen.values() if len(found) > 1] == [told["findings"]["suspected_duplicate"][same]["vehicles"]]


def test_plates_are_cyrillic_but_for_the_planted_one(sample_dir):
    day = read(sample_dir / "snapshots/gps1/2026-01-05.csv")
    latin = [row["vehicle_id"] for row in day if any(unicodedata.name(sign).startswith("LATIN") for sign in row["plate"])]
    assert latin == ["plate-latin"]


def test_unit_prices_by_hand_agree_with_the_fleets(told):
    """Contracts on 450 per vehicle of the whole month: net = peak or average × 450, two independent tellings of one story."""
    by_average = ["002", "014", "019", "020", "024", "025"]
    by_peak = ["001", "016", "021", "022", "026", "031", "033", "034", "035", "036", "037", "039", "043"]
    amounts = {(row["contract_no"], row["month"]): row for row in told["amounts"]}
    checked = 0
    for number in by_average + by_peak:
        for month in ("2026-01", "2026-02"):
            amount, usage = amounts.get((f"МТ-24-{number}", month)), told["usage"][f"МТ-24-{number}"][month]
            if amount:
                quantity = Decimal(usage["vehicle_days"]) / usage["days"] if number in by_average else Decimal(usage["peak"])
                net = (quantity * 450).quantize(Decimal("0.01"), ROUND_HALF_UP)
                vat = (net * 22 / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
                assert (amount["net"], amount["vat"], amount["total"]) == (str(net), str(vat), str(net + vat))
                checked += 1
    assert checked == 36
