"""How a sheet of any workbook is printed: on landscape A4, as wide as one page, its pages numbered."""

from typing import Any

_A4 = 9


def set_up(page: Any, header: str = "") -> None:
    """Set up a sheet of XlsxWriter; ``header``: what stands on top of every page."""
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.set_footer("&R&8Страница &P из &N")
    if header:
        page.set_header("&L&8" + header.replace("&", "&&"))
