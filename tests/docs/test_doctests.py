"""The examples in docstrings, run as they stand, in a folder where `landsweep new my_study` has been run."""

import doctest
import importlib
import importlib.util
import pkgutil

import landsweep
import landsweep.jobs
import landsweep.kernels
import pytest
from support import inside as command

MODULES = sorted(
    found.name
    for package in (landsweep, landsweep.kernels, landsweep.jobs)  # two folders of their own in an editable install
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)
EXAMPLES = {
    landsweep: (
        *(
            "run",
            "open_run",
            "Run",
            "Run.member",
            "Run.merge_tree",
            "Run.robust",
            "Run.relations",
            "Study.load",
            "Study.parse",
        ),
        *("landscape", "Landscape"),
    ),
    landsweep.kernels: (
        *("merge_tree", "graph_merge_tree", "segmentation", "MergeTree", "MergeTree.simplify"),
        *("MergeTree.to_networkx", "MergeTree.to_xarray", "MergeTree.to_arrays"),
    ),
    importlib.import_module("landsweep.kernels.problem"): ("Problem", "Batch", "Batch.map"),
}
"""What must have an example, by the module that readers import it from."""


def examples() -> list[doctest.DocTest]:
    """Collect the examples of all modules that have any; others are not even imported."""
    found = []
    for name in dict.fromkeys(MODULES):
        spec = importlib.util.find_spec(name)
        if ">>>" in spec.loader.get_source(name):
            module = importlib.import_module(name)
            found += [test for test in doctest.DocTestFinder().find(module) if test.examples]
    return found


TESTS = examples()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the examples run: with a study, and its run, which they go on with."""
    place = tmp_path_factory.mktemp("doctests")
    assert command("new", "my_study", cwd=place).returncode == 0
    done = command("run", "my_study/study.yaml", "--set", "grid.points=5", cwd=place)
    assert done.returncode == 0, done.stderr
    return place


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.name)
def test_examples(test, folder, monkeypatch):
    monkeypatch.chdir(folder)
    said = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert result.attempted > 0
    assert result.failed == 0, "".join(said)


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in EXAMPLES.items() for name in names], ids=str
)
def test_what_readers_import_has_an_example(module, name):
    first, _, rest = name.partition(".")
    thing = getattr(module, first)
    home = f"{thing.__module__}.{thing.__qualname__}" + (f".{rest}" if rest else "")
    assert home in {test.name for test in TESTS}
