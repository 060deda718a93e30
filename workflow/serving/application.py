"""The application: a few addresses that are read, none of which names a file."""

from __future__ import annotations

import hashlib
import json
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Sequence
from importlib import metadata
from typing import Any

from landsweep.base.errors import UserError
from landsweep.page.document import shell, static
from landsweep.serving.access import Access
from landsweep.serving.aside import aside
from landsweep.serving.copies import Copies
from landsweep.serving.members import Members
from landsweep.serving.planes import Plane, Refused
from landsweep.serving.watch import Watched
from landsweep.study.plan import Member
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

PACKED = "application/octet-stream"
"""What ``page/packing.py`` packs is compressed by itself, and no encoding of the connection."""


class Site:
    """The answers to all addresses.

    Parameters
    ----------
    runs
        The runs, in the order of their numbers.
    prefix
        The prefix under which a proxy shows the page.
    """

    def __init__(self, runs: Sequence[Watched], prefix: str = "") -> None:
        self._runs, self._prefix = runs, prefix
        self._members = Members(Copies())
        for name in ("page.js", "page.css"):
            static(name)  # that they are there

    @property
    def routes(self) -> list[Route]:
        """The addresses; no part of them is more than a number."""
        return [
            Route("/", self._shell),
            Route("/page.js", _file("page.js", "text/javascript")),
            Route("/page.css", _file("page.css", "text/css")),
            Route("/api/page", self._page),
            Route("/api/members/{run}/{member}", self._member),
            Route("/api/slices/{run}/{member}", self._slice),
        ]

    async def _shell(self, request: Request) -> Response:
        title = ", ".join(run.name for run in self._runs)
        return HTMLResponse(shell(title, f"{self._prefix}/" if self._prefix else ""))

    async def _page(self, request: Request) -> Response:
        text = await aside(self._content)
        tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
        if request.headers.get("if-none-match", "").removeprefix("W/") == tag:  # so a proxy may have made it
            return Response(status_code=304, headers={"ETag": tag})
        return Response(text, media_type="application/json", headers={"ETag": tag})

    def _content(self) -> bytes:
        runs = [run.page() for run in self._runs]
        page = {"version": metadata.version("landsweep"), "live": True, "runs": runs}
        # A half of a pair of surrogates, which a broken name may have, is no UTF-8.
        return json.dumps(page, allow_nan=False, separators=(",", ":"), ensure_ascii=True).encode()

    async def _member(self, request: Request) -> Response:
        run, index = self._asked(request)
        found = await aside(lambda: self._members.member(run.run(), _member(run, index)))
        return Response(found, media_type=PACKED)

    async def _slice(self, request: Request) -> Response:
        run, index = self._asked(request)
        query = request.query_params
        plane = Plane(
            _number("vertical", query.get("vertical", "")),
            _number("horizontal", query.get("horizontal", "")),
            tuple(_number("at", part) for part in query.get("at", "").split(",")),
        )
        field, representation = query.get("field", ""), query.get("representation", "")
        found = await aside(lambda: self._members.slice(run.run(), _member(run, index), field, representation, plane))
        return Response(found, media_type=PACKED)

    def _asked(self, request: Request) -> tuple[Watched, int]:
        number, index = (_number(name, request.path_params[name]) for name in ("run", "member"))
        if number >= len(self._runs):
            raise Refused(f"Run {number} is not served, expected a number from 0 to {len(self._runs) - 1}.")
        return self._runs[number], index


def _member(run: Watched, index: int) -> Member:
    members = run.run().plan.members
    if index >= len(members):
        raise Refused(f"Member {index} is none of the run's, expected a number from 0 to {len(members) - 1}.")
    return members[index]


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise HTTPException(400, f"{name} is {text[:40]!r}, expected whole numbers from 0 on.")
    return int(text)


def _file(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return Response(static(name), media_type=kind)

    return answer


async def _sentence(request: Request, error: Exception) -> Response:
    """Answer an error in one sentence."""
    if isinstance(error, HTTPException):
        said = (
            error.detail if error.status_code != 404 else "There is nothing at this address: the page is at its root."
        )
        return PlainTextResponse(said, error.status_code, dict(error.headers or {}))
    if isinstance(error, UserError):
        return PlainTextResponse(str(error), 404 if isinstance(error, Refused) else 409)
    traceback.print_exception(error, file=sys.stderr)
    return PlainTextResponse("landsweep failed here: what went wrong is said where `landsweep serve` runs.", 500)


class _Prefixed:
    """An application below a prefix, which some proxies leave in the path and others take out."""

    def __init__(self, application: ASGIApp, prefix: str) -> None:
        self._application, self._prefix = application, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if self._prefix and (path == self._prefix or path.startswith(self._prefix + "/")):
            scope = {**scope, "path": path.removeprefix(self._prefix) or "/"}
        await self._application(scope, receive, send)


def application(
    runs: Sequence[Watched], token: str, prefix: str = "", names: Iterable[str] = (), cookie: str = "landsweep"
) -> ASGIApp:
    """Return the application that shows runs.

    Parameters
    ----------
    runs
        The runs.
    token
        The secret that the address must have.
    prefix
        The prefix under which a proxy shows the page, ``""`` or ``/part/...``.
    names
        The names of this server besides localhost and its kin.
    cookie
        The name of the cookie that has the token.

    Raises
    ------
    UserError
        Where the page's program was not built.
    """
    handlers: dict[Any, Any] = dict.fromkeys((HTTPException, UserError, Exception), _sentence)
    inner = Starlette(routes=list(Site(runs, prefix).routes), exception_handlers=handlers)
    inner.router.redirect_slashes = False
    return Access(_Prefixed(inner, prefix), token, names, cookie)
