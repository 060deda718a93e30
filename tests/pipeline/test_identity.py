"""Which studies continue a run."""

import pytest
import yaml
from landsweep.base.errors import UserError
from landsweep.disk.opened import read_study
from landsweep.disk.rundir import RunDir, write_json
from landsweep.pipeline import identity
from landsweep.stages import BY_NAME
from landsweep.study.plan import make_plan
from landsweep.study.study import Study
from support import copy_of, inside, reference_run


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


def begun_without_a_connectivity(folder):
    """Return a run as earlier versions left it where the study named no connectivity, and that study."""
    run = copy_of(reference_run(), folder)
    stored = yaml.safe_load((run / "study.yaml").read_text())
    stored["topology"]["connectivity"] = []
    (run / "study.yaml").write_text(yaml.safe_dump(stored))
    path = folder / "study.yaml"
    named = yaml.safe_load(path.read_text())
    del named["topology"]
    path.write_text(yaml.safe_dump(named))
    return run, path


def test_a_run_keeps_the_connectivity_that_it_began_with(tmp_path):
    run, path = begun_without_a_connectivity(tmp_path)
    assert read_study(RunDir(run)).connectivity == ("freudenthal",)
    assert read_study(RunDir(run), ("topology.connectivity=[knn]",)).connectivity == ("knn",)
    assert " freudenthal; one member a rank; " in inside("plan", path, "--out", run).stdout
    before = {p.name: p.read_bytes() for p in run.glob("topology/*")}
    for _ in range(2):  # the first session writes down what the second one reads
        done = inside("run", path, "--out", run)
        assert done.returncode == 0, done.stderr
        assert (
            "topology.connectivity is freudenthal in this run, which stays, as the study names none; a new run takes "
            "moore."
        ) in " ".join(done.stderr.split())
        assert {p.name: p.read_bytes() for p in run.glob("topology/*")} == before
    assert "toy: 4 of 4 landscapes, freudenthal\n" in done.stdout


@pytest.mark.parametrize(
    ("dims", "engine", "former", "today"),
    [(1, "native", "freudenthal", "moore"), (3, "both", "freudenthal", "freudenthal"), (4, "native", "face", "face")],
)
def test_what_a_study_names_goes_first_then_the_run_then_the_default(tmp_path, dims, engine, former, today):
    def study(*connectivity):
        topology = {"engine": engine, "connectivity": connectivity}
        data = {"name": "s", "problem": {"path": "p.py:P"}, "grid": {"dims": dims, "points": 3}, "topology": topology}
        return Study.parse(data)

    run = RunDir(tmp_path)
    fresh, notes = identity.as_begun(run, study())
    assert (fresh.topology.connectivity, notes) == ((today,), [])
    begun(tmp_path, fresh)
    assert identity.as_begun(run, study()) == (fresh, [])
    assert identity.compare(run, fresh).stale == frozenset()
    begun(tmp_path, study())
    kept, notes = identity.as_begun(run, study())
    assert (kept.topology.connectivity, len(notes)) == ((former,), former != today)
    begun(tmp_path, study("gabriel"))  # by the study it began with, or by `landsweep topology`
    assert identity.as_begun(run, study())[0].topology.connectivity == ("gabriel",)
    named, notes = identity.as_begun(run, study("delaunay"))
    assert (named.topology.connectivity, notes) == (("delaunay",), [])
    stale = identity.compare(run, named).stale
    assert "topology" in stale
    assert "evaluate" not in stale


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
