from landsweep.disk import provenance
from landsweep.disk.lock import RunLock
from landsweep.disk.rundir import RunDir
from landsweep.study.study import Study
from support import study_data


def begin(run):
    return provenance.begin(run, Study.parse(study_data()), None, 1, "Serial")


def finish(run, session):
    provenance.finish(run, session, "done", 1.0, provenance.Timings())


def outcomes(run):
    return [session.get("outcome") for session in run.read_provenance()["sessions"]]


def test_who_has_lost_the_lock_leaves_the_record_to_the_session_that_has_it(tmp_path, monkeypatch):
    run = RunDir(tmp_path)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with RunLock(run.lock):
        ghost = begin(run)
        monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
        with RunLock(run.lock):
            session = begin(run)
            finish(run, ghost)
            assert outcomes(run) == [None, None]
            finish(run, session)
    assert outcomes(run) == [None, "done"]
    assert [s["id"] for s in run.read_provenance()["sessions"]] == [ghost["id"], session["id"]]


def test_a_record_that_a_ghost_has_overwritten_is_written_again(tmp_path):
    run = RunDir(tmp_path)
    with RunLock(run.lock):
        session = begin(run)
        run.provenance.unlink()  # what was read before the session began was written after it
        finish(run, session)
    assert outcomes(run) == ["done"]
