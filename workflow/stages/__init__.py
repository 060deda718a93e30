"""The stages of a run, one folder each, with the record that describes the stage and the code that does its work.

It imports ``report``, ``session`` and below; a stage may read what an earlier one has stored, but never runs it.
"""

from collections.abc import Iterable

from landsweep.stages import (
    activations,
    certify,
    curvature,
    evaluate,
    homology,
    report,
    resolve,
    subspace,
    topology,
    train,
    trajectory,
)
from landsweep.stages.stage import Stage, Words
from landsweep.study.study import Study

STAGES: tuple[Stage, ...] = (
    train.STAGE,
    curvature.STAGE,
    activations.STAGE,
    subspace.STAGE,
    trajectory.STAGE,
    evaluate.STAGE,
    topology.STAGE,
    homology.STAGE,
    resolve.STAGE,
    certify.STAGE,
    report.STAGE,
)
"""This tuple holds every stage, in the order in which they run."""
NAMES = tuple(stage.name for stage in STAGES)
"""These are the names of all stages, in the order in which they run."""
BY_NAME = {stage.name: stage for stage in STAGES}
"""The keys are the names of the stages, the values the stages."""


def words() -> tuple[Words, ...]:
    """Return what the stages say to people, in the order in which they run."""
    return tuple(found for stage in STAGES if (found := stage.words) is not None)


def reserved(study: Study | None = None) -> dict[str, str]:
    """Return the names under which a run stores numbers, with what each number says: any run, or one of this study."""
    asked = (stage for stage in STAGES if study is None or stage.asked(study))
    return {name: text for stage in asked for name, text in stage.columns().items()}


def measured(names: Iterable[str]) -> dict[str, list[str]]:
    """Return which columns of a table describe models, sites and members, by these words: what the stages say of them.

    The figures of merit of models have names of the user's, and are known by how these begin.
    """
    from landsweep.stages.train.columns import QUALITY

    there = list(names)
    found: dict[str, list[str]] = {
        "model": [name for name in there if name.startswith(QUALITY)],
        "site": [],
        "member": [],
    }
    for stage in STAGES:
        found[stage.of] += [name for name in stage.measured() if name in there]
    return found
