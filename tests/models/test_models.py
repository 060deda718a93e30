"""The table of users' models: each is right, by a plain loop and a dense Hessian, or refused in one sentence."""

import json
import re
import sys
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from kinds import HALF, POINTS, Kind, all_kinds, cut, dense, free, loop, names, trained
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


def is_plain(path):
    """Whether a kind may be looked at in a study of many: one that nothing is said of, and that all strategies run."""
    cls = KINDS[path]
    special = cls.refused or cls.fails or cls.said or cls.single or cls.gaps or cls.fields != ("loss",)
    return cls.together and cls.hessian is True and not special and path.split(":")[1] not in PART


PLAIN = [path for path in KINDS if is_plain(path)]
ALONE = [path for path in KINDS if path not in PLAIN]


def run(folder, path, cls, dtype, strategy, curvature=True, **sweep):
    data = {
        "name": "kind",
        "problem": {"path": str(FOLDER / path)},
        "sweep": {"seed": [0], "direction_seed": [0], **sweep},
        "subspaces": {"random": {"kind": "random", "ignore": ["bias", "norm"], "range": [-HALF, HALF]}},
        "grid": {"dims": 2, "points": POINTS},
        "fields": list(cls.fields),
        "evaluation": {"dtype": dtype, "strategy": strategy},
    }
    if curvature:
        data["curvature"] = {"largest": 1, "smallest": 1, "tolerance": 1e-7, "dtype": "float64"}
        if cls.single:
            data["curvature"] |= {"tolerance": 1e-4, "dtype": "float32"}
    folder.mkdir(exist_ok=True)
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(data))
    return inside("run", file, "--stages", EVALUATED, cwd=folder), folder / "runs" / "kind"


def assert_landscape(found, cls, delta, dtype, tolerance):
    """The values are those of the loop along the directions, and no plain."""
    expected = loop(cls, delta, dtype)
    scale = np.nanmax(np.abs(expected))
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=tolerance, atol=tolerance * scale)
    assert np.isnan(expected).any() == cls.gaps
    assert cls.said or np.nanmax(expected) - np.nanmin(expected) > 1e-3 * scale


def in_double(cls, delta, problem):
    """The landscape in float64, many points at once if the kind says so, without a run around it."""
    model = trained(cls, torch.float64)[1]
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


def assert_right(opened, cls, **kind):
    """The landscape, what moves and the Hessian of a run's member are right."""
    index = opened.member(**kind)
    delta = load_file(opened.path / f"directions/member-{index:05d}.safetensors")["delta"].double()
    assert_moved(delta, cls)
    assert_landscape(opened.dataset.loss.sel(**kind).values, cls, delta, torch.float32, cls.tolerance)
    if not cls.single:
        close = 1e-6 if cls.rough else 1e-9
        problem = make_problem(opened.study, FOLDER, kind)
        assert_landscape(in_double(cls, delta, problem), cls, delta, torch.float64, close)
    if cls.hessian is True:
        with np.load(opened.path / f"curvature/member-{index:05d}.npz") as curvature:
            found = [curvature["smallest_values"][0], curvature["largest_values"][0]]
        expected = np.linalg.eigvalsh(dense(cls))
        tolerance = (1e-3 if cls.single or cls.rough else 1e-5) * np.abs(expected).max()
        np.testing.assert_allclose(found, expected[[0, -1]], rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=[] if path.split(":")[1] in PART else pytest.mark.long) for path in ALONE]
)
def test_a_kind_alone(path, tmp_path):
    cls = KINDS[path]
    strategy = "inplace" if cls.together else "auto"
    done, out = run(tmp_path, path, cls, "float32", strategy, curvature=cls.hessian is True)
    if cls.refused:
        assert_refused(done, out, cls.refused)
        return
    assert re.search(cls.fails or cls.said, done.stdout + done.stderr), (done.stdout + done.stderr)[-1500:]
    if cls.fails:
        assert done.returncode == 3
        return
    assert done.returncode == 0, (done.stdout + done.stderr)[-1500:]
    opened = open_run(out)
    assert_right(opened, cls)
    if not cls.together:
        assert "batched" in json.loads(opened.dataset.attrs["evaluation"])["dropped"]
    if cls.hessian is not True:
        assert_refused(*run(tmp_path / "hessian", path, cls, "float32", strategy), cls.hessian)
    if cls.single:
        assert_refused(*run(tmp_path / "double", path, cls, "float64", strategy), cls.single)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A study of all plain kinds."""
    done, out = run(tmp_path_factory.mktemp("many"), "kinds_many.py:Many", Kind, "float32", "inplace", kind=PLAIN)
    assert done.returncode in (0, 3), (done.stdout + done.stderr)[-1500:]
    return open_run(out)


@pytest.mark.long
@pytest.mark.parametrize("path", PLAIN)
def test_a_kind_among_others(path, many):
    index = many.member(kind=path)
    assert not [text for (_, failed), text in many.failures.items() if failed == index]
    assert_right(many, KINDS[path], kind=path)


def row(cls):
    if cls.refused or cls.fails:
        landscape = hessian = "refused"
    else:
        landscape, hessian = (
            "many at once" if cls.together else "one by one",
            "yes" if cls.hessian is True else "refused",
        )
    return f"| {cls.__doc__} | {landscape} | {hessian} | {cls.known} |"


def page():
    """The part of docs/models.md that the kinds make: a table for each of their modules."""
    lines, last = [], None
    for path, cls in KINDS.items():
        module = sys.modules[cls.__module__]
        if module is not last:
            title = module.__doc__.removeprefix("Kinds: ").removesuffix(".")
            lines += ["", f"## {title[0].upper()}{title[1:]}", "", "| kind | landscape | Hessian | what to know |"]
            lines += ["|---|---|---|---|"]
        lines, last = [*lines, row(cls)], module
        assert path.startswith(module.__name__)
    return "\n".join(lines) + "\n"


def test_the_page_has_every_kind_as_the_tests_have_it():
    text = (ROOT / "docs/models.md").read_text()
    assert text.endswith(page()), "docs/models.md differs: write what page() returns to its end"
    assert len(KINDS) >= 40
