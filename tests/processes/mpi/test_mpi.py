"""Runs under mpiexec: the same bits at any rank count, failures that end the job, a counter that stays quick."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
from ranked import ranked
from support import (
    BIN,
    HELPERS,
    ROOT,
    assert_same_run,
    environment,
    events,
    landsweep,
    make_study,
    reference_run,
    store_arrays,
)

pytest.importorskip("mpi4py")
PROGRAMS = HELPERS / "programs"


@pytest.fixture(scope="module")
def serial_run():
    """One run without MPI, which the others must equal."""
    return reference_run()


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_any_rank_count_gives_the_serial_bits(write_study, tmp_path, serial_run, ranks):
    done = ranked("run", write_study(executor__kind="mpi"), "--out", tmp_path / "run", ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert_same_run(serial_run, tmp_path / "run")
    session = json.loads((tmp_path / "run" / "provenance.json").read_text())["sessions"][0]
    assert (session["ranks"], session["executor"]) == (ranks, "MpiExecutor")
    assert done.stdout.count("toy: 4 of 4 landscapes") == 1
    assert len(list((tmp_path / "run" / "logs").glob("rank*.jsonl"))) == ranks


def test_an_mpi_without_threads_deals_the_units_and_gives_the_same_bits(write_study, tmp_path, serial_run):
    done = landsweep("run", write_study(), "--out", tmp_path / "run", ranks=2, MPI4PY_RC_THREAD_LEVEL="funneled")
    assert done.returncode == 0, done.stderr
    assert_same_run(serial_run, tmp_path / "run")
    ranks = set()
    for log in (tmp_path / "run" / "logs").glob("*.jsonl"):
        ranks |= {
            (e["rank"], e["index"])
            for e in map(json.loads, log.read_text().splitlines())
            if e["event"] == "ItemDone" and e["stage"] == "evaluate"
        }
    assert ranks
    assert all(index % 2 == rank for rank, index in ranks), "units are dealt in turn"


def test_what_ranks_do_together_is_logged_by_each_with_its_time_on_files(write_study, tmp_path):
    done = ranked("run", write_study(topology__block=12), "--out", tmp_path / "run", ranks=2)
    assert done.returncode == 0, done.stderr
    together = [e for e in events(tmp_path / "run") if e.get("stage") == "topology" and "file_seconds" in e]
    assert {(e["event"], e["rank"]) for e in together} == {("ItemDone", 0), ("Helped", 1)}
    assert all(0 < e["file_seconds"] < e["seconds"] for e in together)
    session = json.loads((tmp_path / "run" / "provenance.json").read_text())["sessions"][0]
    ours = sum(e["seconds"] for e in together if e["event"] == "ItemDone")
    assert session["stages"]["topology"]["busy_seconds"] == pytest.approx(2 * ours, abs=1e-3)


def test_the_work_is_shared(write_study, tmp_path):
    study = write_study(problem__params={"steps": 20, "train_delay": 0.02, "loss_delay": 0.02})
    done = ranked("run", study, "--out", tmp_path / "run", "--set", "sweep.beta=[1,2,3,4]", ranks=3)
    assert done.returncode == 0, done.stderr
    seen = {"train": set(), "evaluate": set()}
    items = {"train": [], "evaluate": []}
    for log in (tmp_path / "run" / "logs").glob("*.jsonl"):
        for event in map(json.loads, log.read_text().splitlines()):
            if event["event"] == "ItemDone" and event["stage"] in seen:
                seen[event["stage"]].add(event["rank"])
                items[event["stage"]].append(event["index"])
    assert seen == {"train": {0, 1, 2}, "evaluate": {0, 1, 2}}
    assert sorted(items["train"]) == [0, 1, 2, 3]
    assert sorted(items["evaluate"]) == list(range(len(items["evaluate"])))


def test_a_failed_model_gives_status_3_and_the_others_are_finished(write_study, tmp_path):
    study = write_study(problem__params={"raise_in": "train", "raise_at": 2.0})
    done = ranked("run", study, "--out", tmp_path / "run", ranks=2)
    assert done.returncode == 3, done.stderr
    assert "failed: train 1 (beta=2.0, seed=0): RuntimeError: training is broken on purpose" in done.stdout
    assert "--retry-failed" in done.stdout
    status = store_arrays(tmp_path / "run")["status"]
    assert (status[0] == 1).all()
    assert (status[1] == 3).all()
    again = ranked("run", study, "--out", tmp_path / "run", ranks=2)
    assert again.returncode == 3


def test_too_many_failures_end_the_job_with_a_sentence(write_study, tmp_path):
    study = write_study(problem__params={"raise_in": "train"}, sweep__beta=[1.0, 2.0, 3.0, 4.0])
    done = landsweep("run", study, "--out", tmp_path / "run", "--max-failures", "0", ranks=2)
    assert done.returncode == 1, done.stderr
    assert "models or members failed, more than --max-failures 0; their tracebacks are in" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_shipped_study_gives_the_same_bits_on_one_and_on_three_ranks(tmp_path):
    study = ROOT / "jobs" / "studies" / "pinn_convection.yaml"
    smaller = ["sweep.beta=[1,8,9]", "problem.params.iterations=60", "grid.points=[11,9]", "sweep.direction_seed=[0,1]"]
    options = [word for item in (*smaller, "resolve.enabled=false") for word in ("--set", item)]
    for name, ranks in (("one", 0), ("three", 3)):
        done = ranked("run", study, "--out", tmp_path / name, *options, ranks=ranks)
        assert done.returncode == 0, done.stderr
        assert "relations with beta: not enough models (3, at least 4)" in done.stdout
    assert_same_run(tmp_path / "one", tmp_path / "three")


def test_an_infrastructure_error_on_one_rank_ends_the_job_with_its_traceback(write_study, tmp_path):
    program = PROGRAMS / "broken_disk.py"
    done = landsweep_program(program, str(write_study()), str(tmp_path / "run"), ranks=3, timeout=60)
    assert done.returncode not in (0, 2, 3, 75)
    assert "[rank 1 of 3] Traceback (most recent call last)" in done.stderr
    assert "RuntimeError: the file system is gone" in done.stderr
    mended = ranked("run", tmp_path / "study.yaml", "--out", tmp_path / "run", ranks=3)
    assert mended.returncode == 0, mended.stderr


def landsweep_program(program: Path, *arguments: str, ranks: int, timeout: float = 120):
    import subprocess

    return subprocess.run(
        [str(BIN / "mpiexec"), "-n", str(ranks), sys.executable, str(program), *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.mark.clock
def test_the_counter_answers_while_rank_0_computes():
    done = landsweep_program(PROGRAMS / "counter_latency.py", ranks=2)
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout.splitlines()[-1])
    assert measured["calls"] >= 200
    assert measured["p99"] < 0.050, measured


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_NTASKS": "4"},
            "srun started 4 processes but MPI sees 1, so each would do all the work alone: mpi4py uses MPICH ",
        ),
        (
            {"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "0", "PMIX_NAMESPACE": "x", "PMIX_RANK": "0"},
            "Open MPI's mpirun started 4 processes, which would not find one another, as mpi4py uses MPICH ",
        ),
    ],
)
def test_a_wrong_launcher_is_refused(write_study, tmp_path, variables, sentence):
    """In the second case MPI would abort: "unsupported PMI version"."""
    done = landsweep("run", write_study(), "--out", tmp_path / "run", **variables)
    assert done.returncode == 2, done.stderr
    assert f"landsweep: {sentence}" in done.stderr
    assert "mpiexec -n 4, or with srun --mpi=pmi2; " in done.stderr
    assert sum(line.startswith("landsweep:") for line in done.stderr.splitlines()) == 1  # mpi4py may warn, too
    assert not (tmp_path / "run").exists()


def test_many_processes_without_mpi4py_are_refused(write_study, tmp_path):
    hide = tmp_path / "hide" / "mpi4py"
    hide.mkdir(parents=True)
    (hide / "__init__.py").write_text("raise ImportError('No module named mpi4py')")
    done = landsweep("run", write_study(), "--out", tmp_path / "run", ranks=2, PYTHONPATH=str(hide.parent))
    assert done.returncode == 2, done.stderr
    assert "mpiexec started 2 processes but mpi4py cannot be loaded" in done.stderr
    assert "pip install 'landsweep[mpi]'" in done.stderr
    assert not (tmp_path / "run").exists()


def test_one_process_needs_no_mpi4py(write_study, tmp_path):
    hide = tmp_path / "hide" / "mpi4py"
    hide.mkdir(parents=True)
    (hide / "__init__.py").write_text("raise ImportError('No module named mpi4py')")
    done = landsweep("run", write_study(), "--out", tmp_path / "run", PYTHONPATH=str(hide.parent))
    assert done.returncode == 0, done.stderr


def test_a_mistake_is_told_once_by_all_ranks_together(write_study, tmp_path):
    done = ranked("run", write_study(grid__points=0), "--out", tmp_path / "run", ranks=3)
    assert done.returncode == 2
    assert done.stderr.count('"grid.points" is 0') == 1
    (tmp_path / "run").write_text("a file in the way")
    done = ranked("run", write_study(), "--out", tmp_path / "run", ranks=3)
    assert done.returncode == 2
    assert done.stderr.count("landsweep: Cannot write") == 1


def test_one_rank_lists_and_writes_metadata(tmp_path):
    counts = operations(tmp_path, ranks=5)
    written = [sorted(path for path in of_kind(rank, "write") if not OWN.match(path)) for rank in counts]
    assert written[0]
    assert not any(written[1:]), "only the root writes what is not a result of its own"
    assert of_kind(counts[0], "list")
    assert not any(of_kind(rank, "list") for rank in counts[1:])
    metadata = [
        sum(n for kind in ("read", "stat") for path, n in of_kind(rank, kind).items() if not RESULT.match(path))
        for rank in counts[1:]
    ]
    assert max(metadata) <= METADATA_READS, "what every rank reads beside results must not grow"


OWN = re.compile(r"logs/rank|weights/|directions/|topology/|landscape\.zarr/\w+/c/")
"""What a rank writes of its own: results and its log."""
RESULT = re.compile(r"weights/|directions/|topology/|landscape\.zarr/\w+/c/")
METADATA_READS = 20


def of_kind(counts, kind):
    return {key.partition(" ")[2]: n for key, n in counts.items() if key.startswith(f"{kind} ")}


def operations(folder, ranks):
    """Run the toy study and return, rank by rank, what it did to files of the run."""
    study, out, to = make_study(folder), folder / "run", folder / "counts"
    to.mkdir()
    env = {"COUNT_BELOW": str(out), "COUNT_TO": str(to)}
    path = os.pathsep.join([str(HELPERS / "counting"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = landsweep("run", study, "--out", out, ranks=ranks, PYTHONPATH=path, **env)
    assert done.returncode == 0, done.stderr
    return [json.loads((to / f"{rank}.json").read_text()) for rank in range(ranks)]


LOADER = """

class Augmented(TensorDataset):
    def __getitem__(self, index):
        x, y = super().__getitem__(index)
        return x + 0.5 * torch.randn_like(x), y  # as a loader for training does, and seeded by nobody


class Loaded(Toy):
    def batches(self):
        x = torch.randn(24, 2, generator=torch.Generator().manual_seed(3))
        y = torch.sin(x[:, :1])
        return DataLoader(Augmented(x, y), batch_size=8, shuffle=True, num_workers=1)

    def loss(self, model, batch):
        x, y = batch
        return (model(x) - y).square().mean()

    def train(self, model, seed):
        return model

    def quality(self, model):
        return {}
"""


def test_a_loader_that_shuffles_and_augments_by_its_own_processes_gives_all_ranks_the_same_data(tmp_path):
    study = make_study(tmp_path, problem__path="toy.py:Loaded", problem__params={}, sweep={"seed": [0]}, grid__points=3)
    toy = tmp_path / "toy.py"
    toy.write_text(toy.read_text() + LOADER)
    for ranks in (0, 2):
        done = ranked("run", study, "--out", tmp_path / f"run{ranks}", ranks=ranks)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "draws random numbers: they are seeded by the draw" in done.stderr
        assert ("Each of the 2 ranks forks 1 process(es) of a DataLoader, which some" in done.stderr) == (ranks == 2)
    assert_same_run(tmp_path / "run0", tmp_path / "run2")
