"""``landsweep plan --memory`` lists which parameters move, before anything is computed."""

import shutil

import yaml
from support import HELPERS, inside


def test_plan_lists_what_moves(tmp_path):
    shutil.copy(HELPERS / "trainings.py", tmp_path)
    data = {
        "name": "trainings",
        "problem": {"path": "trainings.py:Trainings", "params": {"how": "adapters"}},
        "sweep": {"subspace": ["random", "same", "other"]},
        "subspaces": {
            "random": {"kind": "random"},
            "same": {"kind": "random", "normalisation": "layer"},
            "other": {"kind": "random", "ignore": ["0.*", "haed"]},
        },
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(data))
    said = inside("plan", tmp_path / "study.yaml", "--memory").stdout.splitlines()
    at = said.index("moves    along subspace random, same, as build() returns the network (before training):")
    lines = [line.split() for line in said[at + 1 : at + 12]]
    assert lines[0] == ["state", "parameter", "shape", "numbers", "norm"]
    assert [line[:2] for line in lines[1:5]] == [["moved", name] for name in ("0.A", "0.B", "3.A", "3.B")]
    assert lines[2][2:] == ["6", "x", "2", "12", "0"]
    assert [line[0] for line in lines[5:]] == ["frozen"] * 6
    other = said[said.index("moves    along subspace other, as build() returns the network (before training):") :]
    assert "         'haed' in ignore matches no parameter" in other
    assert [line.split()[:2] for line in other[4:6]] == [["ignored", "0.A"], ["ignored", "0.B"]]
    assert inside("plan", tmp_path / "study.yaml").stdout.splitlines()[-1] == (
        "moves    --memory loads the problem and lists which parameters move"
    )


def test_a_network_that_is_not_made_is_said_before_the_rest(tmp_path):
    (tmp_path / "broken.py").write_text(
        "class Broken:\n    batches = loss = train = None\n    def build(self, seed): raise OSError('no such folder')\n"
        "    def batches(self): ...\n    def loss(self): ...\n    def train(self): ...\n"
    )
    (tmp_path / "study.yaml").write_text(yaml.safe_dump({"name": "x", "problem": {"path": "broken.py:Broken"}}))
    done = inside("plan", tmp_path / "study.yaml", "--memory")
    assert done.returncode == 2
    assert "build failed (OSError: no such folder at " in done.stderr
