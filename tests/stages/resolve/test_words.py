"""What plan, methods and summary say of resolved minima and saddles."""

from __future__ import annotations

import landsweep
import pandas as pd
import pytest
from landsweep.predict.costs import costs
from landsweep.predict.estimate import measured_rates
from landsweep.stages.resolve import words
from landsweep.study.plan import make_plan
from landsweep.study.resolve_spec import RefineSpec
from landsweep.study.study import Study
from resolving import two_himmelblaus
from support import inside, methods


@pytest.fixture(scope="module")
def known():
    return two_himmelblaus()


pytestmark = pytest.mark.long  # whole runs


def test_people_read_of_it_first(known):
    said = (known.parent / "said.txt").read_text()
    assert "known: 2 of 2 landscapes, face, knn; resolved: 8 minima, 6 saddles (face: " in said
    assert "resolved: " in said
    text = (known / "report" / "summary.md").read_text()
    assert text.splitlines()[2].startswith("- resolved: 8 minima, 6 saddles (face: ")
    assert text.index("over series, resolved:") < text.index("over series, face:")
    assert "| saddles | minima | certified saddles | artefacts | unresolved |" in text
    paragraph = methods(landsweep.open_run(known).directory)
    for key in ("nocedal2006", "cerjan1981", "e2007", "wales2003"):
        assert f"[{key}]" in paragraph
        assert f"{{{key}," in paragraph
    assert "chao1987" not in paragraph
    status = inside("status", known).stdout
    assert [line.split()[:3] for line in status.splitlines() if line.startswith("resolve")] == [["resolve", "2", "2"]]


def test_plan_says_what_is_looked_for_and_how_long_it_takes(known, tmp_path):
    study, plan = known.parent / "study.yaml", []
    for change in ("resolve.enabled=true", "resolve.starts=64", "resolve.enabled=false"):
        plan.append(inside("plan", study, "--out", tmp_path / "run", "--set", change, cwd=tmp_path).stdout)
    text = "\nresolve  minima and saddles of the loss itself, from the grid's minima{} a landscape, in float64\n"
    assert text.format("") in plan[0]
    assert text.format(" and 64 further points") in plan[1]
    assert "\nresolve" not in plan[2]
    made = make_plan(parsed := Study.load(study))
    rates = {"train": 0.0, "subspace": 0.0, "evaluate": 1e-3, "topology": 0.0}
    one, two, measured = (costs(parsed, made, r, n) for r, n in ((rates, 1), (rates, 2), (rates | {"resolve": 7.0}, 1)))
    assert one.stages["resolve"] == pytest.approx(2 * two.stages["resolve"], rel=1e-3)
    assert one.stages["resolve"] > 0
    assert measured.stages["resolve"] == pytest.approx(14, rel=1e-3)
    sampled = costs(Study.load(study, ("resolve.starts=64",)), made, rates, 1)
    assert sampled.stages["resolve"] > one.stages["resolve"]
    assert costs(Study.load(study, ("resolve.enabled=false",)), made, rates, 1).stages["resolve"] == 0
    assert costs(parsed, made, {"train": 1.0}, 1).stages["resolve"] is None, "not measured is not guessed"
    measured, more = (measured_rates(Study.load(study, sets), known)[0] for sets in ((), ("resolve.starts=400",)))
    assert more["resolve"] == pytest.approx(6 * measured["resolve"]), "what was measured had no further starts"


def test_a_budget_is_spent_only_where_it_was():
    study = Study.parse({"problem": {"path": "a.py:A"}, "resolve": {"enabled": True}, "name": "s"}).model_copy()
    study = study.model_copy(update={"grid": study.grid.model_copy(update={"refine": RefineSpec(budget=9)})})
    table = pd.DataFrame({"n_unresolved": [0.0] * 4, "refined_settled": [1.0, 0.0, 0.0, 0.0], "derivatives_exact": 1.0})
    said = words.warnings(study, table.assign(refined_spent=[0.0, 1.0, 0.0, 0.0]))
    assert said == [
        "grid.refine.budget of 9 points was spent in 1 of 4 landscapes before their resolved trees stood, expected "
        "more points, or a finer grid.",
        "the last round of grid.refine still changed the resolved trees of 2 of 4 landscapes within the budget, "
        "expected a finer grid.",
    ]
