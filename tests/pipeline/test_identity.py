"""Which studies continue a run."""

import pytest
from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir
from landsweep.pipeline import identity
from landsweep.study.study import Study


def study(checkpoint):
    sweep = {"checkpoint": checkpoint, "direction_seed": [0]}
    return Study.parse({"name": "s", "problem": {"path": "p.py:P"}, "sweep": sweep})


def begun(folder, made):
    run = RunDir(folder)
    run.study.write_text(made.to_yaml())
    return run


def test_the_order_of_keys_makes_no_other_study(tmp_path):
    first = study({"files": "{step}s{seed}.pt", "step": [0, 1], "seed": [0, 1]})
    run = begun(tmp_path, first)
    other, _ = identity.as_begun(
        run, study({"seed": [0, 1, 2], "key": None, "step": [0, 1], "files": "{step}s{seed}.pt"})
    )
    assert list(other.axes.items()) == [*(first.axes | {"seed": (0, 1, 2)}).items()]
    assert other.checkpoint == first.checkpoint
    assert Study.parse(other.model_dump(mode="json")) == other
    assert identity.compare(run, other).extended


def test_other_files_are_another_study(tmp_path):
    run = begun(tmp_path, study({"files": "{seed}.pt", "seed": [0]}))
    other, _ = identity.as_begun(run, study({"files": "{seed}.pt", "seed": [0], "key": "net"}))
    with pytest.raises(UserError) as caught:
        identity.compare(run, other)
    assert (
        "holds a different study: sweep.checkpoint has files: {seed}.pt, axes: seed, key: net, in the run it has "
        "files: {seed}.pt, axes: seed; expected the same files"
    ) in str(caught.value)
