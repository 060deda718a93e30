"""What the site makes of pages as they stand in the repository."""

import importlib.util
from types import SimpleNamespace

from support import ROOT


def test_links_are_called_as_the_pages_are_that_they_lead_to():
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    hooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hooks)
    page = SimpleNamespace(file=SimpleNamespace(src_uri="models.md"))
    title = (ROOT / "docs" / "evaluation.md").read_text().partition("\n")[0].removeprefix("# ")
    text = "as ([evaluation.md](evaluation.md#gpus)) says, [other](gone.md), [gone.md](gone.md), [x.md](https://x/x.md)"
    assert hooks.on_page_markdown(text, page, None, None) == text.replace("[evaluation.md]", f"[{title}]")
