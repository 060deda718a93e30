"""The section resolve of a study: what is refused, each in one sentence."""

import pytest
from landsweep import UserError
from landsweep.study.study import Study
from support import study_data

ON = {"resolve": {"enabled": True}}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"resolve": {"starts": -1}}, '"resolve.starts" is -1 (int), expected a whole number of at least 0: further'),
        ({"resolve": {"enable": True}}, 'unknown key "resolve.enable", expected enabled, starts; did you mean'),
        (
            ON | {"grid__points": 1},
            "resolve.enabled is true but every axis of the grid has 1 point, between which nothing can be looked for: "
            "expected grid.points of at least 2 along one axis, or resolve.enabled: false",
        ),
        (
            ON | {"topology__periodic": ["alpha_1"]},
            "resolve.enabled is true but topology.periodic joins the ends of alpha_1, and minima and saddles of the "
            "loss itself are looked for in a box with ends: expected topology.periodic: [], or resolve.enabled: false",
        ),
        (
            ON | {"topology__negate": True},
            "resolve.enabled is true but topology.negate makes trees of maxima, and descents start from the minima of "
            "the grid: expected topology.negate: false, or resolve.enabled: false",
        ),
        (
            {"grid__refine": {"budget": -1}},
            '"grid.refine.budget" is -1 (int), expected a whole number of at least 0: points a landscape beside the',
        ),
        (
            ON | {"grid__refine": {"until": "settled", "budget": 9}},
            "\"grid.refine.until\" is 'settled' (str), expected resolved",
        ),
        (
            ON | {"grid__refine": {"until": "resolved"}},
            "grid.refine.until has no budget beside it, expected budget: N, the points a landscape at most",
        ),
        (
            {"grid__refine": {"until": "resolved", "budget": 9}},
            "grid.refine.budget is 9 but resolve.enabled is false, so that nothing says where points are needed: "
            "expected resolve.enabled: true, or grid.refine.budget: 0",
        ),
        (
            ON | {"evaluation__batchnorm": "recomputed"},
            "resolve.enabled is true but evaluation.batchnorm is recomputed, and statistics that follow the weights "
            "have no derivatives here: expected evaluation.batchnorm: frozen, or resolve.enabled: false",
        ),
    ],
)
def test_a_mistake_gets_one_sentence(changes, text):
    with pytest.raises(UserError) as caught:
        Study.parse(study_data(**changes), "my.yaml")
    assert str(caught.value).startswith(f"my.yaml: {text}")
    assert "\n" not in str(caught.value)
    Study.parse(study_data(**changes | {"resolve": {"enabled": False}, "grid__refine": {}}))


def test_names_of_stored_critical_points_are_reserved_and_no_others():
    for name in ("critical_batch", "critical_values", "critical"):
        assert name in Study.parse(study_data(sweep={name: [1, 2]})).axes
    for name in ("alpha", "value", "kind", "range"):
        with pytest.raises(UserError, match=f"sweep.critical_{name} cannot name an axis, expected an identifier that"):
            Study.parse(study_data(sweep={f"critical_{name}": [1, 2]}))
