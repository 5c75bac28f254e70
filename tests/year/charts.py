"""Small charts in SVG, drawn by hand: lines over the days of the year, and bars side by side."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 260, 70, 34, 30
_COLOURS = {"old way": "#b3541e", "fleetbill": "#1e6fb3"}


def lines(title: str, first: date, series: Mapping[str, Sequence[float]], unit: str) -> str:
    """A line of each series over the days from ``first`` on."""
    top = max((max(values, default=0) for values in series.values()), default=0) or 1
    days = max(len(values) for values in series.values())
    parts = [*_frame(title, top, unit), *_months(first, days), *_legend(list(series))]
    for name, values in series.items():
        points = " ".join(f"{_x(place, days):.1f},{_y(value, top):.1f}" for place, value in enumerate(values))
        parts.append(f'<polyline fill="none" stroke="{_COLOURS[name]}" stroke-width="1.8" points="{points}"/>')
    return _whole(parts)


def bars(title: str, groups: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """Bars of each group side by side; group → series → value."""
    names = list(next(iter(groups.values())))
    top = max((value for group in groups.values() for value in group.values()), default=0) or 1
    parts = [*_frame(title, top, unit), *_legend(names)]
    room = (_WIDTH - _LEFT - 10) / len(groups)
    width = room * 0.7 / len(names)
    for place, (label, group) in enumerate(groups.items()):
        start = _LEFT + place * room + room * 0.15
        for number, (name, value) in enumerate(group.items()):
            y = _y(value, top)
            x, height = start + number * width, _HEIGHT - _BOTTOM - y
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width - 1:.1f}" height="{height:.1f}" fill="{_COLOURS[name]}"/>')
        parts.append(_text(start + room * 0.35, _HEIGHT - 12, label, "middle"))
    return _whole(parts)


def _frame(title: str, top: float, unit: str) -> list[str]:
    parts = [f'<text x="{_LEFT}" y="16" font-size="13" font-weight="bold">{title}</text>']
    for step in range(5):
        value = top * step / 4
        y = _y(value, top)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(_LEFT - 6, y + 4, f"{value:,.0f}".replace(",", " "), "end"))
    return [*parts, _text(_LEFT - 6, _TOP - 8, unit, "end")]


def _months(first: date, days: int) -> list[str]:
    starts = [place for place in range(days) if (first + timedelta(days=place)).day == 1]
    return [_text(_x(place, days), _HEIGHT - 12, f"{first + timedelta(days=place):%m.%y}", "start") for place in starts]


def _legend(names: Sequence[str]) -> list[str]:
    parts = []
    for place, name in enumerate(names):
        x = _WIDTH - 200 + place * 95
        parts += [f'<rect x="{x}" y="8" width="10" height="10" fill="{_COLOURS[name]}"/>', _text(x + 14, 17, name, "start")]
    return parts


def _text(x: float, y: float, content: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{content}</text>'


def _x(place: float, days: int) -> float:
    return _LEFT + place / max(days - 1, 1) * (_WIDTH - _LEFT - 40)


def _y(value: float, top: float) -> float:
    return _TOP + (1 - value / top) * (_HEIGHT - _TOP - _BOTTOM)


def _whole(parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="11" fill="#333">'
    return "\n".join([head, f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>', *parts, "</svg>", ""])
