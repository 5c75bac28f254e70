"""Charts of «Сводка»: where people look rather than read."""

from typing import Any

_BLUE, _GRID = "#0B5C7D", "#E3E8ED"
_AGES = ("#9DB4C0", "#6E9DB5", "#E0B252", "#D98B3A", "#C65D2E", "#B3261E")  # from what is not due to what is long overdue

Rows = tuple[int, int]  # first and last row index of the figures, names in column A, values in B


def fleet_chart(book: Any, sheet: str, rows: Rows) -> Any:
    """Billable vehicles of all contracts by day."""
    chart = book.add_chart({"type": "line"})
    chart.add_series(_series(sheet, "Объектов", rows))
    chart.set_x_axis({"num_format": "dd.mm", "date_axis": True, "num_font": {"rotation": -45, "size": 8}})
    chart.set_y_axis({"num_format": "#,##0", "min": 0, "major_gridlines": {"visible": True, "line": {"color": _GRID}}})
    return _dressed(chart, "Объекты по дням")


def tariff_chart(book: Any, sheet: str, rows: Rows) -> Any:
    """Revenue of the biggest tariffs."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series({**_series(sheet, "За месяц", rows), "fill": {"color": _BLUE}, "gap": 60})
    chart.set_x_axis({"num_format": "#,##0", "num_font": {"size": 8}, "major_gridlines": {"visible": True, "line": {"color": _GRID}}})
    chart.set_y_axis({"reverse": True, "num_font": {"size": 8}})
    return _dressed(chart, "Выручка по тарифам с НДС, ₽")


def ageing_chart(book: Any, sheet: str, rows: Rows) -> Any:
    """Debt by days past due."""
    chart = book.add_chart({"type": "column"})
    points = [{"fill": {"color": color}, "border": {"none": True}} for color in _AGES]
    chart.add_series({**_series(sheet, "Долг", rows), "points": points, "gap": 60, "line": {"none": True}})
    chart.set_x_axis({"num_font": {"size": 8}})
    chart.set_y_axis({"num_format": "#,##0", "min": 0, "major_gridlines": {"visible": True, "line": {"color": _GRID}}})
    return _dressed(chart, "Долг клиентов по срокам, ₽")


def _series(sheet: str, name: str, rows: Rows) -> dict[str, Any]:
    first, last = rows
    return {
        "name": name,
        "categories": [sheet, first, 0, last, 0],
        "values": [sheet, first, 1, last, 1],
        "line": {"color": _BLUE, "width": 2.25},
    }


def _dressed(chart: Any, title: str) -> Any:
    chart.set_title({"name": title, "name_font": {"size": 12, "color": _BLUE}, "overlay": False})
    chart.set_legend({"none": True})
    return chart
