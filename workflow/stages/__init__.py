"""The stages of a run, one folder each, with the record that describes the stage and the code that does its work.

It imports ``report``, ``session`` and below; a stage may read what an earlier one has stored, but never runs it.
"""

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
