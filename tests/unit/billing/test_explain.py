"""An issued invoice explained from frozen facts: recomputed, written out, and every disagreement named. Pure: no database."""

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audit.model import EarlierLine, FrozenInvoice, Vehicle, fleet_runs
from pipelines.audit.recompute import explain
from pipelines.audit.rows import day_rows, line_rows, vehicle_rows, whole
from pipelines.audit.text import line_text, vehicle_table, whole_text
from pipelines.audit.vehicles import groups_of, read_vehicles, snapshots_taken, within
from pipelines.billing.frozen_json import FrozenMapping, FrozenSnapshot
from pipelines.billing.model import Purpose
from pipelines.documents.changed_usage import PricedMeasures
from pipelines.documents.explanation_workbook import DAYS, LINES, VEHICLES, write_appendix
from pipelines.evidence.lake import EvidenceLost
from pipelines.period import Month, Span
from pipelines.rating import prepaid
from pipelines.rating.charges import total_of
from pipelines.rating.difference import adjustment
from pipelines.rating.meter_names import meter_names
from pipelines.rating.model import Basis, Component, Contract, DayUsage, Kind, TariffVersion, TaxMode, Terms, VatMode
from pipelines.rating.month import rate_month
from pipelines.settings import Settings
from pipelines.usage.frozen_file import METADATA_KEY, REASONS, ProvenDay

JANUARY = Month(2026, 1)
CONTRACT = Contract("K1", "C1", "ORG", date(2025, 1, 1))
GENERAL = (VatMode(None, TaxMode.GENERAL),)


def version(price, valid_from=date(2025, 1, 1), *, included=False, **more):
    part = Component(1, "Мониторинг", Kind.VEHICLES, price=Decimal(price))
    extra = tuple(more.get("components", ()))
    return TariffVersion("T1", valid_from, "Базовый", prices_include_vat=included, components=(part, *extra))


def terms(**changed):
    return Terms("K1", date(2025, 1, 1), "T1", **changed)


def fleet(size, month=JANUARY):
    """Usage of a month: ``size(day)`` vehicles, 60 minutes each."""
    return tuple(DayUsage(day, size(day), Decimal(60 * size(day))) for day in month.dates())


def vehicles(days):
    """Vehicles that add up to these days: the first ones count on every day."""
    most = max((day.fleet_size for day in days), default=0)
    masks = [sum(1 << day.date.day - 1 for day in days if day.fleet_size > index) for index in range(most)]
    return tuple(Vehicle("gps1", f"V{index:03}", f"=Машина {index}", None, mask, (("used", mask),)) for index, mask in enumerate(masks))


SNAPSHOTS, _ = snapshots_taken(FrozenSnapshot("gps1", str(day), 1, f"{day.day:064x}", None, None) for day in JANUARY.dates())


def frozen(lines, kind="monthly", purpose=Purpose.CLOSE, cause="", *, days=(), row=None, tariffs=None, before=(), **changed):
    given = {
        "number": "ВМ26-000001", "kind": kind, "cause": cause, "purpose": purpose, "month": JANUARY, "issued_on": date(2026, 2, 1),
        "due_on": date(2026, 2, 11), "issued_at": datetime(2026, 2, 1, 9, tzinfo=UTC), "currency": "RUB", "amounts": total_of(tuple(lines)),
        "contract": CONTRACT, "contract_row": {"contract_no": "K1", "starts_on": "2025-01-01"},
        "client": {"client_code": "C1", "name": "ООО «Клиент»"}, "organization": {"code": "ORG", "name": "ООО «Вега»"},
        "approved_by": "Анна", "approved_because": "проверено", "terms": (row or terms(),),
        "tariffs": {"T1": tuple(tariffs or [version(300)])},
        "mappings": (FrozenMapping("gps1", "K1", "2025-01-01", None),), "days": tuple(days), "lines": tuple(lines), "before": tuple(before),
        "snapshots": SNAPSHOTS, "vehicles": vehicles(days), "vehicles_path": "issued/x.parquet", "vehicles_digest": "d" * 64,
    }  # fmt: skip
    return FrozenInvoice(**(given | changed))


def rated(days, row=None, tariffs=None):
    return rate_month(CONTRACT, JANUARY, [row or terms()], {"T1": tuple(tariffs or [version(300)])}, days, GENERAL)


def issued(lines, number="ВМ26-000001", kind="advance"):
    """Charges as they stand on an earlier invoice."""
    return tuple(
        EarlierLine(**{name: getattr(line.as_billed(), name) for name in line.as_billed().__dataclass_fields__},
               number=number, line_no=line_no, invoice_kind=kind)
        for line_no, line in enumerate(lines, 1)
    )  # fmt: skip


def changing(day):
    return 10 if day.day <= 15 else 16


def average():
    days = fleet(changing)
    row = terms(basis=Basis.AVERAGE)
    # 406 ÷ 31 × 300 = 3929.03; VAT 22 % = 864.39
    return frozen(rated(days, row).charges, days=days, row=row)


def test_a_monthly_invoice_follows_from_its_evidence():
    explained = explain(average())
    assert explained.disagreements == ()
    row = line_rows(explained)[0]
    assert (row["quantity_exact"], row["net"], row["vat"], row["total"]) == (
        "406/31", Decimal("3929.03"), Decimal("864.39"), Decimal("4793.42"),
    )  # fmt: skip
    assert (row["peak"], row["peak_date"], row["average_exact"], row["vehicle_days"]) == (16, date(2026, 1, 16), "406/31", 406)
    assert row["vat_arithmetic"].replace("\u00a0", " ") == "3 929,03 × 22 % = 864,39"


def test_the_terminal_shows_arithmetic_days_and_sums():
    text = whole_text(explain(average())).replace("\u00a0", " ")
    assert "в среднем 13,097 машины: 406 машино-дней ÷ 31 день; 406 ÷ 31 × 300,00 = 3 929,03" in " ".join(text.split())
    assert "машин по дням: 01–15: 10; 16–31: 16 ← максимум" in text
    assert "без НДС  3 929,03" in text
    assert "01.01–31.01.2026, весь месяц: тариф «Базовый» (T1) от 01.01.2025, цены без НДС" in text
    assert "1. Мониторинг: машины за месяц, по цене за единицу" in text
    assert "считаются работавшие машины, за месяц берётся среднее" in text
    assert "сходится: 406 машино-дней (машин: 16) пересчитаны по снимкам, 1 строка и суммы посчитаны заново" in text


def test_several_lines_are_added_up_in_writing():
    # 8 × 300 × 15/31 = 1161.29; 12 × 360 × 16/31 = 2229.68; together 3390.97
    days = fleet(lambda day: 8 if day.day <= 15 else 12)
    tariffs = (version(300), version(360, date(2026, 1, 16)))
    text = whole_text(explain(frozen(rated(days, tariffs=tariffs).charges, days=days, tariffs=tariffs))).replace("\u00a0", " ")
    assert "без НДС  1 161,29 + 2 229,68 = 3 390,97" in text
    assert "16.01–31.01.2026, 16 дней из 31: тариф «Базовый» (T1) от 16.01.2026" in text
    assert "сходится" in text


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda one: replace(one, vehicles=one.vehicles[1:]), "2026-01-01: billed by a fleet of 10, the frozen vehicles are 9"),
        (lambda one: replace(one, days=(*one.days[:-1], replace(one.days[-1], fleet_size=17))), "407/31 by the evidence"),
        (lambda one: replace(one, days=one.days[:-1]), "the lines cannot be computed again: usage is not known for 2026-01-31"),
        (lambda one: replace(one, lines=(replace(one.lines[0], net=Decimal("3929.04")),)), "a difference of 0.01"),
        (lambda one: replace(one, amounts=replace(one.amounts, total=Decimal("4793.43"))), "its lines come to 4793.42"),
        (lambda one: replace(one, tariffs={"T1": (version(301),)}), "line 1: price is 300 on the invoice and 301 by the evidence"),
        (lambda one: replace(one, lines=one.lines * 2), "line 2 (Мониторинг, 2026-01-01…2026-01-31, total 4793.42) does not follow"),
        (lambda one: replace(one, terms=(terms(),)), "line 1: quantity is 406/31 on the invoice and 16 by the evidence"),
    ],
    ids=["vehicle", "day", "missing day", "net", "total", "price", "line", "basis"],
)  # fmt: skip
def test_whatever_does_not_agree_is_named(break_it, said):
    explained = explain(break_it(average()))
    assert any(said in each for each in explained.disagreements), explained.disagreements
    assert f"НЕ СХОДИТСЯ: {len(explained.disagreements)}\u00a0" in whole_text(explained)


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(0, 40), min_size=31, max_size=31),
    row=st.builds(
        terms,
        basis=st.sampled_from(Basis),
        prepaid_vehicles=st.integers(0, 20),
        discount_percent=st.sampled_from([Decimal(0), Decimal("12.5")]),
        minimum=st.sampled_from([None, Decimal(9000)]),
    ),
    included=st.booleans(),
    second=st.sampled_from([None, "333.33"]),
)
def test_what_rating_bills_is_explained_without_a_remainder(sizes, row, included, second):
    """Advance, corrective and credit at the close, monthly, and a correction: each agrees, whatever the terms."""
    days = fleet(lambda day: sizes[day.day - 1])
    tariffs = (version("299.99", included=included, components=[Component(2, "Отчёты", Kind.ONLINE_HOURS, price=Decimal("0.37"))]),)
    if second:
        tariffs += (version(second, date(2026, 1, 11), included=included),)
    known = {"row": row, "tariffs": tariffs}
    month = rated(days, row, tariffs)
    advance = prepaid.corrective(prepaid.targets(CONTRACT, JANUARY, [row], {"T1": tariffs}, GENERAL, (), JANUARY.first), ())
    ahead = issued(advance)
    corrective = prepaid.corrective(month.prepaid, ahead)
    more = tuple(replace(day, fleet_size=day.fleet_size + 1) for day in days)
    everything = (*ahead, *issued(corrective, "ВМ26-000002", "corrective"), *issued(month.charges, "ВМ26-000003", "monthly"))
    for lines, kind, purpose, given_days, before in (
        (advance, "advance", Purpose.PREPAY, (), ()),
        (corrective, "corrective", Purpose.CLOSE, days, ahead),
        (prepaid.credit(month.prepaid, ahead), "adjustment", Purpose.CLOSE, days, ahead),
        (month.charges, "monthly", Purpose.CLOSE, days, ahead),
        (adjustment(rated(more, row, tariffs).everything, everything), "adjustment", Purpose.CORRECT, more, everything),
    ):
        if not lines:
            continue
        explained = explain(frozen(lines, kind, purpose, days=given_days, before=before, **known))
        assert explained.disagreements == ()
        for told in explained.lines:
            assert not told.before or total_of(told.new) == told.now
        assert total_of(tuple(told.line for told in explained.lines)) == explained.frozen.amounts
        assert whole_text(explained)


def test_a_corrective_shows_old_new_and_difference():
    # prepaid 10, 13 on the 3rd: 13 × 300 = 3900.00; billed 3000.00; 900.00 more
    row, day = terms(prepaid_vehicles=10), date(2026, 1, 3)
    days = tuple(DayUsage(one, 13 if one == day else 9) for one in Span(JANUARY.first, day).dates())
    known = (CONTRACT, JANUARY, [row], {"T1": (version(300),)}, GENERAL)
    before = issued(prepaid.targets(*known, (), JANUARY.first))
    lines = prepaid.corrective(prepaid.targets(*known, days, day), before)
    explained = explain(frozen(lines, "corrective", Purpose.WATCH, "2026-01-03", days=days, row=row, before=before, number="ВМ26-000002"))
    assert explained.disagreements == ()
    text = "\n".join(line_text(explained, 1)).replace("\u00a0", " ")
    assert "выставлено раньше, счёт ВМ26-000001, строка 1: без НДС 3 000,00 + НДС 660,00 = 3 660,00" in text
    assert "стало:    без НДС 3 900,00 + НДС 858,00 = 4 758,00" in text
    assert "разница:  без НДС 900,00 + НДС 198,00 = 1 098,00" in text
    row = line_rows(explained)[0]
    assert (row["billed_before"], row["now"]["total"], row["total"]) == (Decimal("3660.00"), Decimal("4758.00"), Decimal("1098.00"))


def test_an_advance_rests_on_no_days():
    row = terms(prepaid_vehicles=10)
    lines = prepaid.targets(CONTRACT, JANUARY, [row], {"T1": (version(300),)}, GENERAL, (), JANUARY.first)
    explained = explain(frozen(lines, "advance", Purpose.PREPAY, row=row))
    assert explained.disagreements == ()
    assert "дней учёта нет: счёт выставлен до их начала" in whole_text(explained)
    assert day_rows(explained, 1) == []


def test_days_of_a_line_carry_the_short_digests():
    rows = day_rows(explain(average()), 1)
    assert len(rows) == 31
    assert (rows[15]["date"], rows[15]["fleet_size"], rows[15]["snapshots"]) == (date(2026, 1, 16), 16, "gps1 000000000000")


def test_vehicles_of_a_day_counted_first_then_left_out_with_the_reason():
    one = average()
    hidden = Vehicle("gps1", "V999", "Запасная", "А123ВС77", 0, (), (("deactivated", 1),))
    explained = explain(replace(one, vehicles=(hidden, *one.vehicles)))
    assert explained.disagreements == ()
    rows = vehicle_rows(explained, date(2026, 1, 1))
    assert [row["vehicle_id"] for row in rows] == [*(f"V{index:03}" for index in range(10)), "V999"]
    assert (rows[0]["why"], rows[0]["snapshots"]) == ("used: a message or minutes online", f"{1:064x}")
    assert (rows[-1]["counts"], rows[-1]["why"]) == (False, "deactivated on the platform")
    told = vehicle_table(explained, date(2026, 1, 1))
    assert (told[0]["why"], told[-1]["counts"], told[-1]["why"]) == (
        "работала: есть сообщение или минуты на связи", "нет", "отключена на платформе",
    )  # fmt: skip
    assert len(vehicle_rows(explained, date(2026, 1, 16))) == 16


def test_a_carried_day_names_the_day_that_stands_for_it():
    rows = [
        FrozenSnapshot("gps1", "2026-01-01", 1, "a", None, None),
        FrozenSnapshot("gps1", "2026-01-01", 2, "b", None, None),
        FrozenSnapshot("gps1", "2026-01-02", 0, None, "Анна", "платформа лежала"),
        FrozenSnapshot("gps2", "2026-01-01", 0, None, "Борис", "перенос"),
    ]
    first = date(2026, 1, 1)
    proofs = [
        ProvenDay("gps1", first, ("b", "a"), None),
        ProvenDay("gps1", date(2026, 1, 2), ("b", "a"), first),
        ProvenDay("gps2", first, ("z",), date(2025, 12, 31)),
    ]
    taken, broken = snapshots_taken(rows, proofs)
    assert broken == ()
    assert [(one.platform, one.day.day, one.digests, one.source, one.by) for one in taken] == [
        ("gps1", 1, ("b", "a"), None, None),
        ("gps1", 2, ("b", "a"), first, "Анна"),
        ("gps2", 1, ("z",), date(2025, 12, 31), "Борис"),
    ]
    _, broken = snapshots_taken(rows, [ProvenDay("gps1", first, ("a",), None)])
    assert broken == ("gps1 2026-01-01: the vehicles were counted from other snapshots than the invoice names",)


def test_vehicles_are_told_on_the_days_that_the_invoice_rests_on():
    vehicles = [Vehicle("p", "1", None, None, 0b1011, (), (("unused", 0b0100),)), Vehicle("p", "2", None, None, 0b1000)]
    told = list(within(vehicles, 0b0111, {"connected": 0b0001, "used": 0b0110}))
    assert told == [Vehicle("p", "1", None, None, 0b0011, (("connected", 0b0001), ("used", 0b0010)), (("unused", 0b0100),))]


def test_runs_of_equal_fleet():
    days = [DayUsage(date(2026, 1, day), size) for day, size in ((1, 5), (2, 5), (4, 5), (5, 6))]
    assert [(run.first.day, run.last.day, size) for run, size in fleet_runs(days)] == [(1, 2, 5), (4, 4, 5), (5, 5, 6)]


def appendix(explained):
    target = io.BytesIO()
    write_appendix(explained, target)
    return target.getvalue()


def test_the_appendix_adds_up_and_no_text_becomes_a_formula():
    one = average()
    rival = Vehicle("gps1", "=cmd|' /C calc'!A0", "+7", "@SUM(1)", 0, (), (("duplicate", 0b111),))
    explained = explain(replace(one, vehicles=(*one.vehicles, rival)))
    book = openpyxl.load_workbook(io.BytesIO(appendix(explained)))
    assert book.sheetnames == [LINES, DAYS, VEHICLES]
    page = book[VEHICLES]
    assert (page["A18"].value, page["B18"].value, page["B18"].data_type) == ("gps1", "=cmd|' /C calc'!A0", "s")
    outside = {cell.value for sheet in book for row in sheet for cell in row if cell.data_type == "f"}
    assert all(re.fullmatch(r"=(SUM\(|SUBTOTAL\(109,)[A-Z]+\d+:[A-Z]+\d+\)", formula) for formula in outside), outside
    values = openpyxl.load_workbook(io.BytesIO(appendix(explained)), data_only=True)
    last = [cell.value for cell in values[VEHICLES][19]]
    assert last[:4] == ["Итого", None, None, None]
    assert last[4:35] == [10] * 15 + [16] * 16
    assert last[35] == 406
    assert [cell.value for cell in values[DAYS][33]][:3] == ["Итого", 406, 24360]
    texts = " ".join(str(cell.value) for sheet in values for row in sheet for cell in row)
    assert "дубль: то же устройство учтено в другой машине: 1–3" in texts
    assert "406 ÷ 31 × 300,00 = 3\u00a0929,03" in texts
    assert "3929.03" in texts
    assert f"gps1: {1:064x}" in texts


def test_the_appendix_is_the_same_bytes():
    assert appendix(explain(average())) == appendix(explain(average()))


def test_the_whole_is_complete():
    told = whole(explain(average()))
    assert told["disagreements"] == []
    assert [day["fleet_size"] for day in told["days"]] == [10] * 15 + [16] * 16
    assert len(told["vehicles"]) == 16
    assert told["vehicles"][-1]["days"] == [date(2026, 1, day) for day in range(16, 32)]
    assert sum(len(one["days"]) for one in told["vehicles"]) == Fraction(told["lines"][0]["quantity_exact"]) * 31
    assert told["days"][0]["snapshots"][0]["digests"] == [f"{1:064x}"]


def _frozen_file(home, rows, size):
    """A frozen file as issuing writes it: rows (contract, vehicle, days billed), in groups of ``size``."""
    columns = {"contract_no": [row[0] for row in rows], "platform": ["gps1"] * len(rows), "vehicle_id": [row[1] for row in rows]}
    masks = {reason: pa.array([row[2] if reason == "billed" else 0 for row in rows], pa.uint32()) for reason in REASONS}
    table = pa.table({**columns, "name": pa.nulls(len(rows), pa.string()), "plate": pa.nulls(len(rows), pa.string()), **masks})
    path = home / "lake" / "issued" / "x.parquet"
    path.parent.mkdir(parents=True)
    proofs = json.dumps([["gps1", "2026-01-01", ["a"], None]]).encode()
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: proofs}), path, row_group_size=size)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def test_only_the_row_groups_of_the_contract_are_unpacked(tmp_path):
    rows = [(f"K{contract}", f"V{index}", 1 << index) for contract in range(1, 8) for index in range(3)]
    path, digest = _frozen_file(tmp_path, rows, 4)  # K3 lies across two of the six groups
    known = Settings(home=tmp_path)
    found = read_vehicles(known, "issued/x.parquet", digest, "K3")
    assert [(one.vehicle_id, one.counted) for one in found.vehicles] == [("V0", 1), ("V1", 2), ("V2", 4)]
    assert (found.proofs, found.broken) == ((ProvenDay("gps1", date(2026, 1, 1), ("a",), None),), ())
    assert len(list(groups_of(pq.ParquetFile(path), "K4"))) == 1
    assert len(list(groups_of(pq.ParquetFile(path), "K3"))) == 2
    assert read_vehicles(known, "issued/x.parquet", digest, "K9").vehicles == ()
    assert "rests on " + "0" * 64 in read_vehicles(known, "issued/x.parquet", "0" * 64, "K4").broken[0]


def test_evidence_that_is_gone_or_garbled_is_named(tmp_path):
    path, digest = _frozen_file(tmp_path, [("K1", "V1", 1)], 4)
    known = Settings(home=tmp_path)
    path.write_bytes(path.read_bytes()[:-9] + b"somethin.")
    with pytest.raises(EvidenceLost, match=f"the invoice rests on {digest}; it cannot be read any more"):
        read_vehicles(known, "issued/x.parquet", digest, "K1")
    path.unlink()
    with pytest.raises(EvidenceLost, match=r"the lake has no issued/x\.parquet"):
        read_vehicles(known, "issued/x.parquet", digest, "K1")


def test_two_meters_of_services_with_one_name_are_told_apart():
    litres = [Component(2 + i, "Топливо", Kind.METER, meter=meter, price=Decimal(2)) for i, meter in enumerate(("fuel", "adblue"))]
    days = tuple(replace(day, meters={"fuel": Decimal("1.5"), "adblue": Decimal("0.25")}) for day in fleet(lambda day: 1))
    tariffs = [version(300, components=litres)]
    explained = explain(frozen(rated(days, tariffs=tariffs).charges, days=days, tariffs=tariffs))
    assert explained.disagreements == ()
    # 31 × 1.5 = 46.5 and 31 × 0.25 = 7.75
    assert "Топливо (fuel) 46,5, Топливо (adblue) 7,75" in "\n".join(line_text(explained, 2))
    assert PricedMeasures.of(tariffs).meters == {"fuel": "Топливо (fuel)", "adblue": "Топливо (adblue)"}
    assert meter_names(litres[:1]) == {"fuel": "Топливо"}
