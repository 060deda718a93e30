"""Following what jobs and ranks write."""

from __future__ import annotations

import re
import signal

from landsweep.disk.lock import RunLock
from support import copy_of, reference_run, stopped_when


def test_following_says_until_when(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    with RunLock(run / "lock.json"):
        done = stopped_when("Following", signal.SIGINT, "logs", run, "--follow")
    assert done.returncode == 130
    assert re.fullmatch(
        r"Following what is written until the end of process \d+ on \S+; Ctrl-C ends this\.\n", done.stderr
    ), done.stderr
    assert "train begins: " in done.stdout
