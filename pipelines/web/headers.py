"""Headers that every answer carries, and the size that a request may have: pure ASGI, in front of everything else."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 64 * 1024


def policy(*, frame_ancestors: str = "'none'") -> str:
    """Content-Security-Policy: nothing from elsewhere, no script and no style in the page itself, forms go to us alone."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {frame_ancestors}"
    )


class Guard:
    """Middleware: security headers on every answer, and 413 for a body that no form of ours has.

    ``frame_ancestors``: who may show a page in a frame; ``is_secure``: behind TLS, so that browsers never come back without.
    """

    def __init__(self, app: Application, *, frame_ancestors: str = "'none'", is_secure: bool = False) -> None:
        self._app = app
        fixed = {
            "content-security-policy": policy(frame_ancestors=frame_ancestors),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "x-robots-tag": "noindex, nofollow",
        }
        if frame_ancestors == "'none'":
            fixed["x-frame-options"] = "DENY"
        if is_secure:
            fixed["strict-transport-security"] = "max-age=31536000"
        self._fixed = [(name.encode(), value.encode()) for name, value in fixed.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            await self._refuse(send)
            return
        taken = 0

        async def limited() -> MutableMapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > LARGEST_BODY else message

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                more = [(name, value) for name, value in self._fixed if name not in present]
                if b"cache-control" not in present:
                    more.append((b"cache-control", b"private, no-store"))
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self._app(scope, limited, guarded)

    async def _refuse(self, send: Send) -> None:
        head = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), *self._fixed]
        await send({"type": "http.response.start", "status": 413, "headers": head})
        await send({"type": "http.response.body", "body": b"too large"})
