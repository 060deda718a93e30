"""What a page may do in a real Chromium: run its own program, and nothing that a name in it asks for."""

import handmade
import numpy as np
import pytest
from browsing import opened
from landsweep.page.document import document

pytestmark = pytest.mark.browser

HOSTILE = [
    "</script><script>document.title = 'bad'</script>",
    "<!--<script>",
    "\"'><img src=x onerror=\"document.title = 'bad'\">",
    "javascript:document.title='bad'",
    "\u202eright to left\u2066 \u2028 \ud83d \x00 end",
    "x" * 10_000,
]
"""Names, values, errors and texts that a run may have."""


def hostile_page() -> str:
    members = [handmade.member(k, {"beta": text}, why=text) for k, text in enumerate(HOSTILE)]
    every = "\n".join(HOSTILE)
    content = handmade.run_page(
        every,
        members,
        axes={"beta": HOSTILE},
        answer=[{"text": text, "rank": rank} for text in HOSTILE for rank in ("first", "answer", "warning", "note")],
        table=handmade.table(member=list(range(len(HOSTILE))), beta=HOSTILE, **{every: HOSTILE}),
        provenance={"facts": [[every, every]], "commands": HOSTILE, "methods": every, "bibtex": every},
    )
    page = {"version": HOSTILE[0], "live": False, "runs": [content]}
    field = np.add.outer(np.arange(5.0) ** 2, np.arange(6.0))
    return document(page, {(0, k): handmade.landscape(field, HOSTILE[0]) for k in range(len(HOSTILE))})


def test_no_text_of_a_run_is_more_than_text_and_nothing_is_asked_of_a_network(chromium, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(hostile_page(), encoding="utf-8")
    asked: list[str] = []
    with opened(chromium, file) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
        page.reload()
        page.wait_for_selector("section#explorer canvas, section#explorer svg")
        assert page.title() != "bad"
        assert page.locator("img").count() == 0
        handlers = "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => /^on/.test(n))"
        assert page.evaluate(handlers) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert {address.partition(":")[0] for address in asked[1:]} <= {"data", "blob"}
    assert asked[0] == file.as_uri()


def test_the_policy_refuses_other_programs_and_addresses(chromium, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(hostile_page(), encoding="utf-8")
    tried = """() => {
        const script = document.createElement('script');
        script.textContent = "document.title = 'bad'";
        document.body.append(script);
        const image = document.createElement('div');
        image.innerHTML = "<img src='https://localhost:9/' onerror=\\"document.title = 'bad'\\">";
        document.body.append(image);
        return fetch('http://localhost:9/').then(() => 'reached', () => 'refused');
    }"""
    with chromium.new_page() as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(file.as_uri())
        page.wait_for_selector("section#explorer")
        assert page.evaluate(tried) == "refused"
        assert page.title() != "bad"
        refused = [text for text in said if "Content Security Policy" in text]
        for directive in ("script-src", "img-src", "default-src"):
            assert any(directive in text for text in refused), (directive, said)
