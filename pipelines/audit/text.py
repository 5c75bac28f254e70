"""An explained invoice as text: from the header down to the runs of days, every statement a line. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from pipelines.audit.model import Explanation, FrozenInvoice, fleet_runs
from pipelines.audit.rows import SHORT, carried_text, rests_on_fleet, taken_text, usage_row, vat_arithmetic
from pipelines.billing.transitions import UNATTENDED
from pipelines.money import shown
from pipelines.period import Span
from pipelines.rating.charges import Amounts
from pipelines.rating.model import Terms
from pipelines.wording import english
from pipelines.wording.russian import number, roubles

_INDENT = "    "


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
    text_lines = [f"line {line_no}  {line.name}  {line.span}", f"{_INDENT}{line.arithmetic}"]
    if derivation.before:
        text_lines += [
            f"{_INDENT}billed before: {earlier.number} line {earlier.line_no}: {_amounts_text(earlier.amounts)}"
            for earlier in derivation.before
        ]
        text_lines += [
            f"{_INDENT}old:           {_amounts_text(derivation.billed)}",
            f"{_INDENT}new:           {_amounts_text(derivation.now)}",
            f"{_INDENT}difference:    {_amounts_text(line.amounts)}",
        ]
    else:
        rate = "" if line.vat_rate is None else f"VAT {line.vat_rate.normalize():f} %: {vat_arithmetic(derivation)};  "
        text_lines.append(f"{_INDENT}{rate}{_amounts_text(line.amounts)}")
    if not rests_on_fleet(line):
        return [*text_lines, f"{_INDENT}days {line.span.first:%d}–{line.span.last:%d}, whatever the fleet"]
    return text_lines + _days_text(explained.frozen, line.span)


def day_text(explained: Explanation, day: date) -> list[str]:
    """What a day is counted from: its fleet and the snapshots with their full digests."""
    frozen = explained.frozen
    frozen_days = {frozen_day.date: frozen_day for frozen_day in frozen.days}
    text_lines = [f"{frozen.number}  contract {frozen.contract.contract_no}  {day}"]
    if day in frozen_days:
        text_lines.append(f"{_INDENT}billed by a fleet of {frozen_days[day].fleet_size}")
    else:
        text_lines.append(f"{_INDENT}the invoice does not rest on this day" + ("" if frozen_days else ": it is billed ahead of its days"))
    for taken in frozen.taken_on(day):
        text_lines.append(f"{_INDENT}snapshot {taken_text(taken)}")
        if taken.is_carried:
            text_lines.append(f"{_INDENT}carried {carried_text(taken)}")
    return text_lines


def header(frozen: FrozenInvoice) -> list[str]:
    """Number, parties, contract, period."""
    contract = frozen.contract
    until = f" to {contract.ends_on}" if contract.ends_on else ""
    cause = f" ({frozen.cause})" if frozen.cause else ""
    return [
        f"{frozen.number}  {frozen.kind}{cause} for {frozen.month}",
        *_pairs(
            ("client", f"{contract.client_code}  {frozen.client.get('name')}"),
            ("seller", f"{contract.organization_code}  {frozen.organization.get('name')}"),
            ("contract", f"{contract.contract_no}  in force from {contract.starts_on}{until}"),
            ("issued", f"{frozen.issued_on}, due {frozen.due_on}; {_approved(frozen)}"),
            ("amount", f"{_amounts_text(frozen.amounts)} {frozen.currency}"),
        ),
    ]


def _approved(frozen: FrozenInvoice) -> str:
    if frozen.approved_by == UNATTENDED:
        return "within the declared bounds of an unattended run, approved by nobody"
    return f"approved by {frozen.approved_by}: {frozen.approved_because}"


def _pairs(*pairs: tuple[str, str]) -> list[str]:
    return [f"{_INDENT}{label:<10}{text}" for label, text in pairs]


def _terms(frozen: FrozenInvoice) -> list[str]:
    in_force = [segment.terms for segment in frozen.segments]
    text_lines = ["terms"]
    text_lines += [f"{_INDENT}from {row.valid_from}: {_terms_text(row)}" for row in frozen.terms if row in in_force]
    text_lines.append("segments")
    for segment in frozen.segments:
        tariff = segment.tariff
        prices = "with VAT" if tariff.prices_include_vat else "without VAT"
        share = f"{segment.span.days}/{frozen.month.days} of the month"
        version = f"tariff {tariff.tariff_code} «{tariff.name}», version of {tariff.valid_from}, prices {prices}"
        text_lines.append(f"{_INDENT}{segment.span}: {share}, {version}")
    return text_lines


def _terms_text(terms: Terms) -> str:
    said = [f"tariff {terms.tariff_code}", f"counts {terms.counting} vehicles", f"basis {terms.basis}"]
    if terms.prepaid_vehicles:
        said.append(f"{terms.prepaid_vehicles} vehicles prepaid")
    if terms.discount_percent:
        said.append(f"discount {terms.discount_percent.normalize():f} %")
    if terms.minimum:
        said.append(f"minimum {shown(terms.minimum)}")
    return ", ".join([*said, f"due in {terms.payment_days} days"])


def _days_text(frozen: FrozenInvoice, span: Span) -> list[str]:
    days = frozen.days_of(span)
    if not days:
        return [f"{_INDENT}days: none; it is billed ahead of them"]
    usage = usage_row(days)
    online = "" if usage["online_minutes"] is None else f", online minutes {number(usage['online_minutes'])}"
    meters = "".join(f", {name} {number(Decimal(amount))}" for name, amount in usage["meters"].items())
    average = f"{usage['vehicle_days']} ÷ {len(days)} = {number(usage['average'])}"
    sums = f"peak {usage['peak']} on {usage['peak_date']}, average {average}, vehicle-days {usage['vehicle_days']}{online}{meters}"
    runs = []
    for run, size in fleet_runs(days):
        when = f"{run.first:%d}" if run.days == 1 else f"{run.first:%d}–{run.last:%d}"
        runs.append(f"{when}: {size}{' ← peak' if usage['peak_date'] in run else ''}")
    return [f"{_INDENT}{sums}", f"{_INDENT}days {' | '.join(runs)}"]


def _together(explained: Explanation) -> list[str]:
    """The sums over the lines, written out."""
    lines = [derivation.line for derivation in explained.lines]
    amounts = explained.frozen.amounts
    text_lines = ["together"]
    for label, parts, total in (
        ("net", [line.net for line in lines], amounts.net),
        ("VAT", [line.vat for line in lines], amounts.vat),
        ("total", [line.total for line in lines], amounts.total),
    ):
        sums = f"{_sum_text(parts)} = " if len(parts) > 1 else ""
        text_lines.append(f"{_INDENT}{label:<6}{sums}{roubles(total)}")
    return text_lines


def _sum_text(parts: Iterable[Decimal]) -> str:
    text = ""
    for part in parts:
        sign = " − " if part < 0 else " + "
        text += f"{sign if text else '−' if part < 0 else ''}{roubles(abs(part))}"
    return text


def _evidence(explained: Explanation) -> list[str]:
    frozen = explained.frozen
    text_lines = ["evidence"]
    text_lines += [
        f"{_INDENT}carried {snapshots.day}: {carried_text(snapshots)}; {taken_text(snapshots, SHORT)}" for snapshots in frozen.carried
    ]
    platforms = sorted({taken.platform for taken in frozen.snapshots})
    for platform in platforms:
        digests = [
            digest
            for snapshots in frozen.snapshots
            if snapshots.platform == platform and not snapshots.is_carried
            for digest in snapshots.digests
        ]
        text_lines.append(f"{_INDENT}{platform}: {len(digests)} snapshots")
    text_lines += [f"{_INDENT}vehicles {frozen.vehicles_path}", f"{_INDENT}sha256 {frozen.vehicles_digest}"]
    return [*text_lines, *(f"{_INDENT}{said}" for said in verdict(explained))]


def verdict(explained: Explanation) -> Iterator[str]:
    """What the check came to: agreed, or every difference."""
    frozen = explained.frozen
    if explained.disagreements:
        yield from (f"DOES NOT AGREE: {each}" for each in explained.disagreements)
        return
    vehicle_days = sum(day.fleet_size for day in frozen.days)
    vehicles = sum(bool(vehicle.counted) for vehicle in frozen.vehicles)
    recounted = f"{vehicle_days} vehicle-days of {vehicles} vehicles counted again, " if frozen.days else ""
    yield f"agrees: {recounted}{english.counted(len(frozen.lines), 'line')} and the sums computed again"


def _amounts_text(amounts: Amounts) -> str:
    return f"net {roubles(amounts.net)} + VAT {roubles(amounts.vat)} = {roubles(amounts.total)}"
