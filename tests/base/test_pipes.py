"""Output whose reader is gone: the command ends without a word, and a run stops as by HUP."""

import io
import os
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from unittest import mock

import numpy as np
import pytest
from landsweep.base import pipes
from landsweep.cli.main import main
from support import TIMEOUT, assert_same_run, command, copy_of, environment, inside, make_study, reference_run


@contextmanager
def unread():
    """The writing end of a pipe that nobody reads."""
    ours, theirs = os.pipe()
    os.close(ours)
    yield theirs
    os.close(theirs)


@pytest.mark.processes
@pytest.mark.parametrize("words", [["--help"], ["metrics", "RUN", "--csv"], ["logs", "RUN"], ["tree", "FIELD"]])
def test_a_reader_that_is_gone_is_no_traceback(tmp_path, words):
    """As in ``landsweep logs RUN | head``: 141 as of a program that SIGPIPE ends, also by the last flush of Python."""
    np.save(tmp_path / "field.npy", np.arange(5.0))
    names = {"FIELD": tmp_path / "field.npy"} | ({"RUN": reference_run()} if "RUN" in words else {})
    with unread() as pipe:
        done = subprocess.run(
            command(*(names.get(word, word) for word in words)),
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            timeout=TIMEOUT,
        )
    assert (done.stderr, done.returncode) == ("", 141)


def called(words, pipe, out=None):
    """Call the command line with what it says to people, and with ``out`` the rest too, going to a pipe."""
    with (
        os.fdopen(os.dup(pipe), "w", buffering=1) as stream,
        os.fdopen(os.dup(pipe), "w", buffering=1) as other,
        mock.patch.object(sys, "argv", ["landsweep", *map(str, words)]),
        mock.patch.dict(os.environ, environment(), clear=True),
        redirect_stderr(stream),
        redirect_stdout(other if out is None else out),
        pytest.raises(SystemExit) as end,
    ):
        main()
    return end.value.code


def test_a_run_whose_progress_nobody_reads_stops_and_can_go_on(tmp_path):
    study, out = make_study(tmp_path), tmp_path / "run"
    said = io.StringIO()
    with unread() as pipe:
        assert called(["run", study, "--out", out], pipe, said) == 75
    assert not (out / "lock.json").exists()
    assert not list(out.glob("topology/*"))
    done = inside("run", study, "--out", out)
    assert done.returncode == 0, done.stderr
    assert len(list(out.glob("topology/*.npz"))) == 4


def test_other_commands_end_where_nobody_reads(tmp_path):
    np.save(tmp_path / "field.npy", np.arange(5.0))
    with unread() as pipe:
        assert called(["tree", tmp_path / "field.npy"], pipe) == 141
        assert called(["tree", tmp_path / "none.npy"], pipe) == 2
        run = copy_of(reference_run(), tmp_path / "copy")
        assert called(["topology", run, "--redo"], pipe) == 141
    assert not (run / "lock.json").exists()
    assert inside("topology", run).returncode == 0
    assert_same_run(reference_run(), run)


def test_only_our_own_output_counts():
    """A broken pipe of a worker's socket is an error like any other."""
    assert not pipes.is_of_reader(BrokenPipeError())
    assert not pipes.is_gone(None)
    assert not pipes.is_gone(io.StringIO())
    with unread() as pipe, os.fdopen(os.dup(pipe), "w") as stream, redirect_stdout(stream):
        assert pipes.is_gone(sys.stdout)
        end, error = SystemExit(1), BrokenPipeError()
        end.__context__ = error.__cause__ = error  # from itself, as is possible
        assert pipes.is_of_reader(end)
        assert not pipes.is_of_reader(SystemExit(1))
        pipes.silence()
        assert not pipes.is_gone(sys.stdout)
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w") as stream, os.fdopen(ours):
        assert not pipes.is_gone(stream)
