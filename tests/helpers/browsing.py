"""Pages in a real Chromium, by Playwright; what a page logs as an error fails its test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TIMEOUT = 15_000
"""Nothing on a page may take longer than this many milliseconds."""
AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARGUMENTS = [
    "--no-sandbox",  # tests of containers run as root
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",  # WebGL without a GPU
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def browser() -> Generator[Browser]:
    """Yield a running Chromium; skip the test where there is none, but never in CI."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: install Debian's package chromium")
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield started
        finally:
            started.close()


DRIVER = re.compile(
    r"\[\.WebGL-0x[0-9a-f]+\] ?GL Driver Message \(OpenGL, Performance, GL_CLOSE_PATH_NV, High\): "
    r"GPU stall due to ReadPixels( \(this message will no longer repeat\))?"
)
"""What the driver of WebGL without a GPU says, whatever a page does: that it is slow."""


def _counts(said: Any, allowed: str) -> bool:
    """Whether a message is the page's, and not allowed."""
    return said.type in ("error", "warning") and not DRIVER.fullmatch(said.text) and said.text != allowed


def faults(page: Page) -> list[str]:
    """Everything that axe-core finds to hinder people on a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": AXE}).response["violations"]
    return [f"{one['impact']}: {one['id']}: {one['nodes'][0]['html']}" for one in found]


@contextmanager
def opened(browser: Browser, address: str | Path, allowed: str = "", **context: Any) -> Generator[Page]:
    """Yield a page, by file or address; ``context`` has options such as ``viewport`` or ``color_scheme``.

    A message of an error or a warning that is not ``allowed``, an exception, or a request that leaves the page's own
    address fails the test.
    """
    if isinstance(address, Path):
        address = address.resolve().as_uri()
    found: list[str] = []
    with browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context}) as inside:
        inside.set_default_timeout(TIMEOUT)
        page = inside.new_page()
        page.on("console", lambda said: found.append(said.text) if _counts(said, allowed) else None)
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("requestfailed", lambda request: found.append(f"request of {request.url} failed"))
        page.goto(address)
        page.wait_for_selector("main section, main [role=alert]")
        yield page
        assert found == [], found
