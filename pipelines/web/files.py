"""Style, fonts and the little script of our pages: served under a name that holds their digest, so that a browser asks once."""

from functools import cache
from hashlib import sha256
from types import MappingProxyType

from pipelines.settings import resource

PREFIX = "/static/"
MEDIA_TYPES = MappingProxyType(
    {
        "style.css": "text/css; charset=utf-8",
        "comfort.js": "text/javascript; charset=utf-8",
        "desk.css": "text/css; charset=utf-8",
        "desk.js": "text/javascript; charset=utf-8",
        "roboto-400.woff2": "font/woff2",
        "roboto-500.woff2": "font/woff2",
        "icon.svg": "image/svg+xml",
    }
)


@cache
def content(name: str) -> bytes:
    """One of the files. KeyError for any other name."""
    MEDIA_TYPES[name]
    return (resource("templates") / "web" / name).read_bytes()


@cache
def href(name: str, prefix: str = "") -> str:
    """Where a page finds a file; another content has another address. ``prefix``: where the application is mounted."""
    return f"{prefix}{PREFIX}{name}?v={sha256(content(name)).hexdigest()[:12]}"
