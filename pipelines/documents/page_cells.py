"""Text from outside inside a Markdown page. Pure."""

from pipelines.wording.outside import clean

_INSTEAD = {"<": "‹", ">": "›"}


def cell(outside: str | None) -> str:
    """Outside text inside a Markdown table: one line, and none of the signs that Markdown or HTML would act on."""
    kept = clean(outside)
    for sign in "\\`*_{}[]<>|#~":
        kept = kept.replace(sign, _INSTEAD.get(sign, f"\\{sign}"))
    return kept
