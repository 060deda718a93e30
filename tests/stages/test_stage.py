"""What follows from the records of stages."""

from dataclasses import replace

import pytest
import yaml
from landsweep import Study
from landsweep.base.errors import UserError
from landsweep.batch.site import load_site
from landsweep.cluster import layout
from landsweep.disk.rundir import RunDir
from landsweep.executors.serial import SerialExecutor
from landsweep.pipeline.execute import RunOptions, execute
from landsweep.pipeline.identity import compare
from landsweep.predict import costs
from landsweep.stages import BY_NAME, STAGES, reserved
from landsweep.stages.curvature import STAGE as CURVATURE
from landsweep.study.plan import make_plan
from landsweep.study.problems import check
from support import make_study, study_data

STUDY = Study.parse(study_data(curvature__largest=1, certify__draws=2))


def test_a_stage_reads_earlier_ones_alone():
    for place, stage in enumerate(STAGES):
        assert set(stage.ancestors) <= set(STAGES[:place]), stage.name


def test_a_new_stage_is_planned_and_priced_without_more_than_its_record(monkeypatch):
    new = replace(CURVATURE, name="gradient", asked=lambda study: True, needs=CURVATURE.needs)
    for module in (layout, costs):
        monkeypatch.setattr(module, "STAGES", (*STAGES[:2], new, *STAGES[2:]))
    plan, site = make_plan(STUDY), load_site("slurm-generic")
    rates = {"train": 10.0, "curvature": 1.0, "gradient": 3.0, "evaluate": 1e-3, "topology": 0.1}
    (part,) = layout.lay_out(STUDY, plan, site, "slurm-generic", None, rates).parts
    assert part.stages[:3] == ("train", "curvature", "gradient")
    found = costs.costs(STUDY, plan, rates, 1)
    assert found.stages["gradient"] == pytest.approx(2 * 3.0, abs=0.01)  # two models, one site each
    assert costs.costs(STUDY, plan, {"evaluate": 1e-3, "curvature": 1.0}, 1).total is None  # it was never measured
    assert costs.costs(Study.parse(study_data()), plan, {"evaluate": 1e-3, "gradient": 3.0}, 1).stages["curvature"] == 0


def test_what_is_not_asked_for_has_nothing_to_do(tmp_path):
    study = Study.parse(study_data())
    plan = make_plan(study)
    lacking = {stage.name: len(stage.todo(RunDir(tmp_path), study, plan)) for stage in STAGES}
    # Nothing is trained, so nothing that needs weights can be worked on by itself; topology has no landscape to read.
    assert (lacking["train"], lacking["curvature"], lacking["topology"], lacking["resolve"]) == (2, 0, 0, 0)


def test_names_of_stored_numbers_name_no_axis(tmp_path):
    (tmp_path / "toy.py").write_text("class Toy:\n    build = batches = loss = train = None\n")
    for name in ("smad", "n_saddles", "float64_epsilon", "n_artefacts"):
        study = Study.parse(study_data(sweep={name: [1, 2]}))
        with pytest.raises(UserError, match=rf"^sweep\.{name} cannot name an axis: under that name the run stores "):
            check(study, tmp_path, reserved())


PROJECTED = {"kind": "random", "range": [-1, 1], "trajectory": ["a.pt"]}
RISING = {"kind": "random", "range": [-1, 1], "unit": "loss_rise"}
EIGEN = {"kind": "hessian", "range": [-1, 1]}


@pytest.mark.parametrize(
    ("subspace", "evaluation", "stale"),
    [
        ({}, {"batchnorm": "recomputed"}, ""),
        (PROJECTED, {"batchnorm": "recomputed"}, "trajectory"),
        (PROJECTED, {"dtype": "float64"}, "trajectory"),
        (PROJECTED, {"batch": 4}, ""),
        ({"kind": "line", "files": ["a.pt"]}, {"dtype": "float64"}, "trajectory"),
        (RISING, {"batchnorm": "recomputed"}, "subspace trajectory"),
        (EIGEN, {"batchnorm": "recomputed"}, ""),
        (EIGEN, {"dtype": "float64"}, "subspace trajectory"),
    ],
)
def test_another_evaluation_makes_stale_what_depends_on_it(tmp_path, subspace, evaluation, stale):
    """By --redo; the stages of the landscapes always are."""
    spaces = {"random": subspace or {"kind": "random", "range": [-1, 1]}}
    run, seeds = RunDir(tmp_path), {} if subspace.get("kind") in ("line", "hessian") else {"direction_seed": [0, 1]}
    common = {"subspaces": spaces, "sweep": {"seed": [0], "subspace": ["random"], **seeds}, "grid__dims": 1}
    common["grid__points"] = 3
    run.study.write_text(yaml.safe_dump(study_data(**common), sort_keys=False))
    after = Study.parse(study_data(**common, **{f"evaluation__{name}": value for name, value in evaluation.items()}))
    expected = {"evaluate", "topology", "homology", "resolve", "certify", *stale.split()}
    assert compare(run, after, redo=True).stale == expected


def test_a_subspace_that_is_added_makes_nothing_stale(tmp_path):
    run = RunDir(tmp_path)
    run.study.write_text(yaml.safe_dump(study_data(), sort_keys=False))
    more = {"rising": RISING | {"trajectory": ["a.pt"]}, "top": EIGEN}
    changes = {f"subspaces__{name}": subspace for name, subspace in more.items()}
    after = Study.parse(study_data(sweep__subspace=["random", *more], **changes))
    assert compare(run, after).stale == set()


def test_what_cannot_be_removed_ends_the_command(tmp_path, monkeypatch):
    run = RunDir(tmp_path)
    run.landscape.mkdir()

    def refuse(path, *more, **options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("landsweep.stages.stage.shutil.rmtree", refuse)
    with pytest.raises(PermissionError):
        BY_NAME["evaluate"].remove(run)


def test_stages_after_an_extension_need_its_landscapes(run, tmp_path):
    run()
    with pytest.raises(UserError, match=r"has no landscapes of the members that were added: run the other stages"):
        execute(
            Study.load(make_study(tmp_path, sweep__direction_seed=[0, 1, 2])),
            tmp_path,
            tmp_path / "run",
            SerialExecutor(),
            options=RunOptions(stages=("topology", "report")),
        )
