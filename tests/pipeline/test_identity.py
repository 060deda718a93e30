"""Which studies continue a run."""

import pytest
from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir, write_json
from landsweep.pipeline import identity
from landsweep.stages import BY_NAME
from landsweep.study.plan import make_plan
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


@pytest.mark.parametrize(
    ("section", "given", "now"),
    [
        ("resolve", {"enabled": True}, "resolve.enabled is false now, and true in the run"),
        ("certify", {"draws": 4}, "certify.draws is 0 now, and 4 in the run"),
        ("curvature", {"largest": 2}, "curvature.largest is 0 now, and 2 in the run"),
    ],
)
def test_results_that_a_study_no_longer_asks_for_are_named_before_they_go(tmp_path, section, given, now):
    """As where ``--set`` is left out the second time; of a stage that has found nothing, nothing is said."""
    data = {"name": "s", "problem": {"path": "p.py:P"}, "sweep": {"seed": [0, 1], "direction_seed": [0]}}
    asked, plain = Study.parse(data | {section: given}), Study.parse(data)
    run, stage = begun(tmp_path, asked), BY_NAME[section]
    history = [{name: list(values) for name, values in asked.axes.items()}]
    write_json(run.members, {"history": history, **make_plan(asked).to_json()})
    change = identity.compare(run, plain)
    assert identity.switched_off(run, plain, change) == []
    stage.result(run, 1).parent.mkdir()
    stage.result(run, 1).touch()
    assert identity.switched_off(run, plain, change) == [
        f"{now}, so that what stage {section} found is removed ({stage.noun}: 1), expected the setting in the study, "
        "which keeps such results: write it there."
    ]
    assert identity.switched_off(run, asked, identity.compare(run, asked).with_stale(section)) == []
