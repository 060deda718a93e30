"""What moves is stored with the directions, said once a subspace, and zero weights are named."""

import json
import shutil

import landsweep
import pytest
import torch
import yaml
from contracts import Spectral
from landsweep import UserError
from landsweep.disk.directions import MOVES, load_moves
from landsweep.kernels.loss.directions import random_directions
from landsweep.kernels.loss.theta import size
from landsweep.kernels.parameters.table import sentence
from landsweep.stages.subspace.moves import moves
from landsweep.study.subspace_spec import SubspaceSpec
from safetensors.torch import load_file, save_file
from support import HELPERS, copy_of, inside, once

STUDY = {
    "name": "moves",
    "problem": {"path": "trainings.py:Trainings"},
    "sweep": {"how": ["zero head", "adapters"], "subspace": ["random", "plain", "misspelt", "all"]},
    "subspaces": {
        "random": {"kind": "random"},
        "plain": {"kind": "random", "normalisation": "none"},
        "misspelt": {"kind": "random", "ignore": ["biases", "5.*", "norms"]},
        "all": {"kind": "random", "ignore": []},
    },
    "grid": {"dims": 2, "points": 3},
    "evaluation": {"strategy": "inplace", "batch": 1},
    "report": {"figures": False, "page": False},
}


@pytest.fixture(scope="module")
def made():
    """A run up to its directions, and what it said. Only to read."""

    def make(folder):
        shutil.copy(HELPERS / "trainings.py", folder)
        (folder / "study.yaml").write_text(yaml.safe_dump(STUDY))
        done = inside("run", folder / "study.yaml", "--out", folder / "run", "--stages", "train,subspace")
        assert done.returncode == 0, done.stderr
        (folder / "stderr").write_text(done.stderr)

    folder = once("moves", make)
    return folder / "run", [
        line for line in (folder / "stderr").read_text().splitlines() if line.startswith("Subspace")
    ]


def test_weights_that_are_zero_are_named_where_they_do_not_move(made):
    run, said = made
    assert (
        "Subspace random, model 0: 5.weight does not move although not ignored, as these weights are zero and "
        "normalisation filter gives directions the norm of the weights; normalisation: none or model moves them."
        in said
    )
    assert any(line.startswith("Subspace random, model 1: 0.B, 3.B do not move although not ignored") for line in said)
    assert not any(line.startswith("Subspace plain") and "do not move" in line for line in said)
    opened = landsweep.open_run(run)
    head = opened.parameters(how="zero head", subspace="random").set_index("parameter").loc["5.weight"]
    assert (head.state, head.norm, head.direction_0) == ("still", 0.0, 0.0)
    head = opened.parameters(how="zero head", subspace="plain").set_index("parameter").loc["5.weight"]
    assert head.state == "moved"
    delta = load_file(opened.directory.directions(opened.member(how="zero head", subspace="plain")))["delta"]
    assert head.direction_1 == pytest.approx(float(delta[1, -14:-2].norm()), rel=1e-5)


def test_complex_weights_count_as_theta_counts_them(tmp_path):
    network = Spectral()
    found = moves(network, SubspaceSpec(kind="random"), random_directions(network, 2, 0))
    assert sum(e.size for e in found.entries) == size(network) == 20
    assert sentence(found.entries).startswith("moved 18 of 20 numbers: weight, lift.weight (weights of norm ")
    save_file({"delta": torch.zeros(2, 20)}, tmp_path / "directions", found.metadata())
    assert [e.size for e in load_moves(tmp_path / "directions").entries] == [16, 2, 2]
    table = json.loads(found.metadata()[MOVES])
    table["entries"][0].pop("size")
    save_file({"delta": torch.zeros(2, 20)}, tmp_path / "directions", {MOVES: json.dumps(table)})
    assert [e.size for e in load_moves(tmp_path / "directions").entries] == [8, 2, 2]


def test_adapters_move_and_what_they_adapt_does_not(made):
    assert made[1][2].startswith("Subspace random, model 1: moved 20 of 130 numbers: 0.A, 3.A (weights of norm "), made[
        1
    ]
    table = landsweep.open_run(made[0]).parameters(how="adapters", subspace="random")
    assert table.groupby("state").numbers.sum().to_dict() == {"frozen": 86, "moved": 20, "still": 24}


def test_a_rule_that_matches_no_parameter_is_named(made):
    assert (
        "Subspace misspelt, model 0: 'biases', 'norms' in ignore matches no parameter, expected bias, norm or a "
        "pattern of names such as '0.weight'." in made[1]
    )


def test_directions_of_an_earlier_version_have_no_table(made, tmp_path):
    run = landsweep.open_run(copy_of(made[0], tmp_path))
    path = run.directory.directions(0)
    save_file(load_file(path), path)
    with pytest.raises(UserError, match=r"has no table of parameters, as an earlier landsweep wrote it, expected one"):
        run.parameters(how="zero head", subspace="random")
    path.unlink()
    with pytest.raises(UserError, match=r"member 0 has no directions yet: continue .* with `landsweep run STUDY`"):
        run.parameters(how="zero head", subspace="random")


def test_directions_of_another_rule_in_the_same_run_are_named(made, tmp_path):
    run = landsweep.open_run(copy_of(made[0], tmp_path))
    sweep = {
        "how": STUDY["sweep"]["how"],
        "seed": [0],
        "subspace": STUDY["sweep"]["subspace"],
        "direction_seed": [0, 1],
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(STUDY | {"sweep": sweep}, sort_keys=False))
    old = run.directory.directions(run.member(how="zero head", subspace="random"))
    tensors = load_file(old)
    tensors["delta"][:, 24:30] = 1.0  # as if the first bias had been none then
    save_file(tensors, old)
    said = inside("run", tmp_path / "study.yaml", "--out", run.path, "--stages", "subspace").stderr.splitlines()
    assert [line for line in said if "earlier landsweep" in line] == [
        f"Subspace random: directions that an earlier landsweep has made here, such as {old}, move 0.bias, which those "
        "made now ignore, so that their landscapes do not compare: run again into another directory with --out, which "
        "makes all by one rule."
    ]


def test_directions_that_would_be_zero_are_refused(tmp_path):
    shutil.copy(HELPERS / "trainings.py", tmp_path)
    spaces = {
        "filter": {"kind": "random"},
        "model": {"kind": "random", "normalisation": "model"},
        "relative": {"kind": "random", "normalisation": "none", "unit": "relative"},
    }
    sweep = {"how": ["all zero"], "subspace": list(spaces)}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(STUDY | {"sweep": sweep, "subspaces": spaces}))
    done = inside("run", tmp_path / "study.yaml", "--out", tmp_path / "run", "--stages", "train,subspace")
    assert done.returncode == 3
    for index, how in enumerate(("filter", "model")):
        assert (
            f"failed: subspace {index} (how=all zero, seed=0, subspace={how}, direction_seed=0): ValueError: direction "
            f"0 has norm zero, as all weights that it moves are zero and normalisation {how} gives it their norm, "
        ) in done.stdout
    assert "unit is relative but the norm of the weights is zero, expected unit: multiple or l2" in done.stdout
