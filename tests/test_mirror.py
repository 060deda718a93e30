"""The tests' folders mirror the package's: who looks for the tests of a module knows where they are."""

import ast

from support import ROOT, TESTS

PACKAGES = {"kernels": ROOT / "kernels", "jobs": ROOT / "jobs", "benchmarks": ROOT / "benchmarks"}
"""Where a first folder leads; all others are rooms of workflow/."""

FOLDERS = {
    "browser": "pages of runs in a real Chromium",
    "data": "recorded results that tests compare with",
    "docs": "the README's commands and code",
    "models": "a table of users' models and losses, each in whole runs",
    "helpers": "what several test modules use",
    "processes": "whole runs in processes of their own: under mpiexec, on Dask's workers, interrupted",
    "slurm": "whole runs as jobs of a real Slurm",
}
"""Folders that are none of the package, and what they hold."""

MODULES = {
    "test_mirror.py": "this one",
    "kernels/loss/test_gpu.py": "losses, directions and Hessians on a GPU, against the CPU",
    "benchmarks/test_scripts.py": "what all benchmarks import",
    "pipeline/test_old_runs.py": "runs that earlier versions wrote",
    "pipeline/test_bad_input.py": "what a user can get wrong in any room, in whole runs",
    "pipeline/test_damage.py": "what is lost or damaged of any room, in whole runs",
    "pipeline/test_histories.py": "random histories of whole runs",
}
"""Modules named after no module of theirs, and what they test."""


def modules():
    return sorted(
        path.relative_to(TESTS)
        for path in TESTS.rglob("test_*.py")
        if path.relative_to(TESTS).parts[0] not in ("helpers", "data")
    )


def test_every_folder_and_every_module_is_one_of_the_package_or_says_why_not():
    unknown, excepted = [], set()
    for path in modules():
        if path.as_posix() in MODULES:
            excepted.add(path.as_posix())
            continue
        if path.parts[0] in FOLDERS:
            excepted.add(path.parts[0])
            continue
        first, *others = path.parent.parts or ("",)
        room = PACKAGES.get(first, ROOT / "workflow" / first).joinpath(*others)
        name = path.stem.removeprefix("test_")
        # a module may be named after its whole room
        if not ((room / f"{name}.py").is_file() or (room.is_dir() and name == room.name)):
            unknown.append(path.as_posix())
    assert not unknown, "tests of nothing in the package: move them, or add them with a reason"
    assert excepted | {"data", "helpers"} == {*MODULES, *FOLDERS}, "an exception of what is not there"


def test_no_test_module_imports_another():
    for path in (*modules(), *(TESTS / "helpers").rglob("*.py")):
        for node in ast.walk(ast.parse((TESTS / path).read_text())):
            names = []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports from its folder"
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                assert not name.startswith(("test_", "conftest", "tests")), f"{path} imports {name}: see tests/helpers"


def test_the_only_conftest_is_that_of_all_tests():
    folders = (TESTS, *PACKAGES.values(), ROOT / "workflow")
    found = [path for folder in folders for path in folder.rglob("conftest.py")]
    assert [*found, *ROOT.glob("conftest.py")] == [TESTS / "conftest.py"]
