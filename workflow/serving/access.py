"""Who may read the live page: names, methods and a token are checked before anything else happens."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Every answer has these headers: the address holds a token, and the data are of one user."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
"""A browser on this machine, or at the other end of an ssh tunnel, asks for the page under one of these names."""
MOST_LETTERS = 253
"""No name of a machine is longer."""


class Access:
    """What stands before an application: a name that is expected, GET or HEAD, and the token.

    A page of another site may let its own name lead to this machine (DNS rebinding); the name that the browser asks for
    then is not one of ours, while an address made of numbers leads nowhere else. The token comes in the address once,
    then as a cookie, which no script can read and no other site can send.

    Parameters
    ----------
    application
        What answers.
    token
        The secret.
    names
        The names of this server besides those of :data:`HERE`.
    cookie
        The name of the cookie: cookies know no ports, so two servers on one machine need two names.
    """

    def __init__(self, application: ASGIApp, token: str, names: Iterable[str] = (), cookie: str = "landsweep") -> None:
        self._application, self._token, self._cookie = application, token, cookie
        self._names = HERE | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":  # a websocket, which nothing here speaks
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        given = _token_of(scope)
        refused = self._refusal(scope, given)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if refused is None and given is not None and self._is_token(given):
                    # Without a path it is for the folder of the page, also behind a proxy whose prefix we do not know.
                    headers.append("Set-Cookie", f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict")
            await send(message)

        await (refused or self._application)(scope, receive, dressed)

    def _refusal(self, scope: Scope, given: str | None) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        name = _host(headers.get("host", ""))
        if not (name in self._names or _is_number(name)):
            return PlainTextResponse(
                f"This page was asked for under the name {name or '(none)'}, expected localhost or 127.0.0.1: start "
                f"`landsweep serve` with --allow-host and this name if it is that of your proxy.",
                403,
            )
        if scope["method"] not in ("GET", "HEAD"):
            said = f"{scope['method']} is refused, expected GET or HEAD: this page only reads."
            return PlainTextResponse(said, 405, {"Allow": "GET, HEAD"})
        if not self._is_token(given or "") and not any(map(self._is_token, _cookies(headers, self._cookie))):
            return PlainTextResponse(
                "This page wants a token, a new one each time that `landsweep serve` starts: open the whole address "
                "that it has printed last, with ?token= and what follows.",
                401,
            )
        return None

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(), self._token.encode())


def _token_of(scope: Scope) -> str | None:
    """Return the token in the address, None for none."""
    return next((value for name, value in parse_qsl(scope["query_string"].decode("latin-1")) if name == "token"), None)


def _cookies(headers: Headers, name: str) -> list[str]:
    """Return the values of a cookie: a browser sends one for each path that it knows."""
    found = []
    for part in headers.get("cookie", "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            found.append(value)
    return found


def _host(header: str) -> str:
    """Return the name in a Host header, without its port."""
    name = header[1:].partition("]")[0] if header.startswith("[") else header.partition(":")[0]  # IPv6, or not
    return name.lower()[:MOST_LETTERS]


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
