"""A shell in a terminal of its own, to which a test types as a person does."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class Shell:
    """The shell that a command starts; ``SLURM_TASK_PID`` in its environment becomes its process, as in a step."""

    def __init__(self, *command: str, env: dict[str, str]) -> None:
        self.said = ""
        self.process, self.terminal = pty.fork()
        if not self.process:
            task = {"SLURM_TASK_PID": str(os.getpid())} if "SLURM_TASK_PID" in env else {}
            os.execvpe(command[0], command, env | {"TERM": "dumb", "PS1": "$ "} | task)

    def __enter__(self) -> Self:
        self.type("stty -echo cols 400")
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        with suppress(OSError):
            os.close(self.terminal)  # which hangs up
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGTERM)
        os.waitpid(self.process, 0)

    def type(self, line: str, seconds: float = 120.0) -> str:
        """Type a line, which must succeed, and return what appears on the screen until it has ended."""
        before = len(self.said)
        os.write(self.terminal, f'{line}; echo EN""DED $?\n'.encode())
        end = time.monotonic() + seconds
        while not (ended := re.search(r"ENDED (\d+)\r", self.said[before:])):
            left = end - time.monotonic()
            assert left > 0, f"{line} does not end:\n{self.said}"
            if select.select([self.terminal], [], [], left)[0]:
                self.said += os.read(self.terminal, 65536).decode(errors="replace")
        assert ended[1] == "0", self.said
        return self.said[before:]
