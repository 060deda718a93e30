"""The explorer in a notebook: in a frame of its own, which has no network and may not touch the notebook."""

import landsweep
import pytest
from browsing import opened
from support import reference_run

pytestmark = pytest.mark.browser


def test_a_member_is_explored_in_the_output_of_a_cell(chromium, tmp_path):
    run = landsweep.open_run(reference_run())
    output = run.explore(beta=2.0, direction_seed=1)._repr_html_()
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f'<!doctype html><meta charset="utf-8"><main><section>{output}</section></main>')
    with opened(chromium, notebook, offline=True) as page:
        inside = page.frame_locator("iframe")
        explorer = inside.locator("section#explorer")
        explorer.locator("canvas, svg").first.wait_for()
        assert "beta = 2" in inside.locator("main").inner_text()
        explorer.locator("input[type=range]").first.focus()
        page.keyboard.press("ArrowRight")  # what the address would say is not to be had in a frame
        assert "".join(inside.locator("[role=alert]").all_inner_texts()) == ""
