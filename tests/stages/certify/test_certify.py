"""Certificates of pairs: the maths against closed forms and simulations, the stage on a landscape that is known."""

from __future__ import annotations

import json
import math
import shutil
import signal
from types import SimpleNamespace

import landsweep
import numpy as np
import pytest
import yaml
from landsweep.base.errors import ProblemError
from landsweep.disk.trees import read_tree
from landsweep.kernels.topology import significance as certify
from landsweep.kernels.topology.merge_trees import merge_tree
from landsweep.stages.certify import STAGE
from landsweep.stages.certify.work import _Points
from ranked import ranked
from scipy import ndimage
from support import HELPERS, assert_same_run, copy_of, inside, methods, once
from support import landsweep as command

pytestmark = pytest.mark.long  # whole runs

POINTS = 121


def study_data(**changes):
    data = {
        "name": "wells",
        "problem": {"path": "wells.py:Wells", "params": {}},
        "sweep": {"tilt": [0.2, 0.3]},
        "subspaces": {"line": {"kind": "file", "path": "line.npy", "normalisation": "none", "range": [-1.5, 1.5]}},
        "grid": {"dims": 1, "points": POINTS},
        "certify": {"float64": "all", "draws": 8},
        "report": {"figures": False, "page": False},
    }
    for key, value in changes.items():
        *parents, last = key.split("__")
        target = data
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
    return data


def make_study(folder, **changes):
    """Write a changed study of the wells and its problem into a folder; return the study's path."""
    shutil.copy(HELPERS / "wells.py", folder / "wells.py")
    np.save(folder / "line.npy", np.ones((1, 1)))
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study_data(**changes), sort_keys=False))
    return path


@pytest.fixture
def write(tmp_path):
    return lambda **changes: make_study(tmp_path, **changes)


@pytest.fixture(scope="module")
def noisy():
    """The directory of a run with noise that nobody interrupts. Only to read."""

    def make(folder):
        landsweep.run(make_study(folder, problem__params={"noise": 0.5}), folder / "run", progress=False)

    return once("wells-noise", make) / "run"


@pytest.fixture
def run(write, tmp_path):
    def go(out="run", options=None, **changes):
        return landsweep.run(write(**changes), tmp_path / out, progress=False, **(options or {}))

    return go


def done(path, stage):
    """Indices that a stage worked on, over all sessions."""
    events = [json.loads(line) for log in path.glob("logs/*.jsonl") for line in log.read_text().splitlines()]
    return [e["index"] for e in events if e["event"] == "ItemDone" and e["stage"] == stage]


def same_files(one, other):
    files = sorted(p.name for p in one.glob("certify/*"))
    assert files == sorted(p.name for p in other.glob("certify/*"))
    assert files
    for name in files:
        with np.load(one / "certify" / name) as a, np.load(other / "certify" / name) as b:
            assert a.files == b.files
            for key in a.files:
                assert a[key].tobytes() == b[key].tobytes(), (name, key)


# The maths


def quantile(freedom, p):
    """Student's quantile in closed form, for 1, 2 and 4 degrees of freedom (Shaw 2006)."""
    if freedom == 1:
        return math.tan(math.pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) / math.sqrt(2 * p * (1 - p))
    root = math.sqrt(4 * p * (1 - p))
    return 2 * math.sqrt(math.cos(math.acos(root) / 3) / root - 1)


@pytest.mark.parametrize("draws", [2, 3, 5])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_intervals_are_students(draws, confidence):
    d = np.random.default_rng(draws).normal(2, 3, (draws, 7))
    found = certify.draw_intervals(d, confidence)
    for column, (low, high) in zip(d.T.tolist(), found.tolist(), strict=True):
        mean = sum(column) / draws
        s = math.sqrt(sum((x - mean) ** 2 for x in column) / (draws - 1))
        half = quantile(draws - 1, (1 + confidence) / 2) * s / math.sqrt(draws)
        assert (low, high) == pytest.approx((mean - half, mean + half), rel=1e-9)


def test_intervals_cover_the_true_persistence():
    """400 trials of normal draws, 400 of means of 200 skew losses: 95 % within three standard errors, 3.3 %."""
    rng = np.random.default_rng(5)
    truth = 0.7
    normal = rng.normal(truth, 2, (5, 400))
    skew = rng.exponential(truth, (5, 400, 200)).mean(axis=2)
    for d in (normal, skew):
        low, high = certify.draw_intervals(d).T
        assert ((low < truth) & (truth < high)).mean() == pytest.approx(0.95, abs=0.033)


def test_pairs_of_no_height_are_counted_in_one_of_forty():
    d = np.random.default_rng(6).normal(0, 1, (6, 4000))
    assert certify.above_sampling(certify.draw_intervals(d)).mean() == pytest.approx(0.025, abs=0.0075)


def test_an_interval_without_spread_or_with_infinite_ends_is_missing():
    d = np.array([[0.1, 1, 1, 1], [0.1, np.inf, np.nan, 2], [0.1, 1, 1, 3]])
    found = certify.draw_intervals(d)
    assert np.isnan(found[:3]).all()
    assert np.isfinite(found[3]).all()
    assert certify.above_sampling(found).tolist() == [False, False, False, False]
    assert certify.above_sampling(np.array([[-2.0, -1.0], [1.0, 2.0]])).tolist() == [False, True]
    with pytest.raises(ValueError, match="hold 1 draws, expected at least 2"):
        certify.draw_intervals(d[:1])
    with pytest.raises(ValueError, match="confidence is 95, expected a number between 0 and 1"):
        certify.draw_intervals(d, 95)


@pytest.mark.parametrize("seed", range(20))
def test_counts_are_those_of_a_loop(seed):
    rng = np.random.default_rng(seed)
    field = rng.integers(0, 6, (9, 8)).astype(np.float32)
    tree = merge_tree(field, "freudenthal")
    values = tree.pair_values.tolist()
    neighbours = [[0, 1, 1], [1, 1, 1], [1, 1, 0]]
    parts = {d: ndimage.label(field <= d, neighbours)[0].reshape(-1) for d in range(6)}
    for threshold in (0, 1, 2.5):
        pairs = [p for p, (b, d) in zip(tree.pairs.tolist(), values, strict=True) if d - b > threshold]
        holds = tree.lifetimes > threshold
        found = certify.count(tree, holds)
        # Branches join at one saddle where they end at one level in one component of the sublevel set there.
        joins = {(field.flat[s], parts[field.flat[s]][m]) for m, s in pairs}
        assert (found.pairs, found.saddles) == (len(pairs), len(joins))
        assert found.minima == len({m for m, _ in pairs} | {tree.global_min})


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("connectivity", ["face", "freudenthal", "moore"])
def test_no_change_below_epsilon_removes_a_pair_that_holds(seed, connectivity):
    rng = np.random.default_rng(seed)
    f = rng.normal(size=(12, 11))
    tree = merge_tree(f, connectivity)
    for size in (0.05, 0.3, 1.0):
        g = f + rng.uniform(-size, size, f.shape)
        epsilon = certify.sup_difference(f, g)
        assert epsilon <= size
        held = np.sort(tree.lifetimes[certify.above_rounding(tree.lifetimes, epsilon)])[::-1]
        other = np.sort(merge_tree(g, connectivity).lifetimes)[::-1]
        assert len(held) <= len(other)
        assert (np.abs(held - other[: len(held)]) <= 2 * epsilon * (1 + 1e-12)).all()


def test_the_greatest_difference():
    f = np.array([1, np.nan, 3, np.inf], np.float32)
    assert certify.sup_difference(f, np.array([1.5, np.inf, 2.75, np.nan])) == 0.5
    assert certify.sup_difference(f, np.array([1, 1, 3, np.inf])) == math.inf
    assert certify.sup_difference(f[:0], f[:0]) == 0
    assert certify.sup_difference(np.array([1e308]), np.array([-1e308])) == math.inf
    assert certify.above_rounding(np.array([1.0, np.inf]), math.inf).tolist() == [False, False]
    assert certify.above_rounding(np.array([1.0, 1.01, np.inf]), 0.5).tolist() == [False, True, True]


def test_draws_in_another_order_are_no_draws():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(500, 3)).astype(np.float32)
    means = np.stack([rng.permutation(data).mean(axis=0) for _ in range(4)])
    assert len(np.unique(means, axis=0)) > 1
    assert certify.distinct_draws(means) == 1
    assert certify.distinct_draws(means + np.arange(4, dtype=np.float32)[:, None]) == 4
    assert certify.distinct_draws(np.array([[1.0, np.nan], [2, 1], [1, 3]])) == 2
    assert certify.distinct_draws(np.full((3, 2), np.nan)) == 3  # nothing says that they are equal
    assert certify.distinct_draws(np.empty((3, 0))) == 3


# The stage


def test_a_ripple_of_float32_is_no_pair(run):
    result = run(problem__params={"ripple": 8.0}, certify={"float64": "all"})
    table = result.metrics
    assert (table["n_pairs_positive"] > 1).all()
    assert (table["float64_method"] == "certified").all()
    assert table["float64_epsilon"].to_numpy() == pytest.approx(8 * 0.4 * 2.0**-8, rel=1e-3)  # steps of 6.4 ulp
    exact = run("exact", problem__params={"ripple": 8.0}, certify={}, evaluation__dtype="float64").metrics
    assert (exact["n_pairs"] == 1).all()
    for what, expected in (("pairs", 1), ("saddles", 1), ("minima", 2)):
        assert (table[f"n_{what}_float64"] == expected).all()
    losses = result.dataset.loss.values.astype(float)
    finer = landsweep.open_run(result.path.parent / "exact").dataset.loss.values
    assert table["float64_epsilon"].tolist() == np.abs(losses - finer).reshape(2, -1).max(axis=1).tolist()
    assert table["n_pairs_draws"].isna().all()
    assert exact["n_pairs_float64"].isna().all()
    assert exact["n_pairs_positive"].notna().all()


def test_noise_of_one_draw_is_no_pair(noisy):
    result = landsweep.open_run(noisy)
    table = result.metrics
    assert (table["n_pairs_positive"] > 4).all()
    assert (table["n_pairs_float64"] == table["n_pairs_positive"]).all()  # no rounding: all of them are on this draw
    assert (table["n_pairs_draws"] == 1).all()
    for member in result.plan.members:
        tree = read_tree(result.directory, member.index, "moore")
        with np.load(STAGE.result(result.directory, member.index)) as data:
            interval = data["moore/interval"]
            assert data["draws"].tolist() == list(range(1, 9))
            assert data["draw_vertices"].tolist() == sorted(set(tree.pairs.reshape(-1).tolist()))
        assert certify.above_sampling(interval).tolist() == (tree.lifetimes == tree.lifetimes.max()).tolist()
    dataset = result.dataset
    assert dataset.pair_interval.dims == ("pair", "interval_end")
    assert dataset.pair_interval.sizes["pair"] == dataset.pair_vertex.sizes["pair"]
    low, high = dataset.pair_range.values[-1, 0]
    np.testing.assert_array_equal(dataset.pair_interval.values[low:high], interval)
    assert dataset.float64_method.values.reshape(-1).tolist() == [2, 2]
    assert dataset.float64_method.attrs["flag_meanings"] == "none estimated certified"
    assert dataset.n_saddles_draws.dims == dataset.n_saddles.dims
    paragraph = methods(result.directory)
    assert "exceeds 2 epsilon [cohensteiner2007]; epsilon is the greatest difference" in paragraph
    assert "f(saddle) - f(minimum) over 8 further draws" in paragraph
    assert "@article{student1908" in paragraph
    text = (result.path / "report" / "summary.md").read_text()
    assert "| saddles | saddles of persistence > 0 | saddles above rounding | saddles above sampling |" in text


def test_intervals_are_of_the_problems_own_draws(run):
    """The definition in plain torch: both ends of each pair on draws 1, 2, 3, Student's interval in closed form."""
    import torch
    from wells import Wells

    result = run(problem__params={"noise": 0.5}, certify={"draws": 3}, sweep={"tilt": [0.2]})
    problem, tree = Wells(noise=0.5), read_tree(result.directory, 0, "moore")
    grid = np.linspace(-1.5, 1.5, POINTS)

    def loss(vertex, draw):
        (batch,) = problem.batches(draw=draw)
        return float(problem.loss(lambda x: torch.tensor([grid[vertex]]) * x, batch)["loss"])

    for (low, high), (minimum, saddle) in zip(result.dataset.pair_interval.values, tree.pairs, strict=True):
        d = np.array([loss(saddle, r) - loss(minimum, r) for r in (1, 2, 3)])
        half = quantile(2, 0.975) * d.std(ddof=1) / math.sqrt(3)
        assert (low, high) == pytest.approx((d.mean() - half, d.mean() + half), abs=2e-5)


def test_a_landscapes_own_draw_does_not_test_it(run):
    result = run(problem__params={"noise": 0.5}, certify={"draws": 3}, sweep={"tilt": [0.2], "draw": [0, 2]})
    found = [np.load(STAGE.result(result.directory, m))["draws"].tolist() for m in (0, 1)]
    assert found == [[1, 2, 3], [1, 3, 4]]


@pytest.mark.parametrize(("pool", "noise", "distinct"), [(None, 0.0, 1), (3, 0.5, 3)])
def test_draws_that_do_not_differ_prove_nothing(write, tmp_path, pool, noise, distinct):
    study = write(problem__params={"noise": noise, "pool": pool}, certify={"draws": 5})
    result = inside("run", study, "--out", tmp_path / "run")
    assert result.returncode == 0, result.stderr
    assert f"draws do not differ: 5 draws gave {distinct} different set(s) of losses" in result.stderr
    assert result.stderr.count("draws do not differ") == 1
    assert "note: draws do not differ in 2 of 2 landscapes" in result.stdout
    table = landsweep.open_run(tmp_path / "run").metrics
    assert table["n_pairs_draws"].isna().all()
    assert table["n_saddles_draws"].isna().all()
    assert (table["draws_distinct"] == distinct).all()
    assert np.isnan(landsweep.open_run(tmp_path / "run").dataset.pair_interval.values).all()


def test_a_sample_estimates_from_below(run):
    everything = run("all", problem__params={"noise": 0.5}, certify={"float64": "all"}).metrics
    few = run("few", problem__params={"noise": 0.5}, certify={"float64": 9}).metrics
    again = run("again", problem__params={"noise": 0.5}, certify={"float64": 9}).metrics
    more = run("more", problem__params={"noise": 0.5}, certify={"float64": POINTS + 1}).metrics
    assert (few["float64_method"] == "estimated").all()
    assert (few["float64_epsilon"] < everything["float64_epsilon"]).all()
    assert (few["float64_epsilon"] > 0).all()
    assert few["float64_epsilon"].tolist() == again["float64_epsilon"].tolist()
    assert (more["float64_method"] == "certified").all()
    assert more["float64_epsilon"].tolist() == everything["float64_epsilon"].tolist()


def test_chunks_change_nothing(run, monkeypatch):
    from landsweep.stages.certify import work as stage

    one = run("one", problem__params={"ripple": 8.0, "noise": 0.5})
    monkeypatch.setattr(stage, "CHUNK", 32)
    same_files(one.path, run("two", problem__params={"ripple": 8.0, "noise": 0.5}).path)


def test_chunks_are_no_reason_to_fail_where_the_loss_raises(monkeypatch):
    class Bounded:
        width, precision = 1, SimpleNamespace(dtype="float64")
        strategy = SimpleNamespace(fields=("loss",))

        def __init__(self, bound):
            self.bound = bound

        def __call__(self, alpha):
            if (alpha > self.bound).any():
                raise ArithmeticError("too far")
            return {"loss": alpha[:, 0]}

    points, x = object.__new__(_Points), np.linspace(0, 1, 10)
    points._context = SimpleNamespace(stop=SimpleNamespace(requested=False))
    points._shape, points._axes, points._geometry = (10,), [x], SimpleNamespace(multiples=lambda at: at)
    monkeypatch.setattr("landsweep.stages.certify.work.CHUNK", 3)
    for bound in (0.5, 0.05):  # both raise everywhere in the last chunk
        found = np.concatenate([losses for _, losses in points.losses(Bounded(bound), range(10))])
        np.testing.assert_array_equal(found, np.where(x > bound, np.nan, x))
    assert list(points.losses(Bounded(0), range(0))) == []
    with pytest.raises(ProblemError, match="too far"):
        list(points.losses(Bounded(-1), range(10)))


def test_points_that_only_float64_can_hold_certify_nothing(write, tmp_path):
    study = write(problem__params={"explode": True}, certify={"float64": "all"})
    result = inside("run", study, "--out", tmp_path / "run")
    assert result.returncode == 0, result.stderr
    assert "some points are finite in float32 or in float64 but not in both, so no pair holds" in result.stderr
    table = landsweep.open_run(tmp_path / "run").metrics
    assert np.isinf(table["float64_epsilon"]).all()
    assert (table["n_pairs_float64"] == 0).all()
    assert (table["n_pairs_positive"] == 1).all()


def test_a_landscape_without_any_finite_value_has_no_certificates(write_study, tmp_path):
    study = write_study(problem__params={"explode": 1e-9}, certify={"float64": "all", "draws": 2})
    result = landsweep.run(study, tmp_path / "run", progress=False)
    assert not result.failures
    assert len(list(result.path.glob("certify/*.npz"))) == 4
    for name in ("float64_epsilon", "float64_method", "draws_distinct", "n_pairs_positive", "n_saddles_draws"):
        assert result.metrics[name].isna().all(), name
    assert result.dataset.pair_interval.shape == (0, 2)


def test_counts_leave_out_what_min_persistence_drops(run):
    table = run(problem__params={"noise": 0.5}, topology={"min_persistence": 0.2}, certify={}).metrics
    assert (table["n_pairs_positive"] == table["n_pairs"]).all()
    assert (table["n_saddles_positive"] == table["n_saddles"]).all()


def test_another_certify_redoes_that_stage_alone(run):
    first = run(certify={})
    assert not (first.path / "certify").exists()
    work = {stage: done(first.path, stage) for stage in ("train", "subspace", "evaluate", "topology")}
    for certificates in ({"draws": 3}, {"float64": "all", "draws": 3}, {"float64": 5}, {}):
        result = run(certify=certificates)
        for stage, items in work.items():
            assert done(result.path, stage) == items, stage
        assert result.metrics["n_pairs_draws"].isna().all()  # without noise the draws do not differ
        assert result.metrics["float64_method"].isna().all() == ("float64" not in certificates)
    assert sorted(done(result.path, "certify")) == [0, 0, 0, 1, 1, 1]
    assert not (result.path / "certify").exists()


def test_another_topology_redoes_certificates_and_a_missing_file_is_made_again(run, noisy, tmp_path):
    points = done(copy_of(noisy, tmp_path), "evaluate")
    both = run(problem__params={"noise": 0.5}, topology={"connectivity": ["face", "moore"]})
    assert done(both.path, "evaluate") == points
    assert sorted(done(both.path, "certify")) == [0, 0, 1, 1]
    assert (both.metrics["n_pairs_draws"] == 1).all()
    assert both.dataset.pair_interval.sizes == {"pair": both.dataset.pair_vertex.sizes["pair"], "interval_end": 2}
    STAGE.result(both.directory, 1).unlink()
    mended = run(problem__params={"noise": 0.5}, topology={"connectivity": ["face", "moore"]})
    assert sorted(done(mended.path, "certify")) == [0, 0, 1, 1, 1]
    fresh = run("fresh", problem__params={"noise": 0.5}, topology={"connectivity": ["face", "moore"]})
    assert_same_run(mended.path, fresh.path)
    same_files(mended.path, fresh.path)
    extended = run(
        sweep={"tilt": [0.2, 0.3, 0.4]}, problem__params={"noise": 0.5}, topology__connectivity=["face", "moore"]
    )
    assert sorted(done(extended.path, "certify")) == [0, 0, 1, 1, 1, 2]


@pytest.mark.processes
def test_a_killed_run_goes_on(write, tmp_path, noisy):
    kill = tmp_path / "kill"
    kill.write_text("0.3")
    study = write(problem__params={"noise": 0.5, "kill_file": str(kill)})
    killed = command("run", study, "--out", tmp_path / "run")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [p.name for p in (tmp_path / "run" / "certify").glob("*.npz")] == ["member-00000.npz"]
    status = inside("status", tmp_path / "run").stdout
    rows = {line.split()[0]: line.split()[1:4] for line in status.splitlines() if line and line[0].islower()}
    assert rows["certify"] == ["1", "2", "-"]
    assert inside("run", study, "--out", tmp_path / "run").returncode == 0
    assert sorted(done(tmp_path / "run", "certify")) == [0, 1]
    assert_same_run(tmp_path / "run", noisy)
    same_files(tmp_path / "run", noisy)


def test_a_signal_ends_a_large_member_between_chunks(run, tmp_path, monkeypatch):
    from landsweep.stages.certify import work as stage

    kill = tmp_path / "kill"
    kill.write_text("0.3")
    params = {"noise": 0.5, "kill_file": str(kill), "kill": "SIGTERM"}
    monkeypatch.setattr(stage, "CHUNK", 32)
    with pytest.raises(KeyboardInterrupt, match="was stopped"):
        run(problem__params=params)
    assert [p.name for p in (tmp_path / "run" / "certify").iterdir()] == ["member-00000.npz"]
    result = run(problem__params=params)
    assert (result.metrics["n_pairs_draws"] == 1).all()


def test_a_damaged_shard_takes_its_certificates_with_it(run, noisy, tmp_path):
    path = copy_of(noisy, tmp_path)
    shard = sorted(p for p in (path / "landscape.zarr" / "loss" / "c").rglob("*") if p.is_file())[0]
    data = bytearray(shard.read_bytes())
    data[len(data) // 3] ^= 0xFF
    shard.write_bytes(bytes(data))
    mended = run(problem__params={"noise": 0.5}, options={"repair": True})
    assert len(done(mended.path, "certify")) > 2
    assert_same_run(mended.path, noisy)
    same_files(mended.path, noisy)


def test_a_problem_that_refuses_float64_fails_there_alone(run, write, tmp_path):
    changes = {"problem__params": {"noise": 0.5, "refuse": 0.2}}
    result = run(**changes)
    assert list(result.failures) == [("certify", 0)]
    assert "TypeError: float32 only, on purpose" in result.failures["certify", 0]
    assert "wells.py" in result.failures["certify", 0]
    table = result.metrics
    assert table["n_pairs_positive"].notna().all()
    assert table["n_pairs_float64"].isna().tolist() == [True, False]
    assert table["n_pairs_draws"].isna().tolist() == [True, False]
    run(**changes)
    assert sorted(done(result.path, "certify")) == [0, 1]
    run(**changes, options={"retry_failed": True})
    assert sorted(done(result.path, "certify")) == [0, 0, 1]
    status = inside("run", write(**changes), "--out", tmp_path / "run")
    assert status.returncode == 3
    assert "failed: certify 0 (tilt=0.2, seed=0" in status.stdout


@pytest.mark.mpi
def test_ranks_share_the_members_and_give_the_same_bits(write, tmp_path):
    pytest.importorskip("mpi4py")
    study = write(problem__params={"noise": 0.5, "ripple": 8.0}, sweep__tilt=[0.1, 0.2, 0.3, 0.4], certify__float64=30)
    for name, ranks in (("serial", 0), ("ranks", 2)):
        result = ranked("run", study, "--out", tmp_path / name, ranks=ranks)
        assert result.returncode == 0, result.stderr
    assert_same_run(tmp_path / "serial", tmp_path / "ranks")
    same_files(tmp_path / "serial", tmp_path / "ranks")


def test_plan_counts_the_points(write, tmp_path):
    result = inside("plan", write(certify={"float64": 50, "draws": 4}), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    line = next(line for line in result.stdout.splitlines() if line.startswith("certify"))
    assert line.split(maxsplit=1)[1] == (
        "100 points again in float64; the ends of all pairs on 4 draws, at most 968 evaluations"
    )
    off = inside("plan", write(certify={}), cwd=tmp_path)
    assert "certify" not in off.stdout
