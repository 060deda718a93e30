"""Only what one's own clock has seen proves that the owner of a lock is dead."""

import json
import os
import shutil
import threading
import time

import pytest
from landsweep.base.errors import UserError
from landsweep.disk import lock as lock_module
from landsweep.disk.lock import RunLock


def test_a_living_lock_of_a_host_whose_clock_is_behind_is_not_taken(tmp_path, monkeypatch):
    path, ended = tmp_path / "lock.json", threading.Event()
    path.write_text(json.dumps({"token": "x", "host": "elsewhere", "pid": 1, "started": "1"}))
    monkeypatch.setattr(lock_module, "STALE_SECONDS", 2.0)

    def beat():
        while not ended.wait(0.2):
            os.utime(path, (time.time() - 120,) * 2)

    os.utime(path, (time.time() - 120,) * 2)
    thread = threading.Thread(target=beat)
    thread.start()
    try:
        assert lock_module.owner(path) == "process 1 on elsewhere"
        with pytest.raises(UserError, match="in use by process 1 on elsewhere"):
            RunLock(path).__enter__()
    finally:
        ended.set()
        thread.join()


def test_a_copy_of_a_running_run_is_not_in_use(tmp_path):
    (tmp_path / "run").mkdir()
    with RunLock(tmp_path / "run" / "lock.json") as running:
        shutil.copytree(tmp_path / "run", tmp_path / "copy")
        with RunLock(tmp_path / "copy" / "lock.json") as copied:
            assert copied.held()
        assert running.held()
