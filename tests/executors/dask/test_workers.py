"""What the Dask executor makes of what it sees of workers, without killing any."""

from __future__ import annotations

import time
from collections import Counter
from math import inf
from types import SimpleNamespace

import pytest
from distributed import Client, KilledWorker, LocalCluster
from landsweep.base.errors import Stopped, TooManyFailures, UserError
from landsweep.base.events import RankLost
from landsweep.base.stop import StopFlag
from landsweep.batch import slurm
from landsweep.disk.rundir import RunDir
from landsweep.executors.dask.executor import DaskExecutor
from landsweep.executors.dask.slurm_workers import BatchJobs
from landsweep.executors.dask.workers import Seen, Workers
from landsweep.executors.executor import Work
from landsweep.session.context import Context


@pytest.fixture
def client():
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        yield client


def test_workers_do_not_vanish_while_the_clients_own_timer_asks(client):
    """That timer overwrites what client.scheduler_info() returns with a list without workers."""
    workers = Workers(client, 2, 2, "")
    client._periodic_callbacks["scheduler-info"].callback_time = 1  # ms, not 2 s
    client._periodic_callbacks["scheduler-info"].stop()
    client.loop.add_callback(client._periodic_callbacks["scheduler-info"].start)
    assert {len(workers.look()) for _ in range(1500)} == {2}


def test_waiting_for_workers_says_until_when_and_a_request_ends_it(monkeypatch):
    monkeypatch.setattr("landsweep.executors.dask.executor.SILENCE_SECONDS", 0.2)
    with LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster, Client(cluster) as client:
        for waits, limit in ((True, "until one comes or Ctrl-C"), (False, "for 60 s at most")):
            executor, said, stop = DaskExecutor(Workers(client, 1, 1, "", waits), 0, 60.0), [], StopFlag()

            def tell(event, said=said, stop=stop):
                said.append(event.text)
                stop.requested = said[-1].startswith("Waiting")

            executor.listen(tell)
            begin = time.monotonic()
            with pytest.raises(Stopped):
                executor.map(Work([1], str), stop)
            assert said[1:] == [f"Waiting for workers {limit}: none is connected."]
            assert time.monotonic() - begin < 20


def killing(item: int) -> int:
    if item == 3:
        raise KilledWorker("task", None, 3)
    return item


def test_an_item_whose_own_tasks_kill_workers_is_given_up_and_no_other(client):
    executor, found = DaskExecutor(Workers(client, 2, 2, ""), 0, 10.0), Counter()
    with StopFlag(announce=False) as stop:
        work = Work(
            range(8),
            killing,
            lambda result, rank: found.update([result]),
            given_up=lambda item, why: f"{item}: {why.split(',')[0]}",
        )
        executor.map(work, stop)
        assert found == Counter([0, 1, 2, 4, 5, 6, 7, "3: 4 workers died of it"])
        with pytest.raises(TooManyFailures, match=r"^Unit: 4 workers died of it, one after the other; who dies"):
            executor.map(Work([3], killing, name="unit"), stop)


def test_all_members_of_a_hessian_that_is_given_up_have_failed(tmp_path):
    run = RunDir(tmp_path)
    context = Context(None, tmp_path, None, run, None, None, None, StopFlag(announce=False))
    members = [SimpleNamespace(index=index, coords={"beta": 1.0}) for index in (4, 7)]
    outcome = context._given_up("subspace", members, 1, "4 workers died of it")
    assert (outcome.index, outcome.failed) == (4, True)
    assert {index for _, index in run.failures("subspace")} == {4, 7}


class Flight:
    """Takes note of what it loses."""

    def __init__(self) -> None:
        self.lost: list[tuple[str, bool]] = []

    def lose(self, address: str, died: bool) -> bool:
        self.lost.append((address, died))
        return True


def test_places_on_nodes_and_who_is_ready(client, monkeypatch):
    workers = Workers(client, 4, 2, "")
    executor, told, flight = DaskExecutor(workers, 0, 10.0), [], Flight()
    executor.listen(told.append)
    monkeypatch.setattr("landsweep.executors.dask.executor.LOOK_SECONDS", -1.0)
    there = {f"tcp://{host}:{port}": Seen("", host, True, True) for host in "ab" for port in (1, 2)}
    there["tcp://b:2"] = Seen("", "b", False, True)  # paused, and at something

    def look(**changes):
        monkeypatch.setattr(workers, "look", lambda: dict(there))
        executor._look(flight)
        return executor._ready

    assert look() == {"tcp://a:1": 0, "tcp://a:2": 1, "tcp://b:1": 0}
    executor._said = True
    there["tcp://b:2"] = Seen("", "b", False, True)
    everything, busy = dict(there), {"tcp://b:2": there["tcp://b:2"]}
    there.clear()
    there |= busy
    assert look() == {}
    assert not executor._said  # a paused worker that is at something is waited for as long as it takes
    there |= everything
    flight.lost.clear()
    look()
    del there["tcp://a:1"]
    there["tcp://a:3"] = Seen("", "a", True, False)
    assert look() == {"tcp://a:2": 1, "tcp://b:1": 0, "tcp://a:3": 0}
    assert flight.lost == [("tcp://a:1", True)]
    assert not [e for e in told if isinstance(e, RankLost)]  # it never replied
    monkeypatch.setattr("landsweep.executors.dask.executor.STUCK_SECONDS", -1.0)
    there["tcp://b:2"] = Seen("", "b", False, False)
    look()
    assert flight.lost[1:] == [("tcp://b:2", False)]
    assert "is paused, so what it had in hand goes to others" in told[-1].text


class Job:
    def __init__(self, job_id: str | None, refusal: UserError | None = None, submitted: float = 0.0) -> None:
        self.job_id, self.refusal, self.submitted = job_id, refusal, submitted


class Cluster:
    """What BatchJobs needs of dask-jobqueue's cluster."""

    def __init__(self, **jobs: Job) -> None:
        self.workers, self.dropped, self.scaled = jobs, [], 0

    def sync(self, drop, names) -> None:
        self.dropped += names
        for name in names:
            del self.workers[name]

    def scale(self, jobs: int) -> None:
        self.scaled += 1


def batch(client, monkeypatch, *running: str, **jobs: Job) -> BatchJobs:
    states = {id_: slurm.JobState(id_, "RUNNING", "", "", "") for id_ in running}
    monkeypatch.setattr(slurm, "queue", lambda: slurm.Queue(states, time.time()))
    return BatchJobs(client, len(jobs), 1, "", True, cluster=Cluster(**jobs), jobs=len(jobs), spare=1)


def test_a_refused_job_is_tried_again_while_others_live(client, monkeypatch):
    refusal = UserError("sbatch refused the job: you have as many jobs as you may; wait for one to end.")
    workers = batch(client, monkeypatch, "7", a=Job("7"), b=Job(None, refusal, inf))
    assert workers.keep(1) == f"{refusal} It is tried again while other workers live."
    assert (workers.cluster.dropped, workers.cluster.scaled, workers.spare) == (["b"], 1, 1)
    alone = batch(client, monkeypatch, a=Job(None, refusal, inf))
    with pytest.raises(UserError, match="you have as many jobs as you may"):
        alone.keep(0)


def test_a_job_that_is_being_submitted_is_not_dead(client, monkeypatch):
    """The list of jobs may be younger than the moment at which sbatch was called."""
    workers = batch(
        client, monkeypatch, a=Job("7", submitted=inf), b=Job("8", submitted=inf), c=Job("9", submitted=inf)
    )
    assert workers.keep(0) == ""
    assert workers.cluster.dropped == []


def test_jobs_that_are_not_listed_yet_are_not_missed(client, monkeypatch):
    """dask-jobqueue lists new jobs once all of them were submitted."""
    workers = batch(client, monkeypatch, a=Job("7"), b=Job("8"))
    workers.spare, workers.cluster.workers = 0, {}
    assert workers.keep(0) == ""
    workers._looked = -inf
    workers.cluster.workers = {"a": Job("7")}
    assert workers.keep(0) == ""
    workers._looked = -inf
    workers._seen.add("a")
    workers.cluster.workers = {"a": Job("7"), "b": Job("8")}
    with pytest.raises(Stopped, match="as many were submitted again as the site's requeues allow"):
        workers.keep(0)


def test_a_worker_that_leaves_before_its_time_limit_died_of_nothing(client, monkeypatch):
    workers = batch(client, monkeypatch, a=Job("7"))
    workers.lifetime = 100.0
    (address, *_) = workers.look()
    assert not workers.as_planned(address)
    workers._since[address] -= 96.0
    assert workers.as_planned(address)
