"""Segments: the month cut where what prices changes, and where the contract starts or ends (domain.md §5)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from pipelines.period import ONE_DAY, Month, Span, runs
from pipelines.rating.charges import Cause, ParkReason
from pipelines.rating.model import Contract, Segment, TariffVersion, Terms


class _Dated(Protocol):
    @property
    def valid_from(self) -> dt.date: ...


D = TypeVar("D", bound=_Dated)


def in_force(rows: Sequence[D], day: dt.date) -> D | None:
    """The row in force on a day: the latest that has begun, or None. Rows in any order."""
    latest = None
    for row in rows:
        if row.valid_from <= day and (latest is None or row.valid_from > latest.valid_from):
            latest = row
    return latest


def cut(
    contract: Contract, month: Month, terms: Sequence[Terms], tariffs: Mapping[str, Sequence[TariffVersion]]
) -> tuple[tuple[Segment, ...], tuple[ParkReason, ...]]:
    """The segments of a contract's month, in order, and the gaps that keep it from being billed.

    ``terms`` are the contract's rows and ``tariffs`` the versions by tariff code, both in any order. Rows whose
    priced values are equal are not cut; the segment then carries the later row. Nothing at all: the contract is
    not in force in the month.
    """
    span = month.span.overlap(contract.starts_on, contract.ends_on)
    if span is None:
        return (), ()
    pieces: list[tuple[Span, Terms, TariffVersion]] = []
    gaps: dict[tuple[Cause, str], list[Span]] = {}
    for piece in _pieces(span, terms, tariffs):
        row = in_force(terms, piece.first)
        if row is None:
            gaps.setdefault((Cause.NO_TERMS, ""), []).append(piece)
            continue
        version = in_force(tariffs.get(row.tariff_code, ()), piece.first)
        if version is None:
            gaps.setdefault((Cause.NO_TARIFF, row.tariff_code), []).append(piece)
        elif pieces and pieces[-1][0].last + ONE_DAY == piece.first and _same_prices(pieces[-1], row, version):
            pieces[-1] = (Span(pieces[-1][0].first, piece.last), row, version)
        else:
            pieces.append((piece, row, version))
    segments = tuple(Segment(piece, row, version, month.share(piece)) for piece, row, version in pieces)
    reasons = tuple(
        ParkReason(cause, runs(day for gap in spans for day in gap.dates()), subject) for (cause, subject), spans in gaps.items()
    )
    return segments, reasons


def _pieces(span: Span, terms: Sequence[Terms], tariffs: Mapping[str, Sequence[TariffVersion]]) -> list[Span]:
    starts = {span.first}
    for row in terms:
        if row.valid_from <= span.last:
            starts.add(row.valid_from)
            starts.update(version.valid_from for version in tariffs.get(row.tariff_code, ()))
    first, last = span.first, span.last
    inside = sorted(day for day in starts if first <= day <= last)
    ends = [day - ONE_DAY for day in inside[1:]] + [last]
    return [Span(begin, end) for begin, end in zip(inside, ends, strict=True)]


def _same_prices(before: tuple[Span, Terms, TariffVersion], row: Terms, version: TariffVersion) -> bool:
    _, old_row, old_version = before
    same_terms = old_row is row or _priced_terms(old_row) == _priced_terms(row)
    return same_terms and (old_version is version or _priced_tariff(old_version) == _priced_tariff(version))


def _priced_terms(row: Terms) -> tuple[object, ...]:
    return row.tariff_code, row.counting, row.basis, row.prepaid_vehicles, row.discount_percent, row.minimum or 0


def _priced_tariff(version: TariffVersion) -> tuple[object, ...]:
    return version.prices_include_vat, tuple(
        (part.component_no, part.kind, part.meter, part.scheme, part.price, part.package_size, part.tiers) for part in version.components
    )
