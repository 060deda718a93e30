"""A throw-away Slurm on this machine: munged, slurmctld and a few slurmd, each a "node", with pretend CPUs and GPUs.

Everything lies in one folder; nothing is installed, no cgroups and no database are needed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import yaml
from support import inside, make_study

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel", "salloc")
CPUS, MEMORY, GPUS = 8, 16000, 4
SBIN = "/usr/sbin:/sbin"
WAIT = 90.0

CONFIG = """\
ClusterName=landsweep
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
# How long a requeued job waits before it starts again is the life of credentials: 120 s by default.
AuthInfo=socket={dir}/munge.sock,cred_expire=5
StateSaveLocation={dir}/state
SlurmdSpoolDir={dir}/spool/%n
TmpFS={dir}/tmp/%n
SlurmctldPidFile={dir}/slurmctld.pid
SlurmdPidFile={dir}/slurmd.%n.pid
SlurmctldLogFile={dir}/log/slurmctld.log
SlurmdLogFile={dir}/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=0,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
EnforcePartLimits=ALL
ReturnToService=2
SlurmdTimeout=10
KillWait=5
MessageTimeout=20
MinJobAge=86400
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first}-{last}] CPUs={cpus} RealMemory={memory} \
Gres=gpu:{gpus}
PartitionName=DEFAULT Nodes=ALL State=UP DefMemPerCPU={per_cpu} PriorityTier=10
PartitionName=debug Default=YES DefaultTime=5 MaxTime=30
PartitionName=regular DefaultTime=60 MaxTime=1-00:00:00
PartitionName=preempt DefaultTime=60 MaxTime=1-00:00:00 PriorityTier=1
PartitionName=graceful DefaultTime=60 MaxTime=1-00:00:00 PriorityTier=1 GraceTime=60
"""


def missing() -> str | None:
    """Return why there can be no Slurm here, or None."""
    lacking = [name for name in NEEDED if shutil.which(name, path=f"{os.environ['PATH']}:{SBIN}") is None]
    return f"Slurm is not installed ({', '.join(lacking)}): apt-get install slurm-wlm munge" if lacking else None


def wait_for(condition: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)


class Cluster:
    """A running Slurm of ``nodes`` nodes n1, n2, ...; commands find it by ``env``."""

    def __init__(self, folder: Path, nodes: int = 3) -> None:
        self.folder, self.nodes = folder, nodes
        self.env = {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{os.environ['PATH']}:{SBIN}",
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def start(self) -> None:
        """Write the configuration, start every daemon and wait for the nodes."""
        port = _free_ports(self.nodes + 1)
        for name in ("state", "log", "dev", *(f"{d}/n{i + 1}" for d in ("spool", "tmp") for i in range(self.nodes))):
            (self.folder / name).mkdir(parents=True)
        self.folder.chmod(0o755)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        for g in range(GPUS):  # plain files are refused, links to a device are taken
            (self.folder / "dev" / f"gpu{g}").symlink_to("/dev/null")
        (self.folder / "gres.conf").write_text(f"Name=gpu File={self.folder}/dev/gpu[0-{GPUS - 1}]\n")
        user = psutil.Process().username()
        (self.folder / "slurm.conf").write_text(
            CONFIG.format(
                dir=self.folder, host=socket.gethostname().partition(".")[0], port=port, user=user, nodes=self.nodes,
                first=port + 1, last=port + self.nodes, cpus=CPUS, memory=MEMORY, gpus=GPUS, per_cpu=MEMORY // CPUS,
            )
        )  # fmt: skip
        d = self.folder
        self._daemon(
            "munged", "--force", f"--key-file={key}", f"--socket={d}/munge.sock", f"--pid-file={d}/munged.pid",
            f"--log-file={d}/log/munged.log", f"--seed-file={d}/munge.seed",
        )  # fmt: skip
        self._daemon("slurmctld", "-f", f"{d}/slurm.conf")
        for i in range(self.nodes):
            self.start_node(f"n{i + 1}")
        wait_for(self.ready, "the nodes of the test cluster")

    def start_node(self, name: str) -> None:
        """Start the daemon of one node."""
        alone = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o mode=1777 shm /dev/shm && exec "$@"', "-"]
        self._daemon(*(alone if self._may_mount() else []), "slurmd", "-f", f"{self.folder}/slurm.conf", "-N", name)

    @staticmethod
    def _may_mount() -> bool:
        """Whether nodes can have a /dev/shm of their own: MPICH names files there by job, so two lives would meet."""
        return subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0

    def kill_node(self, name: str) -> None:
        """Kill the daemon of one node; what runs there goes on, as after a network failure."""
        pid = self._pid(f"slurmd.{name}.pid")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def ready(self) -> bool:
        """Whether every node takes jobs."""
        states = self.slurm("sinfo", "-h", "-N", "-p", "debug", "-o", "%t", check=False).split()
        return sum(state in ("idle", "mix", "alloc") for state in states) >= self.nodes

    def slurm(self, *command: str, check: bool = True) -> str:
        """Run one of Slurm's commands and return what it prints."""
        done = subprocess.run(command, env={**os.environ, **self.env}, capture_output=True, text=True, timeout=60)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def forget(self) -> None:
        """Let the next command ask Slurm, as if 30 s had gone by."""
        shutil.rmtree(self.folder / "cache", ignore_errors=True)

    def job(self, job: str) -> dict[str, str]:
        """Return what scontrol knows of a job."""
        words = self.slurm("scontrol", "show", "job", "-o", job, check=False).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def state(self, job: str) -> str:
        return self.job(job).get("JobState", "UNKNOWN")

    def stop(self) -> None:
        """Cancel everything, then end every daemon that was started here, and only those."""
        self.slurm("scancel", "--user", psutil.Process().username(), check=False)
        end = time.monotonic() + 15
        while self.slurm("squeue", "-h", check=False).strip() and time.monotonic() < end:
            time.sleep(0.1)
        pids = [self._pid(f"slurmd.n{i + 1}.pid") for i in range(self.nodes)]
        pids += [self._pid("slurmctld.pid"), self._pid("munged.pid")]
        processes = [psutil.Process(pid) for pid in pids if pid is not None]
        for process in processes:
            process.terminate()
        _, alive = psutil.wait_procs(processes, timeout=15)
        for process in alive:
            process.kill()

    def _daemon(self, *command: str) -> None:
        """Start a daemon; none may keep pytest's own pipes."""
        with (self.folder / "log" / "daemons.log").open("ab") as log:
            subprocess.run(
                command, env={**os.environ, **self.env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True,
                timeout=60,
            )  # fmt: skip

    def _pid(self, file: str) -> int | None:
        """Return a daemon's process, None where it has ended or the number belongs to somebody else by now."""
        path = self.folder / file
        try:
            pid = int(path.read_text())
            return pid if str(self.folder) in " ".join(psutil.Process(pid).cmdline()) else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None


def _free_ports(count: int) -> int:
    """Return the first of ``count`` free ports in a row, below those that the system hands out.

    Each process looks from another place on: two that look at the same moment would find the same ones.
    """
    places = range(16817, 32000, 16)
    first = os.getpid() % len(places)
    for port in (*places[first:], *places[:first]):
        sockets = []
        try:
            for k in range(count):
                sockets.append(socket.socket())
                sockets[-1].bind(("", port + k))
            return port
        except OSError:
            continue
        finally:
            for s in sockets:
                s.close()
    raise AssertionError("no free ports")


SITE = {
    "nodes": 2,
    "ranks_per_node": 1,
    "partition": "regular",
    "time": "00:20:00",
    "grace": 30,
    "environment": {"OMP_NUM_THREADS": "1"},
    "launcher": ["srun", "--mpi=pmi2", "--wait=5"],
}
LONG = {
    "problem__params": {"steps": 10, "loss_delay": 0.1},
    "evaluation__batch": 1,
    "executor__unit_seconds": 2.0,
}
"""28 units of half a second each, at 5 points and two calls a point."""
UNITS = 28


def site_file(folder: Path, name: str = "site.yaml", **changes) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump({**SITE, **changes}))
    return path


def slow(folder: Path, **changes) -> dict:
    """Return the long study's changes; its loss takes its time until the folder has a file ``hurry``."""
    both = {**LONG, **changes}
    return {**both, "problem__params": {**both["problem__params"], "hurry": str(folder / "hurry")}}


class Run:
    """A study submitted from a folder of its own."""

    def __init__(self, cluster: Cluster, folder: Path, site: dict | None = None, **changes) -> None:
        self.cluster, self.folder = cluster, folder
        self.study = make_study(folder, **slow(folder, **changes))
        self.site = site_file(folder, **(site or {}))
        self.out = folder / "run"

    def __call__(self, *arguments) -> subprocess.CompletedProcess[str]:
        self.cluster.forget()
        return inside(*arguments, cwd=self.folder, **self.cluster.env)

    def submit(self, *more) -> list[str]:
        done = self("submit", self.study, "--site", self.site, "--out", self.out, *more)
        assert done.returncode == 0, done.stderr
        return re.findall(r"Submitted job (\d+)", done.stdout)

    def hurry(self) -> None:
        """Let what is left to evaluate take no longer than it must."""
        (self.folder / "hurry").touch()

    def wait(self, job: str, *states: str, seconds: float = 120) -> None:
        wait_for(lambda: self.cluster.state(job) in states, f"job {job} to be {states}: {self.told(job)}", seconds)

    def told(self, job: str) -> str:
        return "\n".join(p.read_text() for p in self.out.glob(f"jobs/*-{job}.out"))

    def units(self) -> int:
        """Units whose status is written."""
        return sum(p.is_file() and "partial" not in p.name for p in self.out.glob("landscape.zarr/status/c/**/*"))

    def evaluating(self, job: str, units: int = 2) -> None:
        """Wait until some units are done, but not all."""
        wait_for(lambda: self.units() >= units, f"units of job {job}: {self.told(job)}")
        assert self.units() < UNITS, "the study is too short to be interrupted"

    def journal(self) -> list[list[str]]:
        return [line.split() for line in (self.out / "jobs" / "jobs.log").read_text().splitlines()]
