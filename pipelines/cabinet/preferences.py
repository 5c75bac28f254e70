"""Language and theme of a browser: kept in its cookies, for readers who are logged in and for those who are not."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pipelines.cabinet.visit import Anybody, local_path
from pipelines.web.forms import TEXT

router = APIRouter()
Back = Annotated[str, Form(max_length=2000, pattern=TEXT)]


@router.post("/language")
def choose_language(visit: Anybody, language: Annotated[Literal["ru", "en"], Form()], back: Back = "/") -> Response:
    """Pages in that language from now on."""
    visit.remember("language", language)
    return visit.redirect(_below(visit.root, back))


@router.post("/theme")
def choose_theme(visit: Anybody, theme: Annotated[Literal["auto", "light", "dark"], Form()], back: Back = "/") -> Response:
    """Light, dark, or what the system says."""
    visit.remember("theme", theme)
    return visit.redirect(_below(visit.root, back))


def _below(root: str, back: str) -> str:
    return local_path(back.removeprefix(root) if root else back)
