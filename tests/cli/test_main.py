"""The command line: speed of --help, what stays unimported, and each command's words."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import ROOT, assert_same_run, command, environment, inside, once, reference_run

HEAVY = ("torch", "mpi4py", "numba", "matplotlib")


@pytest.fixture(scope="module")
def finished():
    """A finished run, made by `landsweep new` and `landsweep run` alone, and what the latter said. Only to read."""

    def make(folder):
        made = inside("new", "my_study", cwd=folder)
        assert made.returncode == 0, made.stderr
        assert made.stdout == (
            "Made my_study/study.yaml and my_study/problem.py. Next: landsweep run my_study/study.yaml\n"
        )
        done = inside("run", "my_study/study.yaml", cwd=folder)
        assert done.returncode == 0, done.stderr
        (folder / "stdout").write_text(done.stdout)
        (folder / "stderr").write_text(done.stderr)

    folder = once("new", make)
    return folder, SimpleNamespace(stdout=(folder / "stdout").read_text(), stderr=(folder / "stderr").read_text())


MODULES = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from landsweep.cli.main import main

for words in json.loads(sys.argv[1]):
    sys.argv, status = ["landsweep", *words], 0
    try:
        with redirect_stdout(StringIO()):
            main()
    except SystemExit as end:
        status = end.code
    print(json.dumps([status, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def modules_after(*commands: tuple[str, ...], cwd: Path) -> list[set[str]]:
    """Return the modules that commands have imported, one after the other in one process, when each has ended."""
    program = [sys.executable, "-c", MODULES, json.dumps(commands)]
    done = subprocess.run(program, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [status or 0 for status, _ in answers] == [0] * len(commands), done.stderr
    return [set(modules) for _, modules in answers]


LIGHT = [
    ("--help",),
    ("run", "--help"),
    ("robust", "--help"),
    ("status", "runs/my_study"),
    ("methods", "runs/my_study"),
    ("metrics", "runs/my_study"),
    ("relations", "runs/my_study"),
    ("logs", "runs/my_study"),
    ("cancel", "runs/my_study"),
    ("plan", "my_study/study.yaml"),
    ("plan", "my_study/study.yaml", "--site", "perlmutter-gpu", "--account", "m1_g"),
    ("submit", "my_study/study.yaml", "--site", "slurm-generic", "--dry-run"),
]


@pytest.mark.processes
def test_commands_import_no_more_than_they_need(finished):
    """--help neither NumPy nor Zarr; light commands neither torch nor MPI; a plan of memory only torch."""
    *light, memory = modules_after(*LIGHT, ("plan", "my_study/study.yaml", "--memory"), cwd=finished[0])
    assert not light[0] & {"numpy", "zarr", "xarray", "pandas", "pydantic", "scipy"}
    for words, modules in zip(LIGHT, light, strict=True):
        assert "landsweep" in modules, words
        assert not modules & set(HEAVY), words
    assert "torch" in memory
    assert not memory & (set(HEAVY) - {"torch"})


def test_version():
    """That of the package, which pyproject.toml has."""
    done = inside("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert f'\nversion = "{done.stdout.strip()}"\n' in (ROOT / "pyproject.toml").read_text()


def test_help_says_what_the_commands_do():
    done = inside("--help")
    assert done.returncode == 0
    for name in (
        "run",
        "plan",
        "status",
        "submit",
        "logs",
        "cancel",
        "metrics",
        "new",
        "methods",
        "robust",
        "relations",
    ):
        assert f"\n  {name} " in done.stdout
    assert "..." not in done.stdout.split("Commands:")[1], "a summary was cut short"
    assert "75 stopped but resumable" in done.stdout


def test_a_new_study_runs_as_it_is(finished):
    folder, done = finished
    assert "my_study: 6 of 6 landscapes, moore" in done.stdout
    for name in ("trend.png", "landscapes.png", "summary.md"):
        assert f"runs/my_study/report/{name}" in done.stdout
        assert (folder / "runs" / "my_study" / "report" / name).exists()
    assert "Traceback" not in done.stderr
    report = "runs/my_study/report"
    assert f"\n  models   {report}/landscape-00000.png to landscape-00002.png, one a model\n" in done.stdout
    drawn = {path.name for path in (folder / report).glob("*.png")}
    assert {name for name in drawn if name not in done.stdout} == {"landscape-00001.png"}


def test_progress_off_a_terminal_is_lines(finished):
    lines = finished[1].stderr.splitlines()
    assert "train: 0 of 3 models done before" in lines
    assert any(line.startswith("evaluate: 2646 of 2646 points in ") for line in lines)
    assert "\x1b" not in finished[1].stderr


def test_new_does_not_overwrite(finished):
    done = inside("new", "my_study", cwd=finished[0])
    assert done.returncode == 2
    assert "my_study/study.yaml exists already, expected a new folder" in done.stderr


def test_new_where_nothing_can_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    done = inside("new", "file/mine", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("landsweep: Cannot write ")
    assert done.stderr.count("\n") == 1


def test_plan_counts_and_writes_nothing(write_study, tmp_path):
    study = write_study()
    before = sorted(tmp_path.rglob("*"))
    done = inside("plan", study, "--set", "sweep.beta=[5,7]", "--set", "grid.points=21", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert rows["models"] == "2"
    assert rows["members"] == "4 (beta 2, seed 1, subspace 1, direction_seed 2)"
    assert rows["points"].startswith("1,764 (21 x 21 each")
    assert rows["units"].startswith("about ")
    assert "8.8 kB before compression" in rows["store"]
    assert rows["time"].startswith("not measured: no earlier run of this problem beside")


def test_plan_takes_its_time_from_an_earlier_run(finished):
    done = inside("plan", "my_study/study.yaml", "--set", "grid.points=201", cwd=finished[0])
    assert "as measured in runs/my_study" in done.stdout


def test_status_counts_models_members_and_units(finished):
    done = inside("status", "runs/my_study", cwd=finished[0])
    rows = {line.split()[0]: line.split()[1:4] for line in done.stdout.splitlines() if line and line[0].islower()}
    assert rows["train"] == ["3", "3", "-"]
    assert rows["subspace"] == ["6", "6", "-"]
    assert rows["evaluate"][0] == rows["evaluate"][1]
    assert rows["topology"] == ["6", "6", "-"]
    assert rows["report"] == ["1", "1", "-"]
    assert "1 session(s)" in done.stdout
    assert ": done" in done.stdout
    missing = inside("status", "nowhere", cwd=finished[0])
    assert missing.returncode == 2
    assert "nowhere holds no run, expected a run directory" in missing.stderr


def test_methods_states_every_choice(finished):
    text = inside("methods", "runs/my_study", cwd=finished[0]).stdout
    paragraph, *references = text.split("\n\n")
    for words in (
        "noise = 0.0, 0.1, 0.2",
        "seed = 0",
        "direction seed = 0, 1",
        "2 Gaussian directions, with zero components in bias, norm parameters, orthonormalised",
        "each filter has the norm of the corresponding filter",
        "21 x 21 grid over [-1, 1]^2",
        "coordinates are multiples of the stored direction",
        "float32",
        "surrounding cube (Moore)",
        "the 2 largest eigenvalues by Lanczos' method [lanczos1950] to residuals of 0.001 of them",
        "the smallest eigenvalue by Lanczos' method",
        "the trace by Hutch++ [meyer2021] until its standard error was at most 0.05 of it",
        "torch 2.",
        "landsweep 0.",
    ):
        assert words in paragraph, words
    assert len(references) == 6
    assert all(r.lstrip().startswith("@") for r in references)
    cited = {r.split("{")[1].split(",")[0] for r in references}
    assert all(f"[{key}]" in paragraph for key in cited)


def test_packages_in_pyproject_are_those_on_disk():
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    roots = {"workflow": "landsweep", "kernels": "landsweep.kernels", "jobs": "landsweep.jobs"}
    found = {
        ".".join([name, *path.parent.relative_to(ROOT / folder).parts])
        for folder, name in roots.items()
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert listed == found


ALLOWED = {
    "workflow": ("landsweep",),
    "kernels": ("landsweep.kernels",),
    "jobs": ("landsweep.jobs", "landsweep.kernels"),
}


@pytest.mark.parametrize("folder", ALLOWED)
def test_imports_are_absolute_and_go_downwards(folder):
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: relative import"
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                if name.split(".")[0] == "landsweep":
                    assert name.startswith(ALLOWED[folder]), f"{file} imports {name}"


@pytest.mark.processes
def test_python_m_landsweep_is_the_same_program():
    assert command("--help")[1:3] == ["-m", "landsweep"]
    script = subprocess.run(
        [Path(sys.executable).parent / "landsweep", "--help"], capture_output=True, text=True, timeout=60
    )
    assert script.stdout.split("\n", 2)[2] == inside("--help").stdout.split("\n", 2)[2]


def test_metrics_is_a_table_or_csv(finished):
    table = inside("metrics", "runs/my_study", cwd=finished[0])
    assert table.returncode == 0, table.stderr
    lines = table.stdout.splitlines()
    assert lines[0].split()[:4] == ["noise", "direction_seed", "representation", "n_minima"]
    assert len(lines) == 7
    csv = inside("metrics", "runs/my_study", "--csv", cwd=finished[0]).stdout
    assert csv == (finished[0] / "runs" / "my_study" / "report" / "metrics.csv").read_text()
    some = inside("metrics", "runs/my_study", "--csv", "--column", "noise", "--column", "smad", cwd=finished[0])
    assert some.stdout.splitlines()[0] == "noise,smad"
    wrong = inside("metrics", "runs/my_study", "--column", "n_minimas", cwd=finished[0])
    assert wrong.returncode == 2
    assert 'did you mean "n_minima"?' in wrong.stderr


@pytest.mark.parametrize("command", ["metrics", "logs", "cancel", "status"])
def test_where_there_is_no_run_it_is_said(tmp_path, command):
    done = inside(command, tmp_path / "nothing")
    assert done.returncode == 2
    assert "nothing holds no run, expected a run directory such as runs/NAME" in done.stderr
    assert done.stderr.count("\n") == 1


def test_logs_without_a_job_are_those_of_rank_0(finished):
    done = inside("logs", "runs/my_study", cwd=finished[0])
    first, *others = done.stdout.splitlines()
    assert ": rank 0 of 1, local rank 0, process " in first
    assert any(line.endswith(" s") and " evaluate 0 done in " in line for line in others)


def test_stages_one_after_the_other_are_the_whole_run(write_study, tmp_path):
    study = write_study()
    early = inside("run", study, "--out", tmp_path / "run", "--stages", "topology")
    assert early.returncode == 2
    assert "has no landscapes: run the other stages first, or leave --stages out." in early.stderr
    for stages, lacking in (
        ("subspace", "2 models to train"),
        ("evaluate", "4 directions to make"),
        ("report", "no landscapes"),
    ):
        early = inside("run", study, "--out", tmp_path / "run", "--stages", stages)
        assert early.returncode == 2
        assert f"has {lacking}: run the other stages first" in early.stderr
    assert not (tmp_path / "run").exists()
    unknown = inside("run", study, "--out", tmp_path / "run", "--stages", "train,evaluat")
    assert unknown.returncode == 2
    assert (
        "expected some of train, curvature, activations, subspace, trajectory, evaluate, topology, homology, resolve, "
        "certify, report; did you" in unknown.stderr
    )
    for stages in ("train", "subspace,evaluate", "topology", "report"):
        done = inside("run", study, "--out", tmp_path / "run", "--stages", stages)
        assert done.returncode == 0, done.stderr
    assert_same_run(reference_run(), tmp_path / "run")


def test_a_study_kept_elsewhere_finds_its_problem(write_study, tmp_path):
    study = write_study()
    (tmp_path / "kept").mkdir()
    study.rename(tmp_path / "kept" / "study.yaml")
    done = inside("run", tmp_path / "kept" / "study.yaml", "--folder", tmp_path, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
