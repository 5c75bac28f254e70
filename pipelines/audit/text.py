"""An explained invoice as text for an accountant: from the header down to the runs of days, every statement a line. Pure.

Codes and columns of JSON and CSV are in `rows`; here everything is said in words.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pipelines.audit.model import Explanation, FrozenInvoice, SnapshotsOfDay, fleet_runs
from pipelines.audit.rows import SHORT, rests_on_fleet, usage_row, vat_arithmetic, vehicle_rows
from pipelines.billing.transitions import UNATTENDED
from pipelines.period import Span
from pipelines.rating.charges import Amounts
from pipelines.rating.meter_names import meter_names
from pipelines.rating.model import DayUsage, Kind, Terms
from pipelines.wording import outside, price_words
from pipelines.wording.russian import (
    DAY,
    FIXED,
    VEHICLE,
    VEHICLE_DAY,
    counted,
    in_units,
    month_name,
    number,
    percent,
    period,
    roubles,
    short_date,
)  # fmt: skip

_INDENT = "    "
_KINDS: Final = {"monthly": "счёт", "advance": "счёт на предоплату", "corrective": "счёт на доплату", "adjustment": "корректировка"}
_WHY: Final = {
    "used": "работала: есть сообщение или минуты на связи",
    "connected": "подключена на платформе",
    "unused": "не работала: ни сообщений, ни минут на связи",
    "deactivated": "отключена на платформе",
    "blocked": "заблокирована, сама или с учётной записью",
    "duplicate": "дубль: её устройство учтено в другой машине",
}
_SNAPSHOT = ("снимок", "снимка", "снимков")
_LINE = ("строка", "строки", "строк")
_DIFFERENCE = ("расхождение", "расхождения", "расхождений")


def whole_text(explained: Explanation) -> str:
    """The whole invoice: header, terms, segments, every line with its arithmetic and days, sums, evidence."""
    frozen = explained.frozen
    blocks = [header(frozen), _terms(frozen)]
    blocks += [line_text(explained, line_no) for line_no in range(1, len(explained.lines) + 1)]
    return "\n\n".join("\n".join(block) for block in [*blocks, _together(explained), _evidence(explained)])


def line_text(explained: Explanation, line_no: int) -> list[str]:
    """One line: its arithmetic, what was billed before, VAT, the days that made it."""
    derivation = explained.lines[line_no - 1]
    line = derivation.line
    text_lines = [f"Строка {line_no}  {line.name}  {period(line.span)}", f"{_INDENT}{line.arithmetic}"]
    if derivation.before:
        text_lines += [
            f"{_INDENT}выставлено раньше, счёт {earlier.number}, строка {earlier.line_no}: {_amounts_text(earlier.amounts)}"
            for earlier in derivation.before
        ]
        text_lines += [
            f"{_INDENT}было:     {_amounts_text(derivation.billed)}",
            f"{_INDENT}стало:    {_amounts_text(derivation.now)}",
            f"{_INDENT}разница:  {_amounts_text(line.amounts)}",
        ]
    else:
        if line.vat_rate:
            text_lines.append(f"{_INDENT}НДС {percent(line.vat_rate)}: {vat_arithmetic(derivation).replace(' %', f'{FIXED}%')}")
        text_lines.append(f"{_INDENT}{_amounts_text(line.amounts)}")
    if not rests_on_fleet(line):
        return [*text_lines, f"{_INDENT}от числа машин не зависит"]
    return text_lines + _days_text(explained.frozen, line.span)


def day_text(explained: Explanation, day: date) -> list[str]:
    """What a day is counted from: its fleet and the snapshots with their full digests."""
    frozen = explained.frozen
    frozen_days = {frozen_day.date: frozen_day for frozen_day in frozen.days}
    text_lines = [f"{frozen.number}  договор {frozen.contract.contract_no}  {short_date(day)}"]
    if day in frozen_days:
        text_lines.append(f"{_INDENT}в счёте учтено: {counted(frozen_days[day].fleet_size, *VEHICLE)}")
    else:
        text_lines.append(f"{_INDENT}счёт не опирается на этот день" + ("" if frozen_days else ": он выставлен до начала учёта машин"))
    for taken in frozen.taken_on(day):
        text_lines.append(f"{_INDENT}снимок {_taken_text(taken)}")
        if taken.is_carried:
            text_lines.append(f"{_INDENT}перенос {_carried_text(taken)}")
    return text_lines


def day_table(explained: Explanation, line_no: int) -> list[dict[str, Any]]:
    """The days of a line in words, for a table; the columns of `rows.DAY_COLUMNS`."""
    frozen = explained.frozen
    return [
        {
            "date": short_date(day.date),
            "fleet_size": day.fleet_size,
            "online_minutes": day.online_minutes,
            "meters": ", ".join(_meters(frozen, [day])),
            "carried": ", ".join(_carried_text(snapshots) for snapshots in frozen.taken_on(day.date) if snapshots.is_carried),
            "snapshots": ", ".join(_taken_text(snapshots, SHORT) for snapshots in frozen.taken_on(day.date)),
        }
        for day in frozen.days_of(explained.lines[line_no - 1].line.span)
    ]


def vehicle_table(explained: Explanation, day: date) -> list[dict[str, Any]]:
    """The vehicles of a day in words, for a table; the columns of `rows.VEHICLE_COLUMNS`."""
    return [{**row, "counts": "да" if row["counts"] else "нет"} for row in vehicle_rows(explained, day, _WHY)]


def header(frozen: FrozenInvoice) -> list[str]:
    """Number, parties, contract, period."""
    contract = frozen.contract
    until = f" по {short_date(contract.ends_on)}" if contract.ends_on else ""
    return [
        f"{frozen.number}  {_KINDS[frozen.kind]} за {month_name(frozen.month)}{_cause(frozen)}",
        *_pairs(
            ("клиент", f"{contract.client_code}  {outside.clean(frozen.client.get('name'))}"),
            ("продавец", f"{contract.organization_code}  {outside.clean(frozen.organization.get('name'))}"),
            ("договор", f"{contract.contract_no}, действует с {short_date(contract.starts_on)}{until}"),
            ("выставлен", f"{short_date(frozen.issued_on)}, оплатить до {short_date(frozen.due_on)}"),
            ("одобрен", _approved(frozen)),
            ("сумма", f"{_amounts_text(frozen.amounts)}{FIXED}₽"),
        ),
    ]


def _cause(frozen: FrozenInvoice) -> str:
    """The watched day of a corrective, the number of a correction."""
    day, text = frozen.cause[:10], frozen.cause
    if len(day) == 10 and day[4] == day[7] == "-":
        return f", по учёту на {short_date(date.fromisoformat(day))}"
    return f", № {text}" if text.isdigit() else ""


def _approved(frozen: FrozenInvoice) -> str:
    if frozen.approved_by == UNATTENDED:
        return "без человека, в пределах объявленных лимитов"
    return f"{frozen.approved_by}: {frozen.approved_because}"


def _pairs(*pairs: tuple[str, str]) -> list[str]:
    return [f"{_INDENT}{label:<11}{text}" for label, text in pairs]


def _terms(frozen: FrozenInvoice) -> list[str]:
    in_force = [segment.terms for segment in frozen.segments]
    text_lines = ["Условия договора"]
    text_lines += [f"{_INDENT}с {short_date(row.valid_from)}: {_terms_text(row)}" for row in frozen.terms if row in in_force]
    text_lines.append("Цены")
    for segment in frozen.segments:
        tariff = segment.tariff
        prices = "цены с НДС" if tariff.prices_include_vat else "цены без НДС"
        share = "весь месяц" if segment.share == 1 else f"{in_units(segment.span.days, *DAY)} из {frozen.month.days}"
        version = f"тариф «{outside.clean(tariff.name)}» ({tariff.tariff_code}) от {short_date(tariff.valid_from)}, {prices}"
        text_lines.append(f"{_INDENT}{period(segment.span)}, {share}: {version}")
        text_lines += [
            f"{_INDENT}{_INDENT}{each.component_no}. {outside.clean(each.name)}: {price_words.word('kind', each.kind.value)}, "
            f"{price_words.word('scheme', each.scheme.value)}"
            for each in tariff.components
        ]
    return text_lines


def _terms_text(terms: Terms) -> str:
    said = [
        f"тариф {terms.tariff_code}",
        f"считаются {price_words.word('counting', terms.counting.value)}",
        f"за месяц берётся {price_words.word('basis', terms.basis.value)}",
    ]
    if terms.prepaid_vehicles:
        said.append(f"предоплачено {in_units(terms.prepaid_vehicles, *VEHICLE)}")
    if terms.discount_percent:
        said.append(f"скидка {percent(terms.discount_percent)}")
    if terms.minimum:
        said.append(f"не меньше {roubles(terms.minimum)}{FIXED}₽ в месяц")
    return ", ".join([*said, f"на оплату {in_units(terms.payment_days, *DAY)}"])


def _days_text(frozen: FrozenInvoice, span: Span) -> list[str]:
    days = frozen.days_of(span)
    if not days:
        return [f"{_INDENT}дней учёта нет: счёт выставлен до их начала"]
    usage = usage_row(days)
    together = [
        f"максимум {counted(usage['peak'], *VEHICLE)} ({short_date(usage['peak_date'])})",
        f"в среднем {usage['vehicle_days']} ÷ {len(days)} = {number(usage['average'])}",
        in_units(usage["vehicle_days"], *VEHICLE_DAY),
    ]
    if usage["online_minutes"] is not None and _is_online_priced(frozen):
        together.append(f"минут на связи {number(Decimal(usage['online_minutes']))}")
    together += _meters(frozen, days)
    runs = []
    for run, size in fleet_runs(days):
        when = f"{run.first:%d}" if run.days == 1 else f"{run.first:%d}–{run.last:%d}"
        runs.append(f"{when}:{FIXED}{size}{f'{FIXED}←{FIXED}максимум' if usage['peak_date'] in run else ''}")
    return [f"{_INDENT}{', '.join(together)}", f"{_INDENT}машин по дням: {'; '.join(runs)}"]


def _is_online_priced(frozen: FrozenInvoice) -> bool:
    return any(each.kind is Kind.ONLINE_HOURS for segment in frozen.segments for each in segment.tariff.components)


def _meters(frozen: FrozenInvoice, days: Iterable[DayUsage]) -> list[str]:
    """The meters that the tariffs price, each by the name of its service: ``Видеоархив 12,5``; those that stood still left out."""
    listed = list(days)
    names = meter_names(each for segment in frozen.segments for each in segment.tariff.components)
    sums = {meter: sum((day.meters.get(meter, Decimal(0)) for day in listed), Decimal(0)) for meter in names}
    return [f"{outside.clean(name)} {number(sums[meter])}" for meter, name in names.items() if sums[meter]]


def _together(explained: Explanation) -> list[str]:
    """The sums over the lines, written out."""
    lines = [derivation.line for derivation in explained.lines]
    amounts = explained.frozen.amounts
    text_lines = ["Вместе"]
    for label, parts, total in (
        ("без НДС", [line.net for line in lines], amounts.net),
        ("НДС", [line.vat for line in lines], amounts.vat),
        ("всего", [line.total for line in lines], amounts.total),
    ):
        sums = f"{_sum_text(parts)} = " if len(parts) > 1 else ""
        text_lines.append(f"{_INDENT}{label:<9}{sums}{roubles(total)}")
    return text_lines


def _sum_text(parts: Iterable[Decimal]) -> str:
    text = ""
    for part in parts:
        sign = " − " if part < 0 else " + "
        text += f"{sign if text else '−' if part < 0 else ''}{roubles(abs(part))}"
    return text


def _evidence(explained: Explanation) -> list[str]:
    frozen = explained.frozen
    text_lines = ["Подтверждение"]
    text_lines += [
        f"{_INDENT}перенос на {short_date(snapshots.day)}: {_carried_text(snapshots)}; {_taken_text(snapshots, SHORT)}"
        for snapshots in frozen.carried
    ]
    platforms = sorted({taken.platform for taken in frozen.snapshots})
    for platform in platforms:
        own = [taken for taken in frozen.snapshots if taken.platform == platform and not taken.is_carried]
        text_lines.append(f"{_INDENT}{platform}: {counted(sum(len(taken.digests) for taken in own), *_SNAPSHOT)}")
    text_lines += [f"{_INDENT}машины по дням: {frozen.vehicles_path}", f"{_INDENT}SHA-256 {frozen.vehicles_digest}"]
    return [*text_lines, f"{_INDENT}{verdict(explained)}"]


def verdict(explained: Explanation) -> str:
    """What the check came to: agreed, or how much does not; `disagreements` name each."""
    frozen = explained.frozen
    if explained.disagreements:
        return f"НЕ СХОДИТСЯ: {counted(len(explained.disagreements), *_DIFFERENCE)} с подтверждением"
    vehicle_days = sum(day.fleet_size for day in frozen.days)
    vehicles = sum(bool(vehicle.counted) for vehicle in frozen.vehicles)
    recounted = f"{counted(vehicle_days, *VEHICLE_DAY)} (машин: {vehicles}) пересчитаны по снимкам, " if frozen.days else ""
    return f"сходится: {recounted}{counted(len(frozen.lines), *_LINE)} и суммы посчитаны заново"


def _taken_text(taken: SnapshotsOfDay, length: int | None = None) -> str:
    """``gps1 3fb0a1…`` with every snapshot of the day; a carried day names the day that stands for it."""
    digests = "+".join(digest[:length] for digest in taken.digests) or "—"
    carried = f" (за {short_date(taken.source)})" if taken.source else " (перенос)" if taken.is_carried else ""
    return f"{taken.platform} {digests}{carried}"


def _carried_text(taken: SnapshotsOfDay) -> str:
    return f"{taken.platform}, решение: {outside.clean(taken.by)} ({outside.clean(taken.reason)})"


def _amounts_text(amounts: Amounts) -> str:
    if not amounts.vat:
        return f"{roubles(amounts.total)}, без НДС"
    return f"без НДС {roubles(amounts.net)} + НДС {roubles(amounts.vat)} = {roubles(amounts.total)}"
