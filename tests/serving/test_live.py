"""What goes on in a run: who holds it, how fast it is, its jobs."""

import json
import os
import time

import pytest
from landsweep.batch import records
from landsweep.disk import lock
from landsweep.disk.rundir import RunDir
from landsweep.serving import watch
from landsweep.serving.live import Holder, live
from landsweep.serving.watch import Watched
from submissions import submitted
from support import copy_of, reference_run


@pytest.fixture
def run(tmp_path):
    return copy_of(reference_run(), tmp_path)


def progress(run, **changes):
    state = {"stage": "evaluate", "noun": "points", "before": 20, "done": 120, "failed": 0, "failed_before": 0}
    state |= {"total": 140, "began": 1000.0, "time": 1010.0, "ranks": 2, "gpus": 0} | changes
    (run / "progress.json").write_text(json.dumps(state))


def test_a_run_that_somebody_holds_is_running_at_a_rate_until_a_time(run):
    progress(run)
    watched = Watched(run)
    assert watched.page()["live"] is None
    assert watched.page()["state"] == "finished"
    with lock.RunLock(run / "lock.json"):
        page = watched.page()
        assert page["state"] == "running"
        assert page["live"]["rate"] == "evaluate: 120 of 140 points, 10 points/s, 5 per rank"
        assert page["live"]["end"] == f"evaluate ends in about 2 s ({time.strftime('%F %T', time.localtime(1012))})"
        progress(run, done=20, in_hand="train 3: epoch 2 of 5")
        assert watched.page()["live"] == {"rate": "train 3: epoch 2 of 5", "end": "", "jobs": []}
        (run / "progress.json").write_text("{")  # of another version
        assert watched.page()["live"] == {"rate": "", "end": "", "jobs": []}
    assert (watched.page()["state"], watched.page()["live"]) == ("finished", None)


def test_a_run_whose_process_was_killed_is_not_running(run, monkeypatch):
    monkeypatch.setattr(watch, "REST", 0)
    watched = Watched(run)
    with lock.RunLock(run / "lock.json"):
        (run / "topology" / "member-00000.npz").unlink()
        page = watched.page()
        assert page["state"] == "running"
        assert not any("is not finished" in said["text"] for said in page["answer"])  # bars say how far it is
        killed = json.loads((run / "lock.json").read_text()) | {"started": "of another process"}
    (run / "lock.json").write_text(json.dumps(killed))
    page = watched.page()
    assert page["state"] == "unfinished"
    assert any("`landsweep run STUDY` goes on" in said["text"] for said in page["answer"])


def test_a_process_of_another_host_lives_while_it_gives_signs(tmp_path, monkeypatch):
    path, holder = tmp_path / "lock.json", Holder()
    assert holder(path) is None
    path.write_text(json.dumps({"token": "a", "host": "elsewhere", "pid": 7}))
    monkeypatch.setattr(lock, "STALE_SECONDS", 0.05)
    began = time.monotonic()
    assert holder(path) == "process 7 on elsewhere"
    assert time.monotonic() - began < 1  # without waiting for a sign
    time.sleep(0.06)
    assert holder(path) is None
    os.utime(path, (1, 1))
    assert holder(path) == "process 7 on elsewhere"
    path.write_text("{")
    assert holder(path) is None


def test_jobs_are_shown_while_one_lives(run):
    directory = RunDir(run)
    directory.jobs.mkdir()
    id_ = submitted(directory)
    (line,) = live(directory, running=False)["jobs"]
    assert line.startswith(f"job {id_}; running; train, evaluate; on ")
    records.drop(directory, [id_])
    submitted(directory, born=1.0)  # another process has its number now
    assert live(directory, running=False) is None
    (directory.jobs / "jobs.json").write_text("[]")
    assert "is damaged or of another version" in live(directory, running=False)["jobs"][0]
