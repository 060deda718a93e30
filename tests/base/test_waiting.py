"""Lines of those who wait, and signals that end them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from landsweep.base import waiting
from support import environment


@pytest.mark.parametrize("way", [waiting.saying, lambda text: waiting.blocked(text, killable=False)])
def test_a_line_appears_once_somebody_has_waited(way, monkeypatch, capfd):
    monkeypatch.setattr(waiting, "SILENCE_SECONDS", 0.2)
    with way("Waiting for Godot."):
        pass
    time.sleep(0.3)
    assert capfd.readouterr().err == ""
    with way("Waiting for Godot."):
        time.sleep(0.6)
    assert capfd.readouterr().err == "Waiting for Godot.\n"


HANGS = """
import ctypes, signal
from landsweep.base import waiting
from landsweep.base.stop import StopFlag

waiting.SILENCE_SECONDS = 0.1
with StopFlag(), waiting.blocked("It hangs.", killable=True):
    ctypes.PyDLL(None).pause()  # as MPI_Init does: without giving up the interpreter lock
    ctypes.PyDLL(None).pause()
"""


@pytest.mark.processes
def test_a_signal_ends_what_hangs_outside_of_python():
    with subprocess.Popen(
        [sys.executable, "-c", HANGS], env=environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr.readline() == "It hangs.\n"
            process.terminate()
            assert process.wait(10) == -signal.SIGTERM
        finally:
            process.kill()
