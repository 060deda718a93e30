"""Fixtures."""

from __future__ import annotations

import os

# Tests run beside one another, and threads that wait for one another while others compute take many times as long.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import browsing
import landsweep
import psutil
import pytest
import ranked
import slurm_cluster
import support
from hypothesis import is_hypothesis_test, settings
from support import make_study

SOAK = "LANDSWEEP_SOAK" in os.environ
"""Whether this is `make soak`: properties are tried on ten times as many examples, and count as soak."""
settings.register_profile("landsweep", deadline=None, max_examples=60)  # machines are shared: slow is no failure
settings.register_profile("soak", settings.get_profile("landsweep"), max_examples=600)
settings.load_profile("soak" if SOAK else "landsweep")

TESTS = Path(__file__).parent
SERVICES = ("slurm", "mpi", "dask", "browser")
"""Markers of tests that share something that takes long to start: each kind runs on one worker of pytest-xdist."""
ORDER = (*SERVICES, "processes")
"""Markers of tests that begin first: what takes long must not be left for the end, when nothing is left beside it."""
OF_FOLDERS = {
    "processes/mpi": "mpi",
    "processes/dask": "dask",
    "processes/interruptions": "processes",
    "slurm": "slurm",
    "browser": "browser",
}
"""Markers of whole folders."""
OTHER_TIERS = (*SERVICES, "processes", "clock", "soak")
"""Markers of tests that may start processes; `pytest` alone leaves them out (see pyproject.toml)."""


GROUPS = pytest.StashKey[Any]()
"""Where the file lies by which workers of pytest-xdist tell in which group each test is."""


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Name that file to a worker of pytest-xdist."""
    if GROUPS not in node.config.stash:
        file = tempfile.NamedTemporaryFile(prefix="landsweep-groups-")  # noqa: SIM115  # as long as pytest lives
        node.config.stash[GROUPS] = file
    node.workerinput["groups"] = node.config.stash[GROUPS].name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep groups together: pytest-xdist 3.8 does not, as it cannot rename the tests of pytest 9.2."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Grouped(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if not hasattr(self, "groups"):
                self.groups = json.loads(Path(config.stash[GROUPS].name).read_text())
            return self.groups[nodeid]

    return Grouped(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark tests by folder and by what they ask for; those that share something stay together, the slowest first.

    pytest-xdist keeps this order of groups with ``--no-loadscope-reorder``.
    """
    groups = {}
    for item in items:
        folder = item.path.parent.relative_to(TESTS).as_posix()
        if folder in OF_FOLDERS:
            item.add_marker(OF_FOLDERS[folder])
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker("slurm")
        if getattr(item, "callspec", None) and item.callspec.params.get("ranks"):
            item.add_marker("mpi")
        if SOAK and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("soak")
        group = next((name for name in SERVICES if item.get_closest_marker(name)), str(item.path.relative_to(TESTS)))
        groups[item] = group
    items.sort(key=lambda item: next(n for n, name in enumerate((*ORDER, "")) if not name or _has(item, name)))
    yield
    if "groups" in getattr(config, "workerinput", {}):
        Path(config.workerinput["groups"]).write_text(json.dumps({item.nodeid: groups[item] for item in items}))


def _has(item: pytest.Item, marker: str) -> bool:
    return item.get_closest_marker(marker) is not None


def pytest_sessionfinish() -> None:
    """End the ranks that tests have shared."""
    ranked.end_all()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what this machine cannot test, reason by reason."""
    reasons: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, str(report.longrepr))
        reasons.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid.partition("@")[0])
    if reasons:
        terminalreporter.section("not tested on this machine")
    for reason, tests in sorted(reasons.items()):
        terminalreporter.line(f"{reason}: {len(tests)} test(s)")
        for test in tests[:5]:
            terminalreporter.line(f"    {test}")
        if len(tests) > 5:
            terminalreporter.line(f"    and {len(tests) - 5} more")


@pytest.fixture(scope="session", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give helpers the folder that all processes of this call of pytest share."""
    base = tmp_path_factory.getbasetemp()
    support.shared_folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    support.shared_folder.mkdir(exist_ok=True)


@pytest.fixture(autouse=True)
def _no_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse processes of Python in tests whose marker does not say that they start some."""
    if any(request.node.get_closest_marker(name) for name in OTHER_TIERS):
        return
    start = subprocess.Popen.__init__

    def refuse(self: Any, args: Any, *more: Any, **options: Any) -> None:
        words = [args] if isinstance(args, str | Path) else [str(word) for word in args]
        own = any(Path(str(word)).name.startswith(("python", "mpiexec", "landsweep")) for word in words[:3])
        assert not own or "torch" in " ".join(map(str, words)), f"a marker has to say that {words} is started"
        start(self, args, *more, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is marked ``gpu`` where there is none."""
    if item.get_closest_marker("gpu") is not None:
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no GPU here")
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # deterministic runs; read at the first product


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Write a changed toy study into this test's folder."""
    return lambda **changes: make_study(tmp_path, **changes)


@pytest.fixture
def run(write_study, tmp_path):
    """Run a changed toy study in this process."""

    def go(out="run", options=None, **changes):
        return landsweep.run(write_study(**changes), tmp_path / out, progress=False, **(options or {}))

    return go


@pytest.fixture(scope="session")
def cluster():
    if (reason := slurm_cluster.missing()) is not None:
        if os.environ.get("CI"):
            pytest.fail(f"CI must test on a real Slurm, but {reason}")
        pytest.skip(reason)  # nowhere but on a laptop
    folder = Path(tempfile.mkdtemp(prefix="landsweep-slurm-", dir="/tmp"))  # paths of sockets are short
    running = slurm_cluster.Cluster(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def quiet(cluster):
    """No job of one test is left for the next, and every node is there again."""
    yield
    cluster.slurm("scancel", "--user", psutil.Process().username())
    slurm_cluster.wait_for(lambda: not cluster.slurm("squeue", "-h").strip(), "jobs to end")
    slurm_cluster.wait_for(cluster.ready, "nodes to come back")


@pytest.fixture(scope="module")
def chromium() -> Generator[Any]:
    """A Chromium for the tests of a module: while it is there the thread has an event loop, so it ends with them."""
    with browsing.browser() as started:
        yield started
