"""One HTML file that holds a page: its program, its style and its data; or the same page for a server, without data."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from landsweep.base.errors import UserError

STATIC = Path(__file__).parent / "static"
"""`make browser` builds the program and the style into this folder."""
NOSCRIPT = "This page needs JavaScript; report/summary.md and metrics.parquet in the run directory have the numbers."
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""These characters are written as escapes in JSON, so that no text can end the element that holds it."""


def static(name: str) -> str:
    """Return a part of the page's program, ``page.js`` or ``page.css``.

    Raises
    ------
    UserError
        Where it was not built, which only happens in a checkout of the source.
    """
    path = STATIC / name
    if not path.exists():
        raise UserError(f"{path} does not exist, expected the page's program: build it with `make browser`.")
    return path.read_text(encoding="utf-8")


def json_text(data: Any) -> str:
    """Return data as JSON that can stand in an HTML element whatever its texts are.

    Raises
    ------
    ValueError
        For NaN and infinities, which JSON does not have.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, safe in UNSAFE.items():
        text = text.replace(character, safe)
    return text.encode("utf-8", "backslashreplace").decode()  # half a pair of surrogates, from a broken name


def document(page: Mapping[str, Any], members: Mapping[tuple[int, int], bytes]) -> str:
    """Return a whole page as one HTML file, which loads nothing else.

    Parameters
    ----------
    page
        What :func:`landsweep.page.content.page_of` returns.
    members
        The packed landscape of each member, by the index of its run and its own.
    """
    script, style = _inline(static("page.js"), "script"), _inline(static("page.css"), "style")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    data = [f'<script type="application/json" id="page">{json_text(page)}</script>']
    for (run, index), packed in members.items():
        text = base64.b64encode(packed).decode()
        data.append(f'<script type="text/plain" id="member-{run}-{index}">{text}</script>')
    title = ", ".join(run["name"] for run in page["runs"]) or "landsweep"
    return _html(
        title,
        [
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            f"<style>{style}</style>",
        ],
        [*data, f"<script>{script}</script>"],
    )


def shell(title: str, base: str = "") -> str:
    """Return the page for a server: its program and its style are files beside it, its data come from there as well.

    Parameters
    ----------
    title
        What the browser shows as the page's title.
    base
        The address that relative ones begin from, empty for the page's own.
    """
    head = [f'<base href="{escape(base)}">'] if base else []
    head.append('<link rel="icon" href="data:,">')  # else browsers ask for one, also at the root of a proxy
    return _html(title, [*head, '<link rel="stylesheet" href="page.css">'], ['<script src="page.js"></script>'])


def _html(title: str, head: list[str], body: list[str]) -> str:
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        *head,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title.encode('utf-8', 'replace').decode())}</title>",
        "</head>",
        "<body>",
        "<main>",
        f"<noscript><p>{escape(NOSCRIPT)}</p></noscript>",
        "</main>",
        *body,
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _inline(text: str, element: str) -> str:
    """Return a program or a style that can stand in its element; one that would end it is refused."""
    if f"</{element}" in text.lower():
        raise ValueError(f"the page's {element} holds </{element}, expected a text that does not end its element")
    return text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
