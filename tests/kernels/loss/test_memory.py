"""Memory: what is predicted without computing is what a computation takes, and freed memory is kept."""

import resource
import subprocess
import sys

import psutil
import pytest
import torch
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.footprint import footprint
from landsweep.kernels.loss.memory import PeakMemory, _within_limits, free_memory
from landsweep.kernels.loss.strategies import make_strategy
from networks import CPU, Wide, size
from support import HELPERS, TIMEOUT, environment, inside, make_study


def test_the_peak_counts_what_is_alive_at_once():
    outside = torch.zeros(1000)
    with PeakMemory() as memory:
        a = torch.zeros(100)  # 400 bytes
        b = a + 1
        del a
        c = b.view(10, 10) * 2
        b.add_(outside[:100])  # nothing new
        assert memory.alive == 800
        del b, c
        torch.zeros(150)
    assert memory.peak == 800
    assert memory.alive == 0


@pytest.mark.parametrize("several", [False, True])
def test_a_jobs_limit_counts(tmp_path, several):
    own = tmp_path / "cgroup"
    own.write_text("5:cpu,cpuacct:/x\n4:memory:/slurm/job/step\n" if several else "0::/slurm/job/step\n")
    top = tmp_path / "memory" if several else tmp_path
    step = top / "slurm" / "job" / "step"
    step.mkdir(parents=True)
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if several else ("memory.max", "memory.current")
    for folder, limit, used in ((step, "max", 100), (step.parent, 1000, 700), (top, 5000, 1000)):
        (folder / names[0]).write_text(f"{limit}\n")
        (folder / names[1]).write_text(f"{used}\n")
        (folder / "memory.stat").write_text("anon 5\ninactive_file 50\n")
    assert min(_within_limits(own, tmp_path)) == 1000 - 700 + 50
    assert min(_within_limits(tmp_path / "none", tmp_path)) == sys.maxsize


@pytest.mark.parametrize("batchnorm", ["frozen", "recomputed"])
def test_the_prediction_is_what_a_batch_of_points_takes(batchnorm):
    problem = Wide()
    model = problem.build(0)
    takes = footprint(problem, model, 2, ("loss",), torch.float32, batchnorm)
    assert takes.vectors == 3 * size(model) * 4
    assert takes.data == 750 * 8 * 4
    for width in (3, 7):
        strategy = make_strategy("batched", problem, model, ("loss",), CPU, torch.float32, batchnorm, width)
        data = Data.of(problem, CPU, torch.float32)
        with PeakMemory() as memory:
            strategy(torch.zeros(width, size(model)), data)
        assert takes.at(width) - takes.vectors - takes.data == pytest.approx(memory.peak, rel=0.01)


RESIDENT = """
import sys
from pathlib import Path
sys.path.insert(0, {helpers!r})
import torch
from networks import CPU, Wide, size
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.footprint import footprint
from landsweep.kernels.loss.strategies import make_strategy

torch.set_num_threads(1)
problem = Wide(4000)
model = problem.build(0)
strategy = make_strategy("batched", problem, model, ("loss",), CPU, torch.float32, width=8)
data = Data.of(problem, CPU, torch.float32)
small = Data.of(Wide(2), CPU, torch.float32)
strategy(torch.zeros(8, size(model)), small)
def kilobytes(name):
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name + ":")]
    return int(line.split()[1])
Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
before = kilobytes("VmRSS")
strategy(torch.zeros(8, size(model)), data)
grown = (kilobytes("VmHWM") - before) * 1024
takes = footprint(problem, model, 2, ("loss",), torch.float32)
print(grown, takes.at(8) - takes.vectors - takes.data)
"""


def python(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=TIMEOUT, env=environment(), check=False
    )
    assert done.returncode == 0, done.stderr
    return [float(x) for x in done.stdout.split()]


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_the_prediction_is_what_the_system_sees():
    grown, predicted = python(RESIDENT.format(helpers=str(HELPERS)))
    assert predicted > 2.5e8
    assert grown == pytest.approx(predicted, rel=0.15)


@pytest.mark.gpu
def test_the_prediction_is_what_a_gpu_sees():
    cuda, problem = torch.device("cuda"), Wide(4000)
    model = problem.build(0)
    strategy = make_strategy("batched", problem, model, ("loss",), cuda, torch.float32, width=8)
    data = Data.of(problem, cuda, torch.float32)
    points = torch.zeros(8, size(model), device=cuda)
    strategy(points, data)  # libraries take their workspaces
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    strategy(points, data)
    takes = footprint(problem, model, 2, ("loss",), torch.float32)
    found = torch.cuda.max_memory_allocated() - before
    assert found == pytest.approx(takes.at(8) - takes.vectors - takes.data, rel=0.15)


def test_what_does_not_grow_with_the_points_may_be_the_most():
    class Kernel(Wide):
        def loss(self, model, batch):
            x = batch.data["x"]
            weights = torch.exp(-torch.cdist(x, x))
            return {"loss": (weights @ model(x)).square().mean()}

    problem = Kernel(3000)
    model = problem.build(0)
    takes = footprint(problem, model, 2, ("loss",), torch.float32)
    for width in (1, 4, 16, 64):
        data = Data.of(problem, torch.device("meta"), torch.float32)
        strategy = make_strategy("batched", problem, model, ("loss",), torch.device("meta"), torch.float32)
        with PeakMemory() as memory:
            strategy(torch.zeros(width, size(model), device="meta"), data)
        predicted = takes.at(width) - takes.vectors - takes.data
        assert memory.peak * 0.99 <= predicted <= memory.peak * 1.5


def test_a_problem_that_keeps_tensors_is_predicted_on_a_copy(tmp_path):
    (tmp_path / "keeps.py").write_text(
        "import torch\n"
        "from toy import Toy\n"
        "class Keeps(Toy):\n"
        "    kept = None\n"
        "    def loss(self, model, batch):\n"
        "        if self.kept is None:\n"
        "            self.kept = torch.ones(1, device=batch.data[0].device)\n"
        "        values = super().loss(model, batch)\n"
        "        return {**values, 'loss': values['loss'] * self.kept[0]}\n"
    )
    study = make_study(tmp_path, problem__path="keeps.py:Keeps")
    done = inside("run", study, "--out", "run", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_a_loss_that_runs_point_by_point():
    problem = Wide(kind="gradient")
    model = problem.build(0)
    takes = footprint(problem, model, 1, ("loss",), torch.float32)
    assert takes.fixed == 0
    assert takes.point > 500 * 1000 * 4  # its activations
    with pytest.raises(RuntimeError, match="meta"):
        footprint(Wide(kind="value"), model, 1, ("loss",), torch.float32)


KEPT = """
import resource, torch
from landsweep.kernels.loss.memory import keep_freed_memory
torch.set_num_threads(1)
def faults():
    torch.ones(1 << 21), torch.ones(1 << 22)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        [torch.ones(1 << 21) for _ in range(4)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
before = faults()
print(before, int(keep_freed_memory()), min(faults() for _ in range(4)))  # the heap grows in the first of them
"""


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="only the GNU C library can be told")
def test_freed_memory_is_kept():
    before, able, after = python(KEPT)
    assert able == 1
    assert before > 10_000  # pages that were given back and cleared again
    assert after < before / 100


def test_plan_prints_the_prediction(tmp_path):
    study = make_study(tmp_path)
    done = inside("plan", study, "--memory", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("memory")]
    assert " a rank with 8 points at once (data " in line
    # theta and two directions of 21 float32 parameters
    assert ", weights and directions 252 B, a point " in line
    line = inside("plan", study, "--memory", "--set", "evaluation.batch=auto", cwd=tmp_path).stdout
    assert " a rank with one point at once (data " in line
    done = inside("plan", study, "--memory", "--set", "problem.params.raise_in=loss", cwd=tmp_path)
    assert done.returncode == 2
    assert "(RuntimeError: the loss is broken on purpose at " in done.stderr


def test_free_memory_stays_within_ulimit(monkeypatch):
    taken = psutil.Process().memory_info().vms
    monkeypatch.setattr(resource, "getrlimit", lambda which: (taken + 10**9, resource.RLIM_INFINITY))
    assert free_memory(torch.device("cpu")) <= 10**9
    monkeypatch.setattr(resource, "getrlimit", lambda which: (10**6, 10**6))
    assert free_memory(torch.device("cpu")) == 0
