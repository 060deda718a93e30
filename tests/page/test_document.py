"""One HTML file: its policy allows what is in it and nothing else, and no text of a run is more than text."""

import base64
import hashlib
import html
import json
import re

import pytest
from landsweep.base.errors import UserError
from landsweep.page import document as module
from landsweep.page.document import document, json_text, shell
from written import content

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\"'><img src=x onerror=alert(1)>",
    "&lt;b&gt; 🧪 ﷽ \u2028\u2029\x00",
    "half \ud83d a pair",
    "x" * 100_000,
]


def page(*names):
    return {"version": "1", "live": False, "runs": [{"name": name} for name in names]}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_texts(text):
    written = document(page(text), {})
    assert len(re.findall("<script", written)) == len(re.findall("</script>", written)) == 2
    assert "<img" not in written
    assert "<!--" not in written
    assert content(written)["runs"][0]["name"] == text
    title = re.search("<title>(.*?)</title>", written, re.DOTALL)[1]
    assert html.unescape(title) == text.replace("\ud83d", "?")  # no character by itself
    written.encode("utf-8")


def test_the_policy_names_the_programs_that_are_there_and_no_others():
    written = document(page("a run"), {(0, 3): b"packed"})
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', written)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    script = re.search(r"<script>(.*?)</script>", written, re.DOTALL)[1]
    style = re.search(r"<style>(.*?)</style>", written, re.DOTALL)[1]
    for text, rule in ((script, "script-src"), (style, "style-src")):
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert "unsafe" not in policy
    assert "http://" not in written.replace("http://www.w3.org/", "")
    assert not re.search(r"\son\w+=", written.replace(script, ""))
    assert '<script type="text/plain" id="member-0-3">cGFja2Vk</script>' in written
    assert '<html lang="en">' in written
    assert "<noscript>" in written
    assert "viewport" in written


def test_numbers_that_json_does_not_have_are_refused():
    assert json.loads(json_text({"a": [1.5, None, "nan"]})) == {"a": [1.5, None, "nan"]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text([float("nan")])


def test_the_shell_of_a_server_has_no_data():
    found = shell('a "run" & more', base='/user/x/"proxy"/')
    assert '<base href="/user/x/&quot;proxy&quot;/">' in found
    assert "<title>a &quot;run&quot; &amp; more</title>" in found
    assert 'id="page"' not in found
    assert "<style" not in found
    assert "base" not in shell("a run").partition("<title>")[0]


def test_a_checkout_without_the_built_program_says_how_to_build_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STATIC", tmp_path)
    with pytest.raises(UserError) as raised:
        document(page("a run"), {})
    assert str(raised.value) == (
        f"{tmp_path}/page.js does not exist, expected the page's program: build it with `make browser`."
    )
