"""The words of letters and pages: one Jinja2 environment over `templates/`. Figures come written; HTML is escaped by the file's name."""

from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.settings import resource

if TYPE_CHECKING:
    import jinja2


@cache
def environment() -> "jinja2.Environment":
    """What a template does not know is an error, never a blank; the line of a tag leaves no empty line."""
    import jinja2  # a quick command does not pay for it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("templates")),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def laid_out(name: str, view: dict[str, Any]) -> str:
    """A template with its facts put in."""
    return environment().get_template(name).render(view)
