"""Shell scripts whose command ``landsweep`` is answered by the test's own process: others import for seconds first."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from support import called, environment

STUB = """#!{python} -IS
import json, os, socket, sys

asked = socket.socket(socket.AF_UNIX)
asked.connect({address!r})
asked.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode() + b"\\n")
status, out, err = json.loads(asked.makefile().readline())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(status)
"""
"""What stands for the program: it hands its words over, and ends as it is told to."""


def bash(script: str, cwd: Path, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """Run a script by bash, which ends with the first command that fails; each ``landsweep`` is called in here."""
    with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as server:
        folder = Path(name)
        server.bind(address := str(folder / "socket"))
        server.listen()
        server.settimeout(0.1)
        stub = folder / "landsweep"
        stub.write_text(STUB.format(python=sys.executable, address=address))
        stub.chmod(0o755)
        shell = subprocess.Popen(
            ["timeout", str(timeout), "bash", "-euo", "pipefail", "-c", script],
            cwd=cwd,
            env=environment(PATH=f"{folder}:{os.environ['PATH']}"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while shell.poll() is None:
            try:
                asked, _ = server.accept()
            except TimeoutError:
                continue
            with asked, asked.makefile("rw") as stream:
                words, place, env = json.loads(stream.readline())
                done = called(words, Path(place), env)
                stream.write(json.dumps([done.returncode, done.stdout, done.stderr]) + "\n")
        out, err = shell.communicate()
    return subprocess.CompletedProcess(script, shell.returncode, out, err)
