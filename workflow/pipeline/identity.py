"""The check that a run directory belongs to a study, and the results that a changed study makes stale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from landsweep.base.errors import Damaged, UserError
from landsweep.disk import content
from landsweep.disk.opened import read_run, read_study
from landsweep.disk.rundir import RunDir, verify
from landsweep.stages import STAGES
from landsweep.stages.evaluate import SECTIONS
from landsweep.stages.evaluate import STAGE as EVALUATE
from landsweep.stages.stage import Stage
from landsweep.study.checkpoint_spec import CheckpointSpec
from landsweep.study.plan import Plan, extended_axes, make_plan
from landsweep.study.study import GridSpec, Study
from landsweep.study.subspace_spec import SubspaceSpec

IDENTITY_KEYS = ("name", "problem", "subspaces", "grid")
"""A run directory belongs to studies that agree in these keys."""


@dataclass(frozen=True)
class Change:
    """The difference between a run and the study that continues it: the axes it had, and the stale stages."""

    history: list[dict[str, Any]]
    stale: frozenset[str] = frozenset()
    extended: bool = False

    def with_stale(self, *names: str) -> Change:
        """Return the change with the named stages stale as well, and with them the stages that follow them."""
        return replace(self, stale=_followers(self.stale.union(names)))


def _followers(stale: frozenset[str]) -> frozenset[str]:
    """Return the given stages, and all stages that are made from their results."""
    for stage in STAGES:
        if stale.intersection(source.name for source in stage.follows):
            stale |= {stage.name}
    return stale


def compare(run: RunDir, study: Study, *, redo: bool = False) -> Change:
    """Return the change that a study makes to a run; nothing is written.

    Raises
    ------
    UserError
        Where the run belongs to a different study, or evaluated units would be lost and ``redo`` is false.
    """
    wants = {name: list(values) for name, values in study.axes.items()}
    run.check_schema()
    if not run.study.exists() and not run.has_results:  # a new run, or one that was killed at once
        return Change([wants])
    before = read_study(run)
    both = {name: study.subspaces[name] for name in before.subspaces if name in study.subspaces}
    for key in IDENTITY_KEYS[1:]:
        if not (
            _same_subspaces(before.subspaces, both)
            if key == "subspaces"
            else _identity(before, key) == _identity(study, key)
        ):
            what = _difference(before, study, key)
            raise UserError(
                f"{run.path} holds a different study: {what}; expected the same problem, sweep, subspaces and grid, so "
                "continue it with the study it began with, or name another run directory with --out."
            )
    if _unordered(before.checkpoint) != _unordered(study.checkpoint):
        raise UserError(
            f"{run.path} holds a different study: sweep.checkpoint {_where(study.checkpoint)}, in the run it "
            f"{_where(before.checkpoint)}; expected the same files, so continue it with the study it began with, or "
            "name another run directory with --out."
        )
    known = run.read_members() if run.members.exists() or run.has_results else {"history": [], "members": []}
    history = [dict(h) for h in known["history"]]
    had = {name: list(values) for name, values in before.axes.items()}
    try:
        axes = extended_axes(had, wants)
    except UserError as error:
        raise UserError(f"{run.path} holds a different study: {error}") from None
    extended = any(len(axes[name]) > len(had[name]) for name in axes)
    if not history or extended:
        history.append({name: list(values) for name, values in axes.items()})
    planned = known["members"]
    if planned != [{"model": m.model, **m.coords} for m in make_plan(study, history).members][: len(planned)]:
        raise UserError(
            f"{run.path} was planned by another version of landsweep, which gave a member to every direction seed "
            "also where directions do not depend on it, expected this version's: run the study in another directory."
        )
    after = study.model_copy(update={"subspaces": both})  # one that is added makes nothing stale
    stale = frozenset(s.name for s in STAGES if s.key(before) != s.key(after) or run.schema < s.schema)
    if EVALUATE.name in stale and run.landscape.exists() and not redo:
        keys = [key for key in SECTIONS if getattr(before, key) != getattr(study, key)]
        raise UserError(
            f"{run.path} was evaluated with another {' and '.join(keys)} ({_difference(before, study, keys[0])}), so "
            "every landscape would be computed again: add --redo to do that, or name another run directory with --out."
        )
    return Change(history, _followers(stale), extended)


def _identity(study: Study, key: str) -> Any:
    """Return a section without what only says what is computed beside the landscapes."""
    section = getattr(study, key)
    return section.model_copy(update={"refine": None}) if isinstance(section, GridSpec) else section


def _where(spec: CheckpointSpec) -> str:
    given = {"files": spec.pattern, "axes": ", ".join(spec.axes), "key": spec.key, "prefix": spec.prefix}
    said = ", ".join(f"{name}: {value}" for name, value in given.items() if value)
    return f"has {said}" if said else "is no mapping"


def _unordered(spec: CheckpointSpec) -> CheckpointSpec:
    return spec.model_copy(update={"axes": tuple(sorted(spec.axes))})


def _same_subspaces(before: Mapping[str, SubspaceSpec], after: Mapping[str, SubspaceSpec]) -> bool:
    """Return whether subspaces are the same ones but for what is projected on them, which is a stage of its own."""
    return _bare(before) == _bare(after)


def _bare(subspaces: Mapping[str, SubspaceSpec]) -> dict[str, SubspaceSpec]:
    """Return subspaces without what only says what is projected on them."""
    projected = {"trajectory": ()}
    return {
        name: subspace.model_copy(update=projected if subspace.files else {**projected, "key": None, "prefix": None})
        for name, subspace in subspaces.items()
    }


def as_begun(run: RunDir, study: Study) -> tuple[Study, list[str]]:
    """Return the study with the defaults that its run began with, and a sentence about each that is another one today.

    Directions of files were scaled by filters by default, and today are taken as they are. A run keeps what it began
    with, unless the study says otherwise, which :func:`compare` refuses. It also keeps the order of its axes, which in
    the study is that of keys in a mapping.

    The default connectivity was ``freudenthal`` up to three axes, and today is ``moore``. The study that is returned
    names its connectivity, so that the run directory will: what the study names, else what the run has, be it from its
    beginning or by ``landsweep topology``, else today's default.
    """
    if not run.study.exists():
        return study.naming(study.connectivity), []
    before, changed = read_study(run), {}
    study, today = study.ordered_as(before), study.connectivity
    notes = []
    if not study.topology.connectivity:
        study = study.naming(before.connectivity)
        if study.connectivity != today:
            notes.append(
                f"topology.connectivity is {', '.join(study.connectivity)} in this run, which stays, as the study "
                f"names none; a new run takes {', '.join(today)}."
            )
    for name, subspace in study.subspaces.items():
        had = before.subspaces.get(name)
        if had is None or not had.kind == subspace.kind == "file":
            continue
        if "normalisation" not in subspace.model_fields_set and had.normalisation != subspace.normalisation:
            changed[name] = subspace.model_copy(update={"normalisation": had.normalisation})
    notes += [
        f"subspaces.{name}.normalisation is {subspace.normalisation} in this run, which was the default for kind: file "
        "when it began; a new run takes the file's directions as they are."
        for name, subspace in changed.items()
    ]
    return study.model_copy(update={"subspaces": {**study.subspaces, **changed}}) if changed else study, notes


def works(run: RunDir, study: Study, plan: Plan, change: Change, names: Iterable[str]) -> bool:
    """Return whether any of the named stages has something to compute with the problem."""

    def todo(stage: Stage) -> bool:
        return stage.asked(study) and (
            stage.name in change.stale or bool(stage.todo(run, study, plan)) or any(map(todo, stage.sources))
        )

    return any(stage.problem and stage.name in names and todo(stage) for stage in STAGES)


def bind(
    run: RunDir, study: Study, found: tuple[content.Source, ...], *, redo: bool, accept: bool, computes: bool
) -> dict[str, Any] | None:
    """Return what is to be recorded of a problem whose content has changed, None where it has not.

    Raises
    ------
    UserError
        Where it has changed, results of the old one exist, the session ``computes`` with the problem, and neither
        ``redo`` nor ``accept`` says what to do.
    """
    changed = content.changed(run, content.recorded(run, study), found)
    if not changed:
        return None
    if not computes:
        return {}
    results = any(run.path.glob("weights/*/*")) or run.landscape.exists()
    if results and not redo and not accept:
        raise UserError(
            f"{changed[0].path} has changed since {run.path} was computed with it, so that numbers of two problems "
            "would stand side by side: name another run directory with --out, add --redo to train and compute "
            "everything again, or --accept-changed-problem to go on all the same (provenance.json says so)."
        )
    return {"files": [source.name for source in changed], "way": "redo" if redo or not results else "accepted"}


def _difference(before: Study, after: Study, key: str) -> str:
    """Return the first difference under a key: ``grid.points is 21, the run has 41``."""

    def walk(a: Any, b: Any, path: str) -> str | None:
        if isinstance(a, dict) and isinstance(b, dict):
            for name in [*a, *(n for n in b if n not in a)]:
                found = walk(a.get(name), b.get(name), f"{path}.{name}")
                if found:
                    return found
            return None
        return None if a == b else f"{path} is {b!r}, the run has {a!r}"

    before, after = (s.model_copy(update={"subspaces": _bare(s.subspaces)}) for s in (before, after))
    return walk(before.model_dump(mode="json")[key], after.model_dump(mode="json")[key], key) or key


def check_sources(run: RunDir, study: Study, plan: Plan, change: Change) -> None:
    """Read what stale results are made from, before these are removed.

    Raises
    ------
    Damaged
        Where this cannot be read, so that nothing would come in their place.
    """
    stale = [s for s in STAGES if s.name in change.stale and any(path.exists() for path in s.places(run))]
    for source in {s.name: s for stage in stale for s in stage.sources if s.name not in change.stale}.values():
        for _, found in source.damage(run, study, plan):
            raise found


def switched_off(run: RunDir, study: Study, change: Change) -> list[str]:
    """Return a sentence about each stage that the run's study asked for and this one does not, whose results go.

    What was asked for with ``--set`` alone is left out as soon as the study is run without.
    """
    if not run.study.exists() or not change.history:
        return []
    before, said = read_study(run), []
    plan = make_plan(before, run.read_members()["history"]) if run.members.exists() else None
    for stage in STAGES:
        if stage.name not in change.stale or stage.asked(study) or not stage.asked(before) or plan is None:
            continue
        count = stage.progress(run, plan)[0]
        if not count:
            continue
        said += [
            f"{_now(before, study, key)}, so that what stage {stage.name} found is removed ({stage.noun}: {count}), "
            "expected the setting in the study, which keeps such results: write it there."
            for key in type(study).model_fields
            if stage.asked(study.model_copy(update={key: getattr(before, key)}))
        ][:1]
    return said


def _now(before: Study, after: Study, key: str) -> str:
    """Return the first difference in a section, as in ``resolve.enabled is false now, and true in the run``."""
    old, new = (dict(_leaves(study.model_dump(mode="json")[key], key)) for study in (before, after))
    name = next((name for name in [*old, *new] if old.get(name) != new.get(name)), key)
    had, has = (json.dumps(values[name]) if name in values else "not there" for values in (old, new))
    return f"{name} is {has} now, and {had} in the run"


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}")
    else:
        yield path, value


def apply(run: RunDir, change: Change) -> None:
    """Remove the results that a change makes stale, before the new study is written down."""
    for stage in STAGES:
        if stage.name in change.stale:
            stage.remove(run)
    if change.stale or change.extended:
        run.outdate_report()


def forget_failures(run: RunDir) -> None:
    """Make failed models and members incomplete again (``--retry-failed``)."""
    from landsweep.disk.store import Landscape, Status

    if Landscape.exists(run.landscape):
        landscape = Landscape(run.landscape, "r+")
        for unit in landscape.units():
            if landscape.shard_file("status", unit).exists():
                status = landscape.read_status(unit).copy()
                if (status == Status.FAILED).any():
                    status[status == Status.FAILED] = Status.NOT_EVALUATED
                    if status.any():  # other members of this unit are kept
                        landscape.status[unit.box] = status
                    else:
                        landscape.discard(unit)
    for path in run.failures().values():
        path.unlink()
    run.outdate_report()


def repair(run: RunDir) -> None:
    """Read every result; mark damaged ones, and those made from damaged units, as incomplete (``--repair``).

    What else was made from a damaged file stays: what is computed again has the same bits.
    """
    from landsweep.disk.store import Landscape, restore_arrays

    if not run.has_results:
        return
    opened = read_run(run.path)
    if run.has_landscape:
        restore_arrays(run.landscape)
    for failure in run.failures().values():
        try:
            verify(failure)
        except Damaged:
            failure.unlink()  # and what it was the failure of is tried again
    for stage in STAGES:
        for index, found in list(stage.damage(run, opened.study, opened.plan)):
            stage.discard(run, index, found.path)
            run.outdate_report()
            if stage is EVALUATE:
                _forget_members(run, opened.plan, index)
            elif found.path.is_relative_to(run.landscape):  # one of the small arrays, of which the report writes most
                Landscape(run.landscape, "r+").rewrite_coordinates(opened.study, opened.plan)


def _forget_members(run: RunDir, plan: Plan, unit: int) -> None:
    """Remove what was made from a unit of the landscapes."""
    from landsweep.disk.store import Landscape

    landscape = Landscape(run.landscape)
    positions = set(landscape.unit(unit).positions(landscape.sweep_ndim))
    made = [stage for stage in STAGES if stage.name in _followers(frozenset({EVALUATE.name})) - {EVALUATE.name}]
    for member in plan.members:
        if member.position in positions:
            for stage in made:
                stage.result(run, member.index).unlink(missing_ok=True)
