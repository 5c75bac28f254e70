"""A page by its template and language. What a template prints is escaped; figures come written."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.settings import resource
from pipelines.web import figures
from pipelines.web.arithmetic import arithmetic
from pipelines.web.catalogue import translations
from pipelines.web.files import href
from pipelines.wording.outside import clean

if TYPE_CHECKING:
    import jinja2

FILTERS: Mapping[str, Callable[..., str]] = {
    "money": figures.money,
    "day": figures.day,
    "short_day": figures.short_day,
    "month": figures.month,
    "count": figures.count,
    "percent": figures.percent,
    "arithmetic": arithmetic,
}


@cache
def environment(language: str) -> "jinja2.Environment":
    """Templates of pages in one language: `_("…")` and `{% trans %}` are words, everything printed is escaped for HTML."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
        finalize=_harmless,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # of the extension
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {"href": href, "language": language}
    made.filters |= {name: figures.in_language(write, language) for name, write in FILTERS.items()}
    return made


def _harmless(value: Any) -> Any:
    """Text as it is printed: without signs that are not seen and steer what stands after them, such as a turn from right to left."""
    return clean(value) if type(value) is str and not value.isprintable() else value


def laid_out(name: str, language: str, view: Mapping[str, Any]) -> str:
    """A page with its facts put in."""
    return environment(language).get_template(name).render(view)
