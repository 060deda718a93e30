"""What errors advise is there for whoever reads it: options of the command line, or arguments in Python."""

import errno
import inspect
import json

import landsweep
import pytest
from landsweep.base.errors import IN_PYTHON, UserError, explain_os_error, in_python
from landsweep.disk.lock import RunLock
from support import copy_of, inside, reference_run


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("with --max-failures 3; their", "with max_failures=3; their"),
        ("add --allow-mixed, or --accept-changed-problem.", "add allow_mixed=True, or accept_changed_problem=True."),
        ("--set sweep.beta: 3 is", "set sweep.beta: 3 is"),
        ("use --set executor.unit_seconds=5 or wait", 'use set=["executor.unit_seconds=5"] or wait'),
        ("`landsweep run STUDY --redo` and --redo", "`landsweep run STUDY --redo` and redo=True"),
    ],
)
def test_options_as_arguments(said, expected):
    assert in_python(said) == expected


def test_every_option_of_run_that_python_has_is_known():
    """An option that a message may name, and that Python has as an argument, becomes it."""
    arguments = set(inspect.signature(landsweep.run).parameters) - {"study", "progress", "folder"}
    options = [f"--{name.replace('_', '-')}" for name in arguments]
    assert all(any(pattern.search(f"{option} 1") for pattern, _ in IN_PYTHON) for option in options)


def test_the_same_mistake_from_either_side(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    study = tmp_path / "study.yaml"
    with pytest.raises(UserError, match=r"name another run directory with out=PATH\.") as error:
        landsweep.run(study, run, set=["grid.points=[9,5]"], progress=False)
    assert "--" not in str(error.value)
    done = inside("run", study, "--out", run, "--set", "grid.points=[9,5]")
    assert "name another run directory with --out." in done.stderr
    with pytest.raises(UserError, match=r"add redo=True to do that, or name another run directory with out=PATH\."):
        landsweep.run(study, run, set=["evaluation.batch=3"], progress=False)
    with pytest.raises(UserError, match=r'set got .grid., expected KEY=VALUE such as set=\["grid.points=21"\]\.'):
        landsweep.run(study, run, set=["grid"], progress=False)


def test_what_any_command_may_say_names_no_option(tmp_path):
    """Not every command has --out: neither a directory that cannot be written nor a run in use says so."""
    for code in (errno.EACCES, errno.EROFS):
        said = str(explain_os_error(PermissionError(code, "no", "here")))
        assert said.endswith("expected a writable directory, change its permissions or use another.")
    run = copy_of(reference_run(), tmp_path)
    with RunLock(run / "lock.json"):
        done = inside("topology", run)
    assert done.returncode == 2, done.stderr
    assert "is in use by" in done.stderr
    assert "wait for it, stop it, or use another run directory." in done.stderr
    (run / "failures").mkdir(exist_ok=True)
    failure = {"coords": {"beta": 1.0}, "error": "no", "traceback": "no"}
    (run / "failures" / "certify-00000.json").write_text(json.dumps(failure))
    assert "\n`landsweep run STUDY --retry-failed` tries them again.\n" in inside("status", run).stdout
