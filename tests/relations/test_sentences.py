"""What is said of a relation, from its numbers."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from landsweep.kernels.statistics.groups import Estimate
from landsweep.relations.relate import Relation
from landsweep.relations.sentences import number, probability, sentence, sentences

HERE = SimpleNamespace(name="", among=1)
RISES = Relation(HERE, "n_saddles", "beta", "axis", "spearman", 10, Estimate(0.62, 0.31, 0.84), p=0.01, p_holm=0.02)


def given(value, low, high, **more):
    return replace(RISES, given="loss_range", partial=Estimate(value, low, high), **more)


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        (RISES, "saddles rise with beta: rho = 0.62, 95 % interval 0.31 to 0.84, n = 10 models"),
        (
            replace(RISES, metric="smad", estimate=Estimate(-0.9, -0.99, -0.3)),
            "SMAD falls with beta: rho = -0.90, 95 % interval -0.99 to -0.30, n = 10 models",
        ),
        (
            replace(RISES, estimate=Estimate(0.2, -0.4, 0.7), p=0.5),
            "whether saddles rise or fall with beta is open: rho = 0.20, 95 % interval -0.40 to 0.70, n = 10 models",
        ),
        (
            replace(RISES, p=0.06),
            "whether saddles rise or fall with beta is open: rho = 0.62, 95 % interval 0.31 to 0.84, p = 0.06, "
            "n = 10 models",
        ),
        (replace(RISES, p_holm=0.2), "; may be chance among so many relations (Holm p = 0.2)"),
        (given(0.08, -0.5, 0.6), "; this vanishes given loss range (partial rho = 0.08, -0.50 to 0.60)"),
        (given(0.5, -0.1, 0.8), "; this is open given loss range (partial rho = 0.50, -0.10 to 0.80)"),
        (given(0.6, 0.1, 0.8), "; this stays given loss range (partial rho = 0.60, 0.10 to 0.80)"),
        (given(-0.6, -0.8, -0.1), "; this turns round given loss range (partial rho = -0.60, -0.80 to -0.10)"),
        (
            given(float("nan"), float("nan"), float("nan")),
            "; what part loss range has in this cannot be told, as it orders the models like one of the two",
        ),
        (
            replace(RISES, within_axes=("mode", "seed"), within=Estimate(-0.5, -0.7, -0.1), between=0.9),
            "; within mode and seed -0.50 (-0.70 to -0.10), between 0.90",
        ),
        (
            replace(RISES, why_not="not enough models (3, at least 4)"),
            "saddles and beta: not enough models (3, at least 4)",
        ),
        (
            replace(RISES, method="mann-whitney", p=0.0286, medians=(("sgd", 2.0, 4), ("adam", 7.5, 4))),
            "saddles differ by beta (medians 2 with beta = sgd, 7.5 with beta = adam): delta = 0.62, 95 % interval "
            "0.31 to 0.84, p = 0.029, n = 10 models",
        ),
    ],
)
def test_sentences(relation, said):
    assert sentence(relation).endswith(said)
    assert sentence(relation).startswith(said) or said.startswith(";")


def test_of_many_groups_the_extremes_are_named():
    medians = tuple((name, float(k % 3), 4) for k, name in enumerate("abcde"))
    said = sentence(replace(RISES, metric="smad", against="mode", method="kruskal-wallis", medians=medians))
    assert said.startswith("SMAD differs by mode (medians 0 with mode = a, 2 with mode = c): epsilon squared = 0.62, ")


def test_what_says_the_same_is_said_once():
    moore, knn = (SimpleNamespace(name=name, among=2) for name in ("moore", "knn"))
    both = [replace(RISES, stratum=moore), replace(RISES, stratum=knn)]
    assert sentences(both) == [sentence(RISES)]
    other = replace(both[1], estimate=Estimate(0.5, 0.3, 0.8))
    assert [line.partition(":")[0] for line in sentences([both[0], other])] == ["moore", "knn"]
    (alone,) = sentences(both[:1])  # of a run with two
    assert alone == "moore: " + sentence(RISES)
    smad = replace(both[0], metric="smad")  # in one of the two alone
    assert [line.partition(" rise")[0] for line in sentences([*both, smad])] == ["saddles", "moore: SMAD"]
    (line,) = sentences([RISES, replace(RISES, metric="n_minima"), replace(RISES, metric="smad")])
    assert line.startswith("saddles, minima and SMAD rise with beta: ")


def test_nothing_is_minus_zero_and_no_p_is_zero():
    assert number(-0.001) == "0.00"
    assert [probability(p) for p in (0.0286, 0.0)] == ["0.029", "<1e-15"]
