"""The study file: every mistake gets one plain sentence."""

import re

import pytest
import yaml
from landsweep.base.errors import UserError
from landsweep.study.study import Study
from support import study_data

MISTAKES = [
    ({"grid__point": 3}, 'unknown key "grid.point", expected dims, points, refine; did you mean "points"?'),
    ({"gird": {}}, 'unknown key "gird", expected name, problem, sweep'),
    ({"subspaces__random__nomalisation": "filter"}, 'unknown key "subspaces.random.nomalisation", expected kind, path'),
    ({"curvature__top": 2}, 'unknown key "curvature.top", expected engine, matrix, dtype, largest, smallest'),
    ({"grid__dims": "two"}, "\"grid.dims\" is 'two' (str), expected a whole number from 1 to 6."),
    ({"grid__dims": 7}, '"grid.dims" is 7 (int), expected a whole number from 1 to 6.'),
    ({"grid__points": 0}, '"grid.points" is 0 (int), expected a whole number of at least 1'),
    (
        {"grid__points": [5, -1]},
        '"grid.points" is [5, -1] (list), expected a whole number of at least 1, or one per axis',
    ),
    ({"grid__points": [5, 5, 5]}, "grid.points has 3 entries, expected one number or 2 (dims)."),
    ({"subspaces__random__range": [1, -1]}, "subspaces.random.range is [1, -1], expected low < high."),
    ({"subspaces__random__range": [0, float("inf")]}, "subspaces.random.range is [0, inf], expected finite numbers."),
    ({"subspaces__random__range": [[0, 1]]}, "subspaces.random.range has 1 pairs, expected one pair or 2 (grid.dims)."),
    ({"subspaces__random__unit": "metres"}, "expected multiple, l2, relative or loss_rise."),
    ({"subspaces__random__kind": "file"}, "kind is file but path is missing"),
    ({"sweep__beta": []}, "sweep.beta is empty, expected at least one value."),
    ({"sweep__beta": [1, 1]}, "sweep.beta is [1, 1], expected each value once."),
    ({"sweep__beta": [1, "a"]}, "sweep.beta mixes numbers and strings, expected one kind."),
    ({"sweep__seed": [-1]}, "sweep.seed is [-1], expected whole numbers of at least 0."),
    ({"sweep__subspace": ["hessian"]}, "sweep.subspace names 'hessian', expected one of random."),
    ({"sweep__alpha_0": [1]}, "sweep.alpha_0 cannot name an axis"),
    ({"sweep__alpha_hessian": [1]}, "sweep.alpha_hessian cannot name an axis"),
    (
        {"fields": ["loss", "alpha_gradient"], "evaluation__batchnorm": "recomputed"},
        "fields has alpha_gradient but evaluation.batchnorm is recomputed, and statistics that follow the weights are "
        "no part of derivatives here: expected evaluation.batchnorm: frozen.",
    ),
    ({"sweep__steps": [1]}, "sweep.steps also stands in problem.params, expected it in one of the two."),
    ({"fields": ["mae"]}, "fields is ['mae'], expected loss among them."),
    ({"topology__connectivity": ["knn8"]}, "expected a list of face, freudenthal, moore, knn, delaunay and gabriel."),
    ({"topology__periodic": ["x"]}, "topology.periodic names 'x', expected true, or some of alpha_0, alpha_1."),
    ({"topology__periodic": 1.5}, '"topology.periodic" is 1.5 (float), expected true for all grid axes, or a list'),
    (
        {"topology__periodic": True, "grid__points": [7, 2]},
        "topology.periodic: axis 1 cannot be periodic: got 2 points along it, expected at least 3, so that the steps",
    ),
    (
        {"topology": {"periodic": ["alpha_1"], "connectivity": ["face", "knn"]}},
        "topology.connectivity has knn, whose neighbours are looked for inside the grid alone, expected face, ",
    ),
    (
        {"topology": {"periodic": ["alpha_1"], "engine": "ttk"}},
        "topology.engine is ttk, which knows no periodic axes here, expected native with topology.periodic.",
    ),
    (
        {"evaluation__dtype": "float16"},
        "\"evaluation.dtype\" is 'float16' (str), expected float64, float32, or tf32 or bf16",
    ),
    ({"name": "a/b"}, "\"name\" is 'a/b' (str), expected letters, digits"),
    ({"problem": {"params": {}}}, '"problem.path" is missing, expected "package.module:Class"'),
]


@pytest.mark.parametrize(
    ("changes", "text"), MISTAKES, ids=[next(iter(c)) + str(i) for i, (c, _) in enumerate(MISTAKES)]
)
def test_a_mistake_gets_one_sentence(changes, text):
    with pytest.raises(UserError) as caught:
        Study.parse(study_data(**changes), "my.yaml")
    message = str(caught.value)
    assert message.startswith("my.yaml: ")
    assert text in message
    assert "\n" not in message
    assert "pydantic" not in message


def test_round_trip_through_yaml():
    study = Study.parse(study_data(subspaces__random__range=[[-1, 1], [-0.5, 2]]))
    assert Study.parse(yaml.safe_load(study.to_yaml())) == study


@pytest.mark.parametrize(
    ("given", "axes"),
    [
        (True, (0, 1)),
        (False, ()),
        ([], ()),
        ("alpha_1", (1,)),
        (["alpha_1", "alpha_0"], (0, 1)),
        (["alpha_0"] * 2, (0,)),
    ],
)
def test_periodic_axes_have_several_names(given, axes):
    study = Study.parse(study_data(topology__periodic=given))
    assert study.periodic == axes
    assert Study.parse(yaml.safe_load(study.to_yaml())).periodic == axes


def test_a_study_cannot_be_changed():
    with pytest.raises(Exception, match="frozen"):
        Study.parse(study_data()).name = "other"


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("sweep.beta=[5,7]", {"sweep": {"beta": (5, 7)}}),
        ("sweep.beta=5", {"sweep": {"beta": (5,)}}),
        ("evaluation.dtype=float64", {"evaluation": {"dtype": "float64"}}),
        ("subspaces.random.rise=1e-3", {"subspaces": {"random": {"rise": 1e-3}}}),
    ],
)
def test_overrides(tmp_path, override, expected):
    path = tmp_path / "s.yaml"
    path.write_text(yaml.safe_dump(study_data()))
    data = Study.load(path, (override,)).model_dump()

    def includes(whole, part):
        return all(includes(whole[k], v) if isinstance(v, dict) else whole[k] == v for k, v in part.items())

    assert includes(data, expected)


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("grid.points", "--set got 'grid.points', expected KEY=VALUE such as --set grid.points=21."),
        ("grid.points.x=1", "--set grid.points.x: points is [7, 5] (list), expected a key that holds a mapping."),
        ("grid.points=[1", "is not valid YAML"),
    ],
)
def test_bad_overrides(tmp_path, override, text):
    path = tmp_path / "s.yaml"
    path.write_text(yaml.safe_dump(study_data()))
    with pytest.raises(UserError, match=re.escape(text)):
        Study.load(path, (override,))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a: [1", "is not valid YAML"),
        ("name: a\nname: b\n", "key 'name' stands twice"),
        ("- 1\n", "holds [1] (list), expected a mapping"),
        ("", "holds None (NoneType), expected a mapping"),
    ],
)
def test_files_that_hold_no_study(tmp_path, content, text):
    path = tmp_path / "s.yaml"
    path.write_text(content)
    with pytest.raises(UserError, match=re.escape(text)):
        Study.load(path)


def test_default_connectivity_follows_the_dimension():
    def connectivity(dims, engine):
        topology = {"engine": engine}
        return Study.parse(study_data(grid={"dims": dims, "points": 3}, topology=topology)).connectivity

    assert [connectivity(dims, "native") for dims in (1, 2, 3, 4)] == [("moore",)] * 3 + [("face",)]
    assert [connectivity(dims, "ttk") for dims in (1, 2, 3, 4)] == [("freudenthal",)] * 3 + [("face",)]
    assert connectivity(2, "both") == ("freudenthal",)


def test_numbers_without_a_point_are_numbers(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(yaml.safe_dump(study_data()).replace("1.0\n", "1e-3\n", 1))
    assert 1e-3 in Study.load(path).sweep["beta"]


def test_infinite_values_of_an_axis_are_written_and_read_again():
    study = Study.parse(study_data(sweep__beta=[1.0, float("inf"), float("-inf")]))
    assert Study.parse(yaml.safe_load(study.to_yaml())).sweep["beta"] == (1.0, float("inf"), float("-inf"))
