"""``landsweep serve``: what it refuses, and its life as a process."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from landsweep.cli.answers import serve as module
from landsweep.serving import application, server
from support import TIMEOUT, environment, inside, reference_run


def test_what_is_no_run_is_refused(tmp_path):
    done = inside("serve", reference_run(), tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"landsweep: {tmp_path} holds no run, expected a run directory such as runs/NAME: start one with "
        "`landsweep run STUDY`.\n"
    )


def test_a_taken_port_is_one_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = inside("serve", reference_run(), "--port", port)
    assert done.returncode == 2
    assert done.stderr == (
        f"landsweep: --port is {port}, which another program uses, expected a free one: leave --port out, or name "
        "another.\n"
    )


def test_a_prefix_that_is_no_path_is_refused():
    done = inside("serve", reference_run(), "--prefix", "https://hub.lab/user")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--prefix is 'https://hub.lab/user', expected the path under which a proxy shows the page" in done.stderr


def test_without_its_packages_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    done = inside("serve", reference_run())
    assert done.returncode == 2
    assert done.stderr == (
        "landsweep: `landsweep serve` needs starlette and uvicorn, not installed here: pip install "
        "'landsweep[serve]'.\n"
    )


def test_a_run_under_two_names_is_served_once(tmp_path, monkeypatch):
    (tmp_path / "same").symlink_to(reference_run())
    shown = []
    monkeypatch.setattr(application, "application", lambda runs, *_: shown.extend(run.path for run in runs))
    monkeypatch.setattr(server, "answering", lambda _, made, flag: made.close())
    assert inside("serve", tmp_path / "same", reference_run(), f"{reference_run()}/", "--port", 0).returncode == 0
    assert shown == [tmp_path / "same"]


@pytest.mark.processes
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_server_answers_until_a_signal_ends_it_at_once(ending, tmp_path):
    log = (tmp_path / "log").open("w+")
    command = [sys.executable, "-m", "landsweep", "serve", str(reference_run()), "--port", "0"]
    others = ["--host", "0.0.0.0"] if ending == signal.SIGTERM else []
    with subprocess.Popen(
        [*command, *others], stdout=subprocess.PIPE, stderr=log, text=True, env=environment()
    ) as server:
        address = server.stdout.readline().strip()
        port, token = re.fullmatch(r"http://[^/]+:(\d+)/\?token=([\w-]{40,})", address).groups()
        here = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{here}/api/page?token={token}", timeout=TIMEOUT) as answer:
            assert answer.status == 200
            assert "server" not in answer.headers
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{here}/api/page", timeout=TIMEOUT)
        with socket.create_connection(("127.0.0.1", int(port))) as idle:  # a browser keeps its connections
            idle.sendall(b"GET / HTTP/1.1\r\n")
            began = time.monotonic()
            os.kill(server.pid, ending)
            assert server.wait(TIMEOUT) == 0
            assert time.monotonic() - began < 10  # where nothing waits for the browser; it is a busy machine
        assert server.stdout.read() == ""
    log.seek(0)
    warning = "landsweep: others on the network can reach 0.0.0.0, and whoever reads along can read the token, as "
    assert log.read().startswith(warning) if others else not log.read()
    log.close()
