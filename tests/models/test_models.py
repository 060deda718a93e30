"""The table of users' models: each is right, by a plain loop and a dense Hessian, or refused in one sentence."""

import json
import re
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from kinds import HALF, POINTS, all_kinds, cut, dense, free, loop, names, trained
from landsweep import open_run
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import make_strategy
from landsweep.study.problems import make_problem
from networks import CPU
from safetensors.torch import load_file
from support import ROOT, inside

FOLDER = Path(__file__).parent
KINDS = all_kinds(FOLDER)
PART = {"Vae", "Lstm", "MultiheadAttention", "OldWeightNorm", "Loader", "OwnReference"}
"""These run in the ordinary suite; the others are long."""
EVALUATED = "train,curvature,subspace,evaluate"


pytestmark = [
    pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning"),  # torch of vmap, to a user's model
    pytest.mark.filterwarnings("ignore:Sparse invariant checks are implicitly:UserWarning"),  # of torch's own tensors
]


def study(folder, path, cls, dtype, strategy, curvature=True):
    data = {
        "name": "kind",
        "problem": {"path": str(FOLDER / path)},
        "sweep": {"seed": [0], "direction_seed": [0]},
        "subspaces": {"random": {"kind": "random", "ignore": ["bias", "norm"], "range": [-HALF, HALF]}},
        "grid": {"dims": 2, "points": POINTS},
        "evaluation": {"dtype": dtype, "strategy": strategy, "batch": 4 if strategy == "batched" else "auto"},
        "report": {"figures": False},
    }
    if curvature:
        data["curvature"] = {"largest": 1, "smallest": 1, "tolerance": 1e-7, "dtype": "float64"}
        if cls.single:
            data["curvature"] |= {"tolerance": 1e-4, "dtype": "float32"}
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(data | {"fields": list(cls.fields)}))
    return file


def run(folder, path, cls, *options, **changes):
    folder.mkdir()
    done = inside("run", study(folder, path, cls, *options, **changes), "--stages", EVALUATED, cwd=folder)
    return done, folder / "runs" / "kind"


def assert_landscape(found, cls, delta, dtype, tolerance):
    """The values are those of the loop along the directions, and no plain."""
    expected = loop(cls, delta, dtype)
    scale = np.nanmax(np.abs(expected))
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=tolerance, atol=tolerance * scale)
    assert np.isnan(expected).any() == cls.gaps
    assert cls.said or np.nanmax(expected) - np.nanmin(expected) > 1e-3 * scale


def in_double(cls, delta, study):
    """The landscape in float64, many points at once if the kind says so, without a run around it."""
    problem, model = make_problem(study, FOLDER, {}), trained(cls, torch.float64)[1]
    name, width = ("batched", 4) if cls.together else ("inplace", 1)
    strategy = make_strategy(name, problem, model, ["loss"], CPU, torch.float64, width=width)
    data = Data.of(problem, CPU, torch.float64, channels_last=strategy.channels_last)
    evaluate = Evaluator(strategy, model, delta, data, device=CPU, precision=PRECISIONS["float64"], width=width)
    alpha = np.array(list(product(np.linspace(-HALF, HALF, POINTS), repeat=2)))
    if cls.together:
        return evaluate(alpha)["loss"]
    found = np.full(len(alpha), np.nan)
    for k in range(len(alpha)):
        with suppress(*([RuntimeError] if cls.gaps else [])):
            found[k] = evaluate(alpha[k : k + 1])["loss"][0]
    return found


def assert_moved(delta, cls):
    """Every parameter of the listing moves, filter by filter as far as its weights are large, and no other."""
    model = trained(cls, torch.float64)[1]
    for vector in delta:
        parts, named = cut(model, vector), free(model)
        assert [name for name, part in parts.items() if part.abs().sum() > 0] == [
            name for name in named if name in names(cls.moved)
        ]
        assert set(names(cls.moved)) <= set(named), "the listing names what is not there"
        for name in names(cls.moved):
            np.testing.assert_allclose(filters(parts[name]), filters(named[name].detach()), rtol=1e-2, err_msg=name)


def filters(tensor):
    return np.linalg.norm(tensor.reshape(len(tensor), -1) if tensor.ndim > 1 else tensor.reshape(1, -1), axis=1)


def assert_refused(done, out, words):
    """One sentence before anything was trained, and the exit status of bad input."""
    assert done.returncode == 2, (done.stdout + done.stderr)[-1500:]
    assert re.search(words, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(out.glob("weights/*/theta.safetensors"))


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=[] if path.split(":")[1] in PART else pytest.mark.long) for path in KINDS]
)
def test_kind(path, tmp_path):
    cls = KINDS[path]
    strategy = "inplace" if cls.together else "auto"
    done, out = run(tmp_path / "a", path, cls, "float32", strategy, curvature=cls.hessian is True)
    if cls.refused:
        assert_refused(done, out, cls.refused)
        return
    assert re.search(cls.fails or cls.said, done.stdout + done.stderr), (done.stdout + done.stderr)[-1500:]
    if cls.fails:
        assert done.returncode == 3
        return
    assert done.returncode == 0, (done.stdout + done.stderr)[-1500:]
    delta = load_file(out / "directions/member-00000.safetensors")["delta"].double()
    assert_moved(delta, cls)
    found = open_run(out).dataset.loss.values
    assert_landscape(found, cls, delta, torch.float32, cls.tolerance)
    if cls.single:
        assert_refused(*run(tmp_path / "b", path, cls, "float64", strategy), cls.single)
    else:
        close = 1e-6 if cls.rough else 1e-9
        assert_landscape(in_double(cls, delta, open_run(out).study), cls, delta, torch.float64, close)
    if not cls.together:
        assert "batched" in json.loads(open_run(out).dataset.attrs["evaluation"])["dropped"]
    if cls.hessian is True:
        with np.load(out / "curvature/member-00000.npz") as curvature:
            found = [curvature["smallest_values"][0], curvature["largest_values"][0]]
        expected = np.linalg.eigvalsh(dense(cls))
        tolerance = (1e-3 if cls.single or cls.rough else 1e-5) * np.abs(expected).max()
        np.testing.assert_allclose(found, expected[[0, -1]], rtol=0, atol=tolerance)
    else:
        assert_refused(*run(tmp_path / "c", path, cls, "float32", strategy), cls.hessian)


def row(cls):
    if cls.refused or cls.fails:
        return f"| {cls.__doc__} | refused | refused | {cls.known} |"
    together = "many at once" if cls.together else "one by one"
    return f"| {cls.__doc__} | {together} | {'yes' if cls.hessian is True else 'refused'} | {cls.known} |"


def test_the_page_has_every_kind_as_the_tests_have_it():
    text = (ROOT / "docs/models.md").read_text()
    rows = [line for line in text.partition("|---|\n")[2].splitlines() if line.startswith("|")]
    assert rows == [row(cls) for cls in KINDS.values()]
    assert len(KINDS) >= 40
