"""The fleet by day as a drawing (SVG): bars, the limit paid ahead, the average, where prices change, and how it may go on. Pure.

Places along the days are shares of the width and letters keep their size, so that one drawing serves a phone and a wide screen. It holds
numbers and the words given; colours come from the style of the page.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from html import escape

from pipelines.cabinet.fleet import FleetMonth
from pipelines.cabinet.forecast import Course
from pipelines.period import Span
from pipelines.rating.model import Basis

_TOP, _PLOT, _BOTTOM = 26, 170, 24
HEIGHT = _TOP + _PLOT + _BOTTOM
_BAR = 0.72  # share of a day's width
_FEW_TICKS = 4
_LABELLED = 5  # every so many days have their number below
_LONG = 1000  # numbers of so many vehicles are wider than their place on a phone
_GUTTER = 6.0  # percent of the width, left of the days: the numbers of the lines


@dataclass(frozen=True, slots=True)
class ChartWords:
    """Words of a drawing in the reader's language: `title` and `text` for who does not see it, the rest stands in it.

    `number` writes a number.
    """

    title: str
    text: str
    change: str
    number: Callable[[int], str] = str


def fleet_chart(fleet: FleetMonth, course: Course | None, words: ChartWords, name: str) -> str:
    """The drawing of a contract's month; `course`: days to come, drawn as a range. `name`: unlike that of any other on the page."""
    ahead = list(_to_come(fleet, course))
    limits = [segment.terms.prepaid_vehicles for segment in fleet.segments]
    largest = max([day.fleet_size for day in fleet.days] + [high for *_, high in ahead] + [*limits, 1])
    scale = _Scale(fleet.month.span, *_ticks(largest))
    parts = [*scale.grid(words), *_bars(fleet, scale), *_band(ahead, scale), *_limits(fleet, scale), *_average(fleet, scale)]
    parts += [*_changes(fleet, scale, words), *_peak(fleet, scale, words), *scale.days()]
    return (
        f'<svg class="chart" width="100%" height="{HEIGHT}" role="img" aria-labelledby="{name}-title {name}-text">'
        f'<title id="{name}-title">{escape(words.title)}</title><desc id="{name}-text">{escape(words.text)}</desc>'
        f"{''.join(parts)}</svg>"
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a day and a number of vehicles lie."""

    span: Span
    step: int
    top: int

    def x(self, day: date, share: float = 0.0) -> str:
        """A place within a day, from its left edge (0) to its right one (1)."""
        return f"{_GUTTER + ((day - self.span.first).days + share) / self.span.days * (100 - _GUTTER):.2f}%"

    def width(self, share: float) -> str:
        """A share of a day's width."""
        return f"{share / self.span.days * (100 - _GUTTER):.2f}%"

    def y(self, vehicles: int | Fraction) -> float:
        """The height of a number of vehicles, from the top of the drawing."""
        return round(float(_TOP + _PLOT * (1 - Fraction(vehicles) / self.top)), 1)

    def grid(self, words: ChartWords) -> Iterator[str]:
        """Lines of round numbers, each with its number beside it; a number too long for its place stands on its line."""
        for value in range(0, self.top + 1, self.step):
            y = self.y(value)
            yield f'<line class="chart-grid" x1="{_GUTTER}%" x2="100%" y1="{y}" y2="{y}"/>'
            place = f'text-anchor="end" x="{_GUTTER - 1}%" y="{y + 4}"' if self.top < _LONG else f'text-anchor="start" x="0" y="{y - 4}"'
            yield f'<text class="chart-tick" {place}>{escape(words.number(value))}</text>'

    def days(self) -> Iterator[str]:
        """Numbers of some days below."""
        for day in self.span.dates():
            if day == self.span.first or day.day % _LABELLED == 0:
                yield f'<text class="chart-tick" text-anchor="middle" x="{self.x(day, 0.5)}" y="{HEIGHT - 6}">{day.day}</text>'


def _ticks(largest: int) -> tuple[int, int]:
    """A round step between the lines (1, 2 or 5 times a power of ten), and the number that the highest stands for."""
    power = 10 ** max(len(str(largest)) - 2, 0)
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power, 20 * power, 50 * power) if step * _FEW_TICKS >= largest)
    return step, -(-largest // step) * step


_Ahead = tuple[date, int, int, int]
"""A day to come: its lowest, its likely, its highest fleet."""


def _to_come(fleet: FleetMonth, course: Course | None) -> Iterator[_Ahead]:
    if course is not None:
        for low, likely, high in zip(course.low, course.likely, course.high, strict=True):
            if low.date in fleet.span:
                yield low.date, low.fleet_size, likely.fleet_size, high.fleet_size


def _bars(fleet: FleetMonth, scale: _Scale) -> Iterator[str]:
    """A bar a day; what of it is above the vehicles paid ahead has a colour of its own."""
    edge = (1 - _BAR) / 2
    for day in fleet.days:
        limit, y = fleet.prepaid_on(day.date), scale.y(day.fleet_size)
        across, said = f'x="{scale.x(day.date, edge)}" width="{scale.width(_BAR)}"', f"<title>{day.date:%d.%m}: {day.fleet_size}</title>"
        paid = scale.y(limit) if limit and day.fleet_size > limit else y
        if limit and day.fleet_size > limit:
            height = max(round(paid - y, 1), 1.0)  # it is seen, however little it is of a large fleet
            yield f'<rect class="chart-bar chart-over" {across} y="{round(paid - height, 1)}" height="{height}">{said}</rect>'
        yield f'<rect class="chart-bar" {across} y="{paid}" height="{round(scale.y(0) - paid, 1)}">{said}</rect>'


def _band(ahead: Sequence[_Ahead], scale: _Scale) -> Iterator[str]:
    edge = (1 - _BAR) / 2
    for day, low, likely, high in ahead:
        top, width = scale.y(high), scale.width(_BAR)
        height = max(round(scale.y(low) - top, 1), 2)
        said = f"{low}–{high}" if low != high else f"{low}"
        drawn = f'x="{scale.x(day, edge)}" width="{width}" y="{top}" height="{height}"'
        yield f'<rect class="chart-band" {drawn}><title>{day:%d.%m}: {said}</title></rect>'
        y = scale.y(likely)
        yield f'<line class="chart-likely" x1="{scale.x(day, edge)}" x2="{scale.x(day, 1 - edge)}" y1="{y}" y2="{y}"/>'


def _limits(fleet: FleetMonth, scale: _Scale) -> Iterator[str]:
    for segment in fleet.segments:
        if vehicles := segment.terms.prepaid_vehicles:
            y = scale.y(vehicles)
            yield f'<line class="chart-limit" x1="{scale.x(segment.span.first)}" x2="{scale.x(segment.span.last, 1)}" y1="{y}" y2="{y}"/>'


def _average(fleet: FleetMonth, scale: _Scale) -> Iterator[str]:
    """The average over the days that are known, where it is what prices."""
    if fleet.average is not None and any(segment.terms.basis is Basis.AVERAGE for segment in fleet.segments):
        y = scale.y(fleet.average)
        last = fleet.days[-1].date
        yield f'<line class="chart-average" x1="{scale.x(fleet.days[0].date)}" x2="{scale.x(last, 1)}" y1="{y}" y2="{y}"/>'


def _changes(fleet: FleetMonth, scale: _Scale, words: ChartWords) -> Iterator[str]:
    for day in fleet.changes:
        is_right = (day - fleet.month.first).days * 2 > fleet.month.days
        anchor, share = ("end", -0.3) if is_right else ("start", 0.3)
        yield f'<line class="chart-change" x1="{scale.x(day)}" x2="{scale.x(day)}" y1="4" y2="{scale.y(0)}"/>'
        yield f'<text class="chart-note" text-anchor="{anchor}" x="{scale.x(day, share)}" y="12">{escape(words.change)}</text>'


def _peak(fleet: FleetMonth, scale: _Scale, words: ChartWords) -> Iterator[str]:
    """The largest fleet, written above its first day."""
    if fleet.peak_on is not None and fleet.peak:
        place = (fleet.peak_on - fleet.month.first).days
        anchor = "start" if place < 2 else "end" if place > fleet.month.days - 3 else "middle"
        share = {"start": 0.2, "middle": 0.5, "end": 0.8}[anchor]
        place_of = f'text-anchor="{anchor}" x="{scale.x(fleet.peak_on, share)}" y="{scale.y(fleet.peak) - 5}"'
        yield f'<text class="chart-peak" {place_of}>{escape(words.number(fleet.peak))}</text>'
