"""Ranks of MPI that stay: one mpiexec for each number of ranks executes many command lines, one after the other.

For tests that only look at what ranks write and say. What kills, refuses or aborts ranks starts an mpiexec of its own,
by ``support.landsweep(..., ranks=n)``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from support import BIN, HELPERS, TIMEOUT, environment, inside

_jobs: dict[int, Ranks] = {}


def ranked(*arguments: str | Path, ranks: int, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end on ranks that are there already, for 0 ranks in this process.

    What the ranks say is joined in their order.
    """
    if ranks == 0:
        return inside(*arguments, cwd=cwd, **env)
    return _job(ranks)(list(map(str, arguments)), cwd or Path.cwd(), environment(**env))


def program(path: Path, *arguments: str | Path, ranks: int) -> subprocess.CompletedProcess[str]:
    """Run a file of Python on the same ranks; an error of a rank is status 1, with its traceback."""
    return _job(ranks)([str(path), *map(str, arguments)], Path.cwd(), environment(), program=True)


def _job(ranks: int) -> Ranks:
    if ranks not in _jobs:
        _jobs[ranks] = Ranks(ranks)
    return _jobs[ranks]


def end_all() -> None:
    """End every mpiexec that was started here."""
    while _jobs:
        _jobs.popitem()[1].end()


class Ranks:
    """One mpiexec, whose ranks look for cases in a folder."""

    def __init__(self, size: int) -> None:
        self.size, self.cases = size, 0
        self.folder = Path(tempfile.mkdtemp(prefix="landsweep-ranks-"))
        self.log = (self.folder / "log").open("w+")
        self.process = subprocess.Popen(
            [str(BIN / "mpiexec"), "-n", str(size), sys.executable, HELPERS / "programs" / "cases.py", self.folder],
            env=environment(TEST_PROCESS=str(os.getpid())),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )

    def __call__(
        self, words: list[str], cwd: Path, env: dict[str, str], program: bool = False
    ) -> subprocess.CompletedProcess[str]:
        case, self.cases = self.cases, self.cases + 1
        partial = self.folder / "partial"
        partial.write_text(json.dumps({"words": words, "cwd": str(cwd), "env": env, "program": program}))
        partial.rename(self.folder / f"{case}.json")
        answers = [self.folder / f"{case}-{rank}.json" for rank in range(self.size)]
        end = time.monotonic() + TIMEOUT
        while not all(answer.exists() for answer in answers):
            status = self.process.poll()
            if status is not None or time.monotonic() > end:
                del _jobs[self.size]
                self.end()
                how = "took too long" if status is None else f"ended them with status {status}"
                raise AssertionError(f"{words} on {self.size} ranks {how}:\n{self.said}")
            time.sleep(0.005)
        statuses, out, err = zip(*(json.loads(answer.read_text()) for answer in answers), strict=True)
        return subprocess.CompletedProcess(words, max(statuses), "".join(out), "".join(err))

    def end(self) -> None:
        """Let the ranks end, or end them; keep what they said beside their cases."""
        (self.folder / "end").touch()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
        self.log.seek(0)
        self.said = self.log.read()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
