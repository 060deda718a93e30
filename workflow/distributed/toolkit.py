"""The Topology ToolKit in a process of its own, so that a crash of the library does not take the run along.

Each process that computes trees starts one when it first needs it, feeds it block after block through pipes, and starts
another after a crash. It is no rank: what a launcher tells ranks is taken from its environment, so that neither the
toolkit nor VTK can join the run's MPI, whatever they were built with. It is started without a fork of the rank's memory
(Python's ``subprocess`` uses vfork), which some MPI libraries forbid, and it ends with the one that feeds it.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from landsweep.base.waiting import saying
from landsweep.kernels.topology.ttk import EngineError

INSTALL = "conda install -c conda-forge 'topologytoolkit=*=no_paraview*'"
"""This command installs the Topology ToolKit; its default variant would bring ParaView and Qt."""
PROGRAM = Path(__file__).with_name("toolkit_program.py")
"""The process runs this file, which imports nothing of landsweep."""
LAUNCHERS = re.compile(r"(PMI|PMIX|OMPI|PRTE|ORTE|OPAL|MPI|MPICH|MPIEXEC|I_MPI|HYDI|HYDRA|MV2|PALS|ALPS|FLUX|SLURM)")
"""The variables that make a process a rank begin like this."""
START_SECONDS = 300.0
"""The process has this many seconds to import the toolkit, which may lie on a slow file system."""
CALL_SECONDS = 300.0
"""A call has this many seconds, and :data:`VERTEX_SECONDS` for each vertex and edge."""
VERTEX_SECONDS = 2e-4
"""Thirty times what a vertex of white noise was measured to take."""
POLL_SECONDS = 1.0
END_SECONDS = 5.0
"""The process has this many seconds to end by itself."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class ToolkitMissing(EngineError):
    """The toolkit cannot be imported here."""


class Toolkit:
    """One process with the toolkit.

    Raises
    ------
    ToolkitMissing
        Where it cannot be imported.
    EngineError
        Where the process ends, or does not get ready in time.
    """

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not LAUNCHERS.match(name)}
        environment |= {"OMP_NUM_THREADS": "1", "PYTHONFAULTHANDLER": ""}
        said: IO[bytes] | None = None
        try:
            said = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed with the process
            self._process = subprocess.Popen(
                [sys.executable, "-P", PROGRAM, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env=environment,
                start_new_session=True,  # a terminal's signals are for the run
            )
        except OSError as error:
            if said is not None:
                said.close()
            raise EngineError(
                f"TTK's process cannot be started on {socket.gethostname()} ({error.strerror}): use topology.engine: "
                "native, which needs none."
            ) from error
        self._said = said
        self.close = weakref.finalize(self, _end, self._process, said)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._input, False)
        self._rest = b""
        with saying(f"Waiting for the Topology ToolKit to be imported, up to {START_SECONDS:.0f} s."):
            head, _ = self._answer("it was imported", START_SECONDS)
        if "versions" not in head:
            self.close()
            raise ToolkitMissing(
                f"the Topology ToolKit cannot be imported on {socket.gethostname()} ({head.get('error')}): install it "
                f"with `{INSTALL}`, or use topology.engine: native, whose result is the same."
            )
        self.versions: dict[str, str] = head["versions"]

    @property
    def alive(self) -> bool:
        """Whether the process waits for calls."""
        return self.close.alive and self._process.poll() is None

    def __call__(self, ranks: np.ndarray, grid: tuple[int, ...] | np.ndarray) -> Mapping[str, np.ndarray]:
        """Return the arrays of the join tree, as :data:`landsweep.kernels.topology.ttk.Filter` says."""
        self._said.seek(0)  # for the process too, which shares the place in the file
        self._said.truncate()
        arrays, head = {"ranks": np.ascontiguousarray(ranks, np.float64)}, {}
        if isinstance(grid, np.ndarray):
            arrays["edges"] = np.ascontiguousarray(grid, np.int64)
        else:
            head["shape"] = grid
        named = {name: (array.dtype.str, array.shape) for name, array in arrays.items()}
        size = len(ranks) + (len(grid) if isinstance(grid, np.ndarray) else 0)
        doing, limit = f"it had {len(ranks):,} vertices", CALL_SECONDS + VERTEX_SECONDS * size
        try:
            self._send(json.dumps({**head, "arrays": named}).encode() + b"\n", doing, limit)
            for array in arrays.values():
                self._send(array.reshape(-1).view(np.uint8).data, doing, limit)
            reply, found = self._answer(doing, limit)
        except BaseException:  # the next call must not read an answer to this one
            self._process.kill()
            self.close()
            raise
        if "error" in reply:
            raise EngineError(
                f"TTK made no merge tree of {len(ranks):,} vertices ({reply['error']}{self._words()}): use "
                "topology.engine: native, which needs no TTK."
            )
        return found

    def _send(self, data: Any, doing: str, limit: float) -> None:
        view = memoryview(data)
        while view:
            self._await(self._input, select.POLLOUT, doing, limit)
            try:
                view = view[os.write(self._input, view[: 1 << 20]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                self._died(doing)

    def _answer(self, doing: str, limit: float) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        while b"\n" not in self._rest:
            self._rest += self._some(doing, limit)
        line, _, self._rest = self._rest.partition(b"\n")
        head: dict[str, Any] = json.loads(line)
        arrays = {}
        for name, (dtype, shape) in head.pop("arrays").items():
            array = np.empty(shape, dtype)
            view = memoryview(array.reshape(-1).view(np.uint8).data)
            while view:
                self._rest = self._rest or self._some(doing, limit)
                count = min(len(view), len(self._rest))
                view[:count] = self._rest[:count]
                view, self._rest = view[count:], self._rest[count:]
            arrays[name] = array
        return head, arrays

    def _some(self, doing: str, limit: float) -> bytes:
        self._await(self._output, select.POLLIN, doing, limit)
        found = os.read(self._output, 1 << 20)
        if not found:
            self._died(doing)
        return found

    def _await(self, descriptor: int, event: int, doing: str, limit: float) -> None:
        """Wait until the process writes or reads; time in which this process is suspended does not count."""
        poll, waited = select.poll(), 0.0
        poll.register(descriptor, event)
        while not poll.poll(1000 * POLL_SECONDS):
            waited += POLL_SECONDS
            if waited > limit:
                self._process.kill()
                words = self._words()
                self.close()
                raise EngineError(
                    f"TTK hangs: got no answer within {limit:,.0f} s while {doing}{words}, expected a merge tree: use "
                    "topology.engine: native, which needs no TTK."
                )

    def _died(self, doing: str) -> None:
        """Raise an EngineError that says how the process ended."""
        try:
            status = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its pipes
            self._process.kill()
            status = self._process.wait()
        how = f"with status {status}"
        if status < 0:
            how = f"by {signal.Signals(-status).name}"
            how += " (as the system does where memory runs out)" if status == -signal.SIGKILL else ""
        words = self._words()
        self.close()
        raise EngineError(
            f"TTK crashed: its process ended {how} while {doing}{words}, expected a merge tree: use topology.engine: "
            "native, which needs no TTK."
        )

    def _words(self) -> str:
        """Return the last line that the toolkit has printed, to be put into a sentence."""
        size = os.fstat(self._said.fileno()).st_size
        text = os.pread(self._said.fileno(), 2000, max(0, size - 2000)).decode(errors="replace")
        said = [line.strip() for line in _COLOUR.sub("", text).splitlines() if line.strip()]
        return f"; it says: {said[-1][:200]}" if said else ""


def _end(process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    """End the process; how it ends no longer matters, as libraries have crashed at exit."""
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            assert pipe is not None
            pipe.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    said.close()


_kept = threading.local()  # the system ends the process with the thread that started it


def _toolkit() -> Toolkit:
    """Return this thread's process, a new one where it has none that lives."""
    found: Toolkit | None = getattr(_kept, "toolkit", None)
    if found is None or not found.alive:
        close()
        _kept.toolkit = found = Toolkit()
    return found


def close() -> None:
    """End this thread's process, if it has one."""
    found: Toolkit | None = _kept.__dict__.pop("toolkit", None)
    if found is not None:
        found.close()


@contextmanager
def kept() -> Iterator[None]:
    """End the process when the block ends."""
    try:
        yield
    finally:
        close()


def run(ranks: np.ndarray, grid: tuple[int, ...] | np.ndarray) -> Mapping[str, np.ndarray]:
    """Return the arrays of the toolkit's join tree: a :data:`landsweep.kernels.topology.ttk.Filter`.

    Raises
    ------
    EngineError
        Where it makes none, crashes, or hangs.
    """
    return _toolkit()(ranks, grid)


def versions() -> dict[str, str]:
    """Return the versions of the toolkit and of VTK, by name; errors are those of :class:`Toolkit`."""
    return _toolkit().versions


def available() -> bool:
    """Return whether the toolkit can be used here."""
    try:
        versions()
    except EngineError:
        return False
    return True
