"""A run that is served: read when something has changed, kept when it is gone, said when it cannot be read."""

import json
import shutil

import pytest
from landsweep.base.errors import UserError
from landsweep.disk.rundir import RunDir
from landsweep.disk.store import Landscape
from landsweep.serving import watch
from landsweep.serving.watch import Watched
from submissions import submitted
from support import copy_of, reference_run


@pytest.fixture
def run(tmp_path):
    return copy_of(reference_run(), tmp_path)


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(watch, "REST", 0)


def counted(monkeypatch):
    read, whole = [], watch.run_page
    monkeypatch.setattr(watch, "run_page", lambda *a: read.append(a) or whole(*a))
    return read


def warnings(page):
    return [said["text"] for said in page["answer"] if said["rank"] == "warning"]


def test_a_run_is_read_again_only_when_something_has_changed(run, at_once, monkeypatch):
    read, watched = counted(monkeypatch), Watched(run)
    first = watched.page()
    assert watched.page() == first
    (run / "metrics.parquet.partial").write_text("half")  # what is being written is not there yet
    (run / "logs" / "rank00000.jsonl").write_text("{}\n")
    assert watched.page() == first
    assert len(read) == 1
    landscape = Landscape(run / "landscape.zarr", "r+")
    units = list(landscape.units())
    kept = landscape.read_unit(units[0]), landscape.read_status(units[0])
    landscape.discard(units[0])
    assert [m["state"] for m in watched.page()["members"]].count("partial") >= 1
    landscape.write_unit(units[0], *kept)
    assert watched.page()["members"] == first["members"]
    (run / "failures").mkdir(exist_ok=True)
    failure = {"coords": {}, "error": "it died", "traceback": ""}
    (run / "failures" / "topology-00001.json").write_text(json.dumps(failure))
    assert "it died" in watched.page()["members"][1]["failure"]
    assert len(read) == 4


def test_who_reads_long_rests_long_and_nobody_waits_for_another(run, monkeypatch):
    monkeypatch.setattr(watch, "REST", 1e6)
    read, watched = counted(monkeypatch), Watched(run)
    first = watched.page()
    (run / "new.txt").write_text("changed")
    assert watched.page() == first
    monkeypatch.setattr(watch, "REST", 0)
    watched._ready = 0
    with watched._lock:  # another thread reads
        assert watched.page() == first
    assert len(read) == 1
    watched.page()
    assert len(read) == 2


def test_a_run_that_is_removed_stays_as_it_was_and_comes_back(run, at_once):
    watched = Watched(run)
    first = watched.page()
    run.rename(run.with_name("elsewhere"))
    gone = watched.page()
    assert gone["state"] == "removed"
    assert gone["answer"][0]["text"] == (
        f"{run} is gone: this page shows what was read last, and goes on when the run is back."
    )
    assert gone["answer"][1:] == first["answer"]
    assert gone["members"] == first["members"]
    assert watched.run().path == run  # members that were read are still shown
    run.with_name("elsewhere").rename(run)
    assert watched.page() == first
    assert watched.run().path == run


def test_a_file_that_cannot_be_read_is_named_and_the_rest_stays(run, at_once):
    watched = Watched(run)
    first = watched.page()
    text = (run / "study.yaml").read_text()
    (run / "study.yaml").write_text(text[:-20])
    broken = watched.page()
    assert warnings(broken)[0].startswith(f"{run / 'study.yaml'} is damaged (its end is missing)")
    assert broken["table"] == first["table"]
    (run / "study.yaml").write_text(text)
    assert watched.page() == first


def test_a_file_system_that_fails_is_said_and_asked_again(run, at_once, monkeypatch):
    whole = watch.run_page
    monkeypatch.setattr(watch, "run_page", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    watched = Watched(run)
    assert warnings(watched.page())[0] == (
        f"{run} could not be read just now ([Errno 5] Input/output error): this is tried again."
    )
    monkeypatch.setattr(watch, "run_page", whole)
    assert not any("just now" in said for said in warnings(watched.page()))
    assert len(watched.page()["members"]) == 4


def test_jobs_that_have_not_begun_are_waited_for(run, tmp_path, at_once):
    later = tmp_path / "later"
    (directory := RunDir(later)).jobs.mkdir(parents=True)
    watched = Watched(later)
    assert warnings(watched.page()) == [
        f"{later} holds no results, and its jobs have ended: `landsweep logs {later}` says why."
    ]
    submitted(directory)
    page = watched.page()
    assert (page["name"], page["state"], page["members"]) == ("later", "unfinished", [])
    with pytest.raises(UserError, match="holds no run yet"):
        watched.run()
    assert warnings(page) == [f"{later} holds jobs, none of which has begun."]
    shutil.copytree(run, later, dirs_exist_ok=True)
    assert (watched.page()["name"], len(watched.page()["members"])) == ("toy", 4)


def test_what_is_no_run_is_refused_at_once(tmp_path):
    with pytest.raises(UserError, match="holds no run, expected a run directory"):
        Watched(tmp_path)
