"""What is the user's code, for lines of errors and for the content that a run is bound to."""

import sysconfig
from pathlib import Path

import pytest
from landsweep import kernels
from landsweep.base import frames
from landsweep.disk import content
from landsweep.jobs.problems import pinn

STANDARD = Path(sysconfig.get_path("stdlib")).resolve()


@pytest.mark.parametrize(
    ("file", "root", "users"),
    [
        ("/home/me/study/helper.py", "/home/me/study", True),
        ("/home/me/lib/helper.py", "/home/me/study", True),
        ("/home/me/study/venv/site-packages/x.py", "/home/me/study", False),
        ("/opt/site-packages/mine/helper.py", "/opt/site-packages/mine", True),
        ("/opt/site-packages/other/helper.py", "/opt/site-packages/mine", False),
        (str(STANDARD / "json/decoder.py"), str(STANDARD.parent), False),  # Python may lie in one's own folder
        (str(STANDARD / "site-packages/mine/a.py"), str(STANDARD / "site-packages/mine"), True),
        (kernels.__file__, str(Path(kernels.__file__).parents[2]), False),
        (pinn.__file__, "/home/me/study", True),
        ("<string>", None, False),
    ],
)
def test_what_is_the_users(file, root, users):
    assert frames.is_users(file, None if root is None else Path(root)) is users


def test_content_and_lines_of_errors_agree_on_problems_of_ours(tmp_path):
    file = tmp_path / "problem.py"
    file.write_text("import json\nimport torch\nfrom landsweep.kernels.problem import Batch\n")
    assert not list(content._imported(file, tmp_path.resolve(), "", set()))
    file.write_text("from landsweep.jobs.problems.pinn import Convection\n")
    named = dict(content._imported(file, tmp_path.resolve(), "", set()))
    assert named["landsweep.jobs.problems.pinn"] == Path(pinn.__file__).resolve()
    assert all(frames.is_users(str(path)) for path in named.values())
