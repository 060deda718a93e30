"""``sweep.checkpoint``: what it may say, and what is refused."""

import pytest
from landsweep.base.errors import UserError
from landsweep.study.checkpoint_spec import check_files
from landsweep.study.plan import make_plan
from landsweep.study.study import Study


def study(checkpoint, **sweep):
    return Study.parse({"name": "s", "problem": {"path": "p.py:P"}, "sweep": {"checkpoint": checkpoint, **sweep}})


def test_a_pattern_gives_axes_in_its_place():
    made = study({"files": "{seed}/{step:04d}.pt", "step": [0, 10], "seed": [1, 2]}, split=["train", "test"])
    assert made.axes == {
        "step": (0, 10),
        "seed": (1, 2),
        "subspace": ("random",),
        "direction_seed": (0,),
        "split": ("train", "test"),
    }
    assert made.parameters == ()
    assert made.checkpoint_files == tuple(f"{seed}/{step:04d}.pt" for seed in (1, 2) for step in (0, 10))
    plan = make_plan(made)
    assert [made.checkpoint_of(model.coords) for model in plan.models] == [
        "1/0000.pt",
        "2/0000.pt",
        "1/0010.pt",
        "2/0010.pt",
    ]
    assert len(plan.members) == 8


def test_a_parameter_beside_it_names_files_too():
    made = study({"files": "b{beta}s{step}.pt", "step": [0, 10]}, beta=[1.0, 2.5])
    assert made.parameters == ("beta",)
    assert made.checkpoint_of({"beta": 2.5, "step": 10, "seed": 0}) == "b2.5s10.pt"


@pytest.mark.parametrize(
    "checkpoint",
    [
        ["a.pt", "b.pt"],
        {"files": ["a.pt", "b.pt"], "key": "ema"},
        {"files": "a.pt", "prefix": "model."},
        {"files": "{step}.pt", "step": [0, 1], "key": "net"},
        {"files": "{seed}.pt"},
    ],
)
def test_the_file_of_a_study_says_it_as_it_was_given(checkpoint):
    made = study(checkpoint)
    again = Study.parse(made.model_dump(mode="json"))
    assert again == made
    assert again.checkpoint == made.checkpoint
    assert again.model_copy(update={"sweep": dict(made.sweep)}).checkpoint_files == made.checkpoint_files
    assert made != study("other.pt")


@pytest.mark.parametrize(
    ("checkpoint", "text"),
    [
        ({}, "sweep.checkpoint.files is missing, expected file names, or one with axes in braces such as"),
        ({"files": 3}, "sweep.checkpoint.files is 3, expected file names"),
        ({"files": []}, "sweep.checkpoint.files is [], expected file names"),
        ({"files": "a.pt", "key": [3]}, "sweep.checkpoint.key is [3], expected a text such as 'state_dict'"),
        (
            {"files": "a{step}.pt", "stop": [1]},
            "sweep.checkpoint.stop is not in files, 'a{step}.pt', expected the name of an axis that stands there in "
            'braces, or files, key or prefix (did you mean "step"?).',
        ),
        ({"files": ["a.pt"], "step": [1]}, "sweep.checkpoint.step is not in files, ['a.pt'], expected the name of an"),
        (
            {"files": "a{step}.pt"},
            "sweep.checkpoint.files has {step}, expected one of the axes that tell models apart, seed: list the values "
            "of step beside files",
        ),
        ({"files": "a{draw}.pt"}, "sweep.checkpoint.files has {draw}, expected one of the axes that tell models"),
        ({"files": "a{step.real}.pt", "step": [1]}, "has {step.real}, expected the name of an axis in braces, such as"),
        ({"files": "a{0}.pt"}, "has {0}, expected the name of an axis in braces"),
        ({"files": "a{step", "step": [1]}, "sweep.checkpoint.files is 'a{step' (expected '}' before end of string)"),
        (
            {"files": "a{step:.0f}.pt", "step": [0.1, 0.2]},
            "which gives a0.pt for several values of step, expected a file for each",
        ),
        ({"files": "a{step:d}.pt", "step": ["last"]}, "which does not fit {'step': 'last'} (Unknown format code"),
        ({"files": "{step}.pt", "step": []}, "sweep.step is empty, expected at least one value"),
        ({"files": "{step}.pt", "step": [1, 1]}, "sweep.step is [1, 1], expected each value once"),
        ({"files": "{seed}.pt", "seed": [0.5]}, "sweep.seed is [0.5], expected whole numbers of at least 0"),
    ],
)
def test_what_is_refused(checkpoint, text):
    with pytest.raises(UserError) as caught:
        study(checkpoint)
    assert text in str(caught.value)


def test_a_star_is_no_pattern(tmp_path):
    with pytest.raises(
        UserError, match=r"step\*.pt does not exist, .*: name an axis in braces, such as step\{step\}.pt\."
    ):
        check_files(study(["step*.pt"]).checkpoint_files, tmp_path)


def test_an_axis_stands_in_one_place():
    with pytest.raises(UserError, match=r"sweep.seed also stands in sweep.checkpoint, expected it in one of the two"):
        study({"files": "{seed}.pt", "seed": [0]}, seed=[1])
