"""What the command ``landsweep run`` does, from Python."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from landsweep.api.results import Run
from landsweep.base.errors import Exit, Stopped, said_in_python
from landsweep.study.study import Study


def run(
    study: str | Path | Study | dict[str, Any],
    out: str | Path | None = None,
    *,
    set: tuple[str, ...] | list[str] = (),  # the command line's name
    progress: bool = True,
    folder: str | Path | None = None,
    retry_failed: bool = False,
    max_failures: int | None = None,
    allow_mixed: bool = False,
    repair: bool = False,
    redo: bool = False,
    accept_changed_problem: bool = False,
) -> Run:
    """Run a study to the end, or continue it, and return its :class:`Run`.

    Parameters
    ----------
    study
        A study file, a :class:`~landsweep.study.study.Study`, or the study's plain data.
    out
        The run directory, by default ``runs/NAME``.
    set
        Overrides such as ``["sweep.beta=[5,7]", "grid.points=21"]``.
    progress
        Whether to show progress on standard error.
    folder
        The folder that relative paths of the study start from, by default the study file's folder, or the current one
        for a study that is not a file.
    retry_failed
        Whether to try failed models and members again.
    max_failures
        The number of failed models and members above which the run gives up; None for no limit.
    allow_mixed
        Whether to continue a run on another kind of device, although last bits of results will differ.
    repair
        Whether to read every result, and compute damaged ones again.
    redo
        Whether to evaluate again the units that a changed ``evaluation`` or ``fields`` makes stale, or
        everything where the problem has changed.
    accept_changed_problem
        Whether to continue a run although the content of its problem, of one of your modules that it imports, or
        of a file that study or problem name, has changed; the provenance records it.

    Raises
    ------
    UserError
        For a mistake in the study, or a run directory that cannot be continued.
    KeyboardInterrupt
        Where a signal stopped the run; the same call continues it.

    Examples
    --------
    This example runs the study that ``landsweep new my_study`` makes, with 5 x 5 points. A complete run is only opened:

    >>> import landsweep
    >>> run = landsweep.run("my_study/study.yaml", set=["grid.points=5"], progress=False)
    >>> len(run.metrics)  # landscapes
    6
    """
    from landsweep.base import yamlfile
    from landsweep.base.launch import detect
    from landsweep.executors.choose import make_executor
    from landsweep.page.write import renew
    from landsweep.pipeline.execute import RunOptions, execute, run_directory
    from landsweep.session.progress import subscriber
    from rich.console import Console

    with said_in_python():
        if isinstance(study, str | Path):
            base = Path(folder) if folder is not None else Path(study).parent
            parsed = Study.load(study, tuple(set))
        else:
            base = Path(folder) if folder is not None else Path()
            data = study.model_dump(mode="json") if isinstance(study, Study) else study
            parsed = Study.parse(yamlfile.with_overrides(data, tuple(set)))
        directory = run_directory(parsed, Path(out) if out is not None else None)
        executor = make_executor(parsed.executor.kind, detect(), parsed, directory)
        options = RunOptions(
            retry_failed=retry_failed,
            max_failures=max_failures,
            allow_mixed=allow_mixed,
            repair=repair,
            redo=redo,
            accept_changed_problem=accept_changed_problem,
        )
        try:
            with subscriber(Console(stderr=True, quiet=not (progress and executor.is_root))) as shown:
                status = execute(parsed, base, directory, executor, (shown,), options)
        except Stopped:
            status = Exit.STOPPED
        finally:
            executor.leave()
    if status is Exit.STOPPED:
        raise KeyboardInterrupt(f"{directory} was stopped; finished units are kept, run it again to go on")
    found = Run(directory)
    if executor.is_root and (note := renew(found)):
        warnings.warn(note, stacklevel=2)
    return found
