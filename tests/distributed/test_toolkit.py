"""The Topology ToolKit in a process of its own: fed, outlived and started again; a stand-in for the real one."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from landsweep.base.errors import UserError
from landsweep.distributed import toolkit, toolkit_program
from landsweep.distributed.representations import ready_toolkit
from landsweep.kernels import graph_merge_tree, merge_tree
from landsweep.kernels.topology.basins import grid_basins
from landsweep.kernels.topology.ttk import EngineError, compare, ttk_basins, ttk_graph_basins
from support import DATA, HELPERS

pytest.importorskip("vtkmodules.util.numpy_support", reason="VTK is not installed")
pytestmark = pytest.mark.processes


@pytest.fixture
def fake(monkeypatch):
    """A function that says what the stand-in does from its next start on; this thread's process ends with the test."""
    monkeypatch.setenv("PYTHONPATH", str(HELPERS / "toolkit"))

    def does(words=""):
        toolkit.close()
        monkeypatch.setenv("FAKE_TTK", words)

    does()
    yield does
    toolkit.close()


def field_of(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 30, shape).astype(float)


def process():
    return toolkit._toolkit()._process


def words(field, what):
    """What ends a call on this field and no other."""
    ranks = np.empty(field.size, int)
    ranks[np.argsort(field, axis=None, kind="stable")] = np.arange(field.size)
    return f"{what}:{ranks[0]}/{field.size}"


@pytest.mark.parametrize("shape", [(9, 11), (5, 6, 4), (1, 6, 7), (6, 1, 7)])
def test_one_process_makes_tree_after_tree(fake, shape):
    ttk_basins(field_of(3, 4), "freudenthal", run=toolkit.run)
    first = process()
    for seed in range(3):
        field = field_of(*shape, seed=seed)
        field.flat[3 : 3 + seed] = np.inf
        assert compare(field, "freudenthal", run=toolkit.run) is None
        ttk_basins(field, "freudenthal", run=toolkit.run)
    assert process() is first


def test_graphs_of_several_components(fake):
    values = np.array([0.0, 5.0, 1.0, 0.5, 4.0, 2.0, 7.0])
    edges = np.array([[0, 1], [1, 2], [3, 4], [4, 5]])
    tree = graph_merge_tree(values, edges, engine=lambda v, e: ttk_graph_basins(v, e, run=toolkit.run))
    assert tree == graph_merge_tree(values, edges)
    with pytest.raises(EngineError, match=r"^TTK crashed: its process ended by SIGSEGV while it had 7 vertices"):
        toolkit.run(np.argsort(np.argsort(values, kind="stable")).astype(float), edges)


@pytest.mark.parametrize("path", sorted((DATA / "ttk_raw").glob("*.npz")), ids=lambda path: path.stem)
def test_the_stand_in_gives_what_was_recorded_of_the_real_one(fake, path):
    """The same nodes with their types, arcs between them, and arcs of all vertices, whatever their numbers."""
    with np.load(path) as data:
        field, real = data["field"], {n.removeprefix("whole/"): data[n] for n in data.files if n.startswith("whole/")}
    ranks = np.argsort(np.argsort(field, axis=None, kind="stable"), kind="stable").astype(float)
    seen = []
    for raw in (real, toolkit.run(ranks, field.shape)):
        kinds = dict(zip(raw["node_vertex_id"].tolist(), raw["node_critical_type"].tolist(), strict=True))
        vertex = dict(zip(raw["node_id"].tolist(), raw["node_vertex_id"].tolist(), strict=True))
        ends = [[vertex[n] for n in raw[f"arc_{end}_node_id"].tolist()] for end in ("up", "down")]
        arcs = dict(zip(raw["arc_segmentation_id"].tolist(), zip(*ends, strict=True), strict=True))
        held = [arcs[arc] for arc in raw["vertex_segmentation_id"].reshape(-1).tolist()]
        seen.append((kinds, set(arcs.values()), held, {name: raw[name].dtype for name in raw if name in seen_names}))
    assert seen[0] == seen[1]
    assert len(seen[0][0]) > 60


seen_names = ("node_vertex_id", "node_critical_type", "arc_up_node_id", "vertex_segmentation_id")


def test_the_stand_in_has_the_manners_of_the_real_one(fake):
    """What must not be asked of the toolkit ends it, or gives another tree, here too."""
    flat = np.arange(24.0).reshape(4, 6)
    flat[1, 2] = flat[2, 1] = -1
    ranks = np.argsort(np.argsort(flat, axis=None, kind="stable"), kind="stable").astype(float)
    thin, thick = (toolkit.run(ranks, shape)["node_vertex_id"] for shape in ((4, 6, 1), (1, 4, 6)))
    assert thin.dtype == np.int32
    np.testing.assert_array_equal(np.sort(thin), np.sort(thick))  # both drop the thin axis, and mirror the next one
    minima = grid_basins(flat[..., None], "freudenthal").minima
    assert len(minima) != len(grid_basins(flat, "freudenthal").minima)
    with pytest.raises(
        EngineError, match=r"by SIGSEGV while it had 3 vertices; it says: \[MergeTree\] JT not a tree!, exp"
    ):
        toolkit.run(np.array([0.0, 2.0, 1.0]), (1, 3))


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("kill", "TTK crashed: its process ended by SIGSEGV while it had 42 vertices"),
        ("abort", "TTK crashed: its process ended by SIGABRT while it had 42 vertices"),
        ("nothing", "TTK made no merge tree of 42 vertices (ValueError: no node_id, node_vertex_id,"),
        ("hang", "TTK hangs: got no answer within 1 s while it had 42 vertices"),
    ],
)
def test_a_field_that_ends_the_toolkit_is_an_error_and_the_next_is_not(fake, monkeypatch, what, text):
    monkeypatch.setattr(toolkit, "CALL_SECONDS", 1.0)
    monkeypatch.setattr(toolkit, "VERTEX_SECONDS", 0.0)
    monkeypatch.setattr(toolkit, "POLL_SECONDS", 0.3)
    bad, good = field_of(6, 7), field_of(6, 7, seed=5)
    fake(words(bad, what))
    ttk_basins(good, "freudenthal", run=toolkit.run)
    first = process()
    with pytest.raises(EngineError) as caught:
        ttk_basins(bad, "freudenthal", run=toolkit.run)
    assert str(caught.value).startswith(text)
    assert str(caught.value).endswith(": use topology.engine: native, which needs no TTK.")
    assert "; it says: [MergeTree] " in str(caught.value)
    assert (first.poll() is None) == (what == "nothing")
    ttk_basins(good, "freudenthal", run=toolkit.run)
    assert (process() is first) == (what == "nothing")


def test_a_process_that_ended_between_two_calls_is_started_again(fake):
    ttk_basins(field_of(4, 5), "freudenthal", run=toolkit.run)
    process().kill()
    process_before = process()
    process_before.wait()
    ttk_basins(field_of(4, 5), "freudenthal", run=toolkit.run)


def test_a_call_that_was_broken_off_does_not_answer_the_next(fake, monkeypatch):
    first, second = field_of(6, 7), field_of(5, 8, seed=2)
    fake(words(first, "hang"))

    def stop(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 1.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            ttk_basins(first, "freudenthal", run=toolkit.run)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert compare(second, "freudenthal", run=toolkit.run) is None


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("missing", r"cannot be imported on \S+ \(ImportError: libGL.so.1: cannot open .*\): install it with `conda"),
        ("import", "TTK crashed: its process ended by SIGSEGV while it was imported, expected a merge tree: use topo"),
        (
            "other:*/*",
            "TTK gave another field's tree: got [0-9]+ merges that differ from the native engine's, the lowest",
        ),
    ],
)
def test_an_installation_that_does_not_work_is_refused_before_anything_is_done(fake, what, text):
    fake(what)
    with pytest.raises(UserError, match=f"^topology.engine is both, but .*{text}"):
        ready_toolkit("both")
    assert ready_toolkit("native") == {}


def test_a_process_that_cannot_be_started_is_an_error(fake, monkeypatch, tmp_path):
    ready_toolkit("native")
    monkeypatch.setattr(toolkit.sys, "executable", str(tmp_path / "none"))
    with pytest.raises(
        EngineError, match=r"^TTK's process cannot be started on \S+ \(No such file .*\): use topology\.en"
    ):
        ttk_basins(field_of(4, 5), "freudenthal", run=toolkit.run)


def test_versions(fake):
    import vtkmodules.vtkCommonCore as vtk

    assert ready_toolkit("ttk") == {"ttk": "of unknown version", "vtk": vtk.vtkVersion.GetVTKVersion()}


def test_conda_says_the_version(fake, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(HELPERS / "toolkit")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "topologytoolkit-1.3.0-no_paraview.json").write_text('{"version": "1.3.0"}')
    assert toolkit_program.versions()["ttk"] == "1.3.0"
    del sys.modules["topologytoolkit"]


def test_a_crash_at_its_end_is_nobodys(fake):
    fake("exit")
    ttk_basins(field_of(4, 5), "freudenthal", run=toolkit.run)
    ended = process()
    toolkit.close()
    assert ended.poll() == -signal.SIGSEGV


def test_it_is_no_rank_and_outlives_the_signals_of_a_run(fake, monkeypatch):
    for name in ("PMI_RANK", "OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "SLURM_PROCID", "MPI_LOCALNRANKS", "HYDI_CONTROL_FD"):
        monkeypatch.setenv(name, "3")
    ttk_basins(field_of(4, 5), "freudenthal", run=toolkit.run)
    child = process()
    environment = psutil.Process(child.pid).environ()
    assert not [name for name in environment if name.startswith(("PMI", "OMPI", "SLURM", "MPI", "HYD"))]
    assert environment["OMP_NUM_THREADS"] == "1"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2):
        child.send_signal(number)
    ttk_basins(field_of(4, 5, seed=1), "freudenthal", run=toolkit.run)
    assert process() is child


ORPHAN = """
import os, sys
import numpy as np
from landsweep.distributed import toolkit
toolkit.run(np.arange(20.0), (4, 5))
print(toolkit._toolkit()._process.pid, flush=True)
{end}
"""


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "sys.exit()"])
def test_it_ends_with_the_process_that_feeds_it(fake, end):
    done = subprocess.run([sys.executable, "-c", ORPHAN.format(end=end)], capture_output=True, text=True, timeout=60)
    pid = int(done.stdout)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the toolkit's process outlives its parent"
        time.sleep(0.02)
    assert done.stderr == ""
    assert done.returncode in (0, -9)


@pytest.mark.parametrize("shape", [(4, 5), (3, 4, 5), (1, 4, 5), (4, 1, 5)])
def test_the_image_numbers_its_points_as_the_field(shape):
    from vtkmodules.util.numpy_support import vtk_to_numpy

    ranks = np.random.default_rng(0).permutation(np.prod(shape)).astype(float)
    image = toolkit_program.image(ranks, shape)
    np.testing.assert_array_equal(vtk_to_numpy(image.GetPointData().GetScalars()), ranks)
    for vertex, index in enumerate(np.ndindex(shape)):
        assert image.ComputePointId((*index[::-1], 0)[:3]) == vertex


def test_lines_are_the_edges():
    from vtkmodules.util.numpy_support import vtk_to_numpy

    edges = np.array([[0, 1], [1, 2], [0, 3]])
    grid = toolkit_program.lines(np.arange(4.0)[::-1].copy(), edges)
    ends = [[grid.GetCell(i).GetPointId(j) for j in (0, 1)] for i in range(grid.GetNumberOfCells())]
    assert ends == edges.tolist()
    assert {grid.GetCellType(i) for i in range(3)} == {3}  # VTK_LINE
    assert vtk_to_numpy(grid.GetPointData().GetScalars()).tolist() == [3, 2, 1, 0]


def test_a_large_field_goes_through_the_pipes(fake):
    """Its ranks, and the arcs of its vertices, are more than a pipe holds."""
    field = np.hypot(*np.meshgrid(np.arange(-150, 150), np.arange(-150, 151), indexing="ij")).astype(float)
    ttk_basins(field, "freudenthal", run=toolkit.run)
    assert os.getpid() != process().pid
    assert len(merge_tree(field, "freudenthal").minima) == 1
