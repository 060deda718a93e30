"""Subspaces in a study: what their defaults are, and what does not fit together, each in one sentence."""

import numpy as np
import pytest
from landsweep import Study, UserError
from landsweep.kernels.spans.corners import KINDS
from landsweep.study.files import check_files, subspace_files
from landsweep.study.subspace_spec import THROUGH, SubspaceSpec
from support import study_data


def parsed(dims=2, sweep=None, **subspace):
    changes = {"subspaces": {"random": subspace}, "grid": {"dims": dims, "points": 5}}
    return Study.parse(study_data(**changes, **({"sweep": sweep} if sweep else {})), "my.yaml")


DEFAULTS = [
    ({"kind": "random"}, ("filter", ("bias", "norm"), (-1, 1))),
    ({"kind": "hessian"}, ("none", (), (-1, 1))),
    ({"kind": "file", "path": "d.npy"}, ("none", ("bias", "norm"), (-1, 1))),
    ({"kind": "line", "files": "b.pt", "dims": 1}, ("none", (), (0, 1))),
    ({"kind": "plane", "files": ["b.pt", "c.pt"]}, ("none", (), (-0.5, 1.5))),
    ({"kind": "bilinear", "files": ["b", "c", "d"]}, ("none", (), (0, 1))),
    ({"kind": "pca", "files": ["b", "c", "d"]}, ("none", (), (-1, 1))),
]


@pytest.mark.parametrize(("subspace", "expected"), DEFAULTS, ids=[s["kind"] for s, _ in DEFAULTS])
def test_defaults_leave_what_means_something_as_it_is(subspace, expected):
    study = parsed(**subspace)
    found = study.subspaces["random"]
    assert (found.normalisation, found.ignore, found.range) == expected
    assert Study.parse(study.model_dump(mode="json")) == study
    assert "normalisation" not in found.model_fields_set


MISTAKES = [
    (
        {"kind": "line"},
        "kind is line but files is missing, expected the checkpoints that span it: files: [one.pt, two.pt]",
    ),
    ({"kind": "line", "files": "b"}, "kind is line but grid.dims is 2, expected grid.dims 1, or another kind."),
    ({"kind": "line", "files": ["b"] * 3, "dims": 1}, "files has 3 entries but kind line goes through two checkpoints"),
    ({"kind": "plane", "files": "b"}, "expected 2 beside the model's own weights, or all 3."),
    ({"kind": "barycentric", "files": "b", "dims": 3}, "goes through 4 checkpoints (grid.dims + 1), expected 3 beside"),
    (
        {"kind": "pca", "files": ["b", "c"], "skip": 1},
        "files has 2 entries, expected at least 3 checkpoints for compon",
    ),
    (
        {"kind": "pca", "files": ["b", "c"], "align": True},
        "align is true but kind is pca, expected false, or kind: line",
    ),
    (
        {"kind": "plane", "files": ["b", "c"], "skip": 1},
        "skip is 1 but kind is plane, expected one of the kinds hessian",
    ),
    (
        {"kind": "plane", "files": ["b", "c"], "normalisation": "filter"},
        "normalisation is filter but kind is plane, expe",
    ),
    ({"kind": "plane", "files": ["b", "c"], "ignore": "bias"}, "ignore is ['bias'] but kind is plane, expected []"),
    (
        {"files": ["b"]},
        "files is ['b'] but kind is random, expected one of the kinds line, plane, bilinear, barycentric",
    ),
    (
        {"align": True},
        "align is true but kind is random, expected one of the kinds line, plane, bilinear, barycentric.",
    ),
    ({"trajectory": ["s{sed}.pt"]}, "trajectory has 's{sed}.pt', but 'sed' is no axis of the sweep, expected some of"),
    ({"trajectory": ["s{seed.pt"]}, "trajectory is 's{seed.pt' (expected '}' before end of string), expected"),
    (
        {"trajectory": ["s{seed:{w}}.pt"]},
        "subspaces.random.trajectory has {seed:{w}}, expected the name of an axis in braces, such as {step} or",
    ),
    ({"trajectory": ["s{seed!r}.pt"]}, "subspaces.random.trajectory has {seed!r}, expected the name of an axis in"),
    (
        {"kind": "line", "files": "s{subspace:03d}.pt", "dims": 1},
        "subspaces.random.files is 's{subspace:03d}.pt', which does not fit {'subspace': 'random'} (Unknown format",
    ),
    ({"trajectory": {"": ["a"]}}, "trajectory has an empty name, expected one that says which path it is"),
    (
        {"key": "ema"},
        "key is 'ema' but no checkpoints are given, expected files or trajectory: the checkpoints in which",
    ),
    ({"kind": "file", "path": "d.npy", "prefix": "net."}, "prefix is 'net.' but no checkpoints are given, expected"),
    ({"trajectory": 3}, '"subspaces.random.trajectory" is 3 (int), expected a list of checkpoints that are projected'),
]


@pytest.mark.parametrize(("subspace", "text"), MISTAKES, ids=[text[:30] for _, text in MISTAKES])
def test_a_mistake_gets_one_sentence(subspace, text):
    with pytest.raises(UserError) as caught:
        parsed(**subspace)
    message = str(caught.value)
    assert message.startswith("my.yaml: ")
    assert text in message
    assert "\n" not in message


def test_files_say_where_their_weights_are():
    line = {"kind": "line", "files": "b.pt", "dims": 1, "key": 1, "prefix": "net."}
    study = parsed(**line)
    assert (study.subspaces["random"].key, study.subspaces["random"].prefix) == ("1", "net.")
    assert Study.parse(study.model_dump(mode="json")) == study
    assert parsed(trajectory="a.pt", key="ema").subspaces["random"].key == "ema"


def test_a_subspace_that_the_sweep_leaves_out_may_need_another_grid():
    line = {"kind": "line", "files": "b.pt"}
    study = Study.parse(study_data(subspaces={"random": {}, "line": line}))
    assert study.subspaces["line"].corners(1) == 2


@pytest.mark.parametrize("kind", THROUGH)
def test_the_table_of_kinds_says_what_their_functions_make(kind):
    assert set(THROUGH) == set(KINDS)
    dims = THROUGH[kind].dims or 3
    count = SubspaceSpec(kind=kind, files=["a.pt"]).corners(dims)
    weights = np.random.default_rng(0).normal(size=(count, 9))
    _, terms = KINDS[kind](weights - weights[0])
    assert terms.shape[1] == dims
    assert SubspaceSpec(kind=kind, files=["a.pt"]).range == THROUGH[kind].range


def test_files_are_named_for_every_member():
    sweep = {"beta": [1.0], "seed": [0, 1], "subspace": ["random"]}
    study = parsed(sweep=sweep, trajectory={"sgd": ["s{seed:02d}.pt"], "adam": "a.pt"})
    subspace = study.subspaces["random"]
    assert list(subspace_files(study)) == [("random", "trajectory", f) for f in ("s00.pt", "s01.pt", "a.pt")]
    assert subspace.paths == {"sgd": ("s{seed:02d}.pt",), "adam": ("a.pt",)}


def test_files_of_a_subspace_that_the_sweep_leaves_out_are_not_needed(tmp_path):
    """They may also name axes that another sweep has."""
    line = {"kind": "line", "files": "w{width}.pt"}
    study = Study.parse(study_data(subspaces={"random": {"trajectory": "s{seed}.pt"}, "line": line}))
    assert list(subspace_files(study)) == [("random", "trajectory", "s0.pt")]
    with pytest.raises(UserError, match=r"subspaces.random.trajectory: .*s0.pt does not exist, expected a checkpoint"):
        check_files(study, tmp_path)
    (tmp_path / "s0.pt").touch()
    check_files(study, tmp_path)
