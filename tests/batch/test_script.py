"""Batch scripts: what they hold, and what they do where their launcher ends as it likes."""

from __future__ import annotations

import os
import re
import shutil
import string
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from landsweep.batch.script import Job, render
from landsweep.batch.site import Site, builtin_sites, load_site
from support import DATA

GOLDEN = DATA / "scripts"
COMMAND = ("/opt/env/bin/python", "-m", "landsweep", "run", "/scratch/run/jobs/001-study.yaml", "--out", "/scratch/run")


def job(site: Site, **changes) -> Job:
    given = {
        "name": "pinn-convection",
        "title": "pinn-convection, every stage",
        "commands": (COMMAND,),
        "path": ("/opt/env/bin",),
        "resume": "landsweep submit study.yaml --site here",
    }
    return Job(site=site, **{**given, **changes})


@pytest.mark.parametrize("name", builtin_sites())
def test_golden_scripts(name):
    expected = (GOLDEN / f"{name}.sh").read_text()
    account = {"perlmutter-gpu": "m1234_g", "perlmutter-cpu": "m1234"}.get(name)
    overrides = ["nodes=2"] + ([f"account={account}"] if account else [])
    assert render(job(load_site(name, overrides))) == expected


def test_the_golden_script_of_an_array_that_others_wait_for():
    commands = (COMMAND, (*COMMAND[:-1], "/scratch/it's a run"))
    text = render(job(load_site("slurm-generic"), commands=commands, array=True, last=False))
    assert text == (GOLDEN / "array-of-a-chain.sh").read_text()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.sh")), ids=lambda p: p.stem)
def test_scripts_are_clean_shell(path):
    checked = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have shellcheck: apt-get install shellcheck")
        pytest.skip("shellcheck is not installed")
    linted = subprocess.run([shellcheck, "--severity=style", path], capture_output=True, text=True)
    assert linted.stdout == ""


def run_script(folder: Path, text: str, launcher: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script with a launcher, scontrol and date that the test writes."""
    commands = folder / "bin"
    commands.mkdir(exist_ok=True)
    for name, body in {"srun": launcher, "mpiexec": launcher, **{k: v for k, v in env.items() if k.islower()}}.items():
        (commands / name).write_text(f"#!/bin/bash\n{body}\n")
        (commands / name).chmod(0o755)
    (folder / "script.sh").write_text(text)
    given = {k: v for k, v in env.items() if not k.islower()}
    base = {"SLURM_JOB_ID": "12", "SLURM_JOB_NODELIST": "n[1-2]", "PATH": f"{commands}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "script.sh"], cwd=folder, env={**base, **given}, capture_output=True, text=True, timeout=30
    )


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@given(
    words=st.lists(WORDS, min_size=1, max_size=4), value=WORDS.filter(lambda t: not re.search(r"[\x00-\x1f\x7f]", t))
)
def test_words_reach_the_program_as_data(tmp_path_factory, words, value):
    folder = tmp_path_factory.mktemp("script")
    site = Site(launcher=("srun",), environment={"WORD": value})
    text = render(job(site, commands=(tuple(words),), path=("/nowhere",), resume=words[0]))
    got = folder / "got"
    done = run_script(folder, text, f'printf "%s\\0" "$WORD" "$@" > {got}')
    assert done.returncode == 0, done.stderr
    assert got.read_bytes().decode().split("\0")[:-1] == [
        value,
        "--export=ALL",
        "--kill-on-bad-exit=0",
        "--wait=60",
        *words,
    ]


@given(
    value=st.text(
        string.printable.replace("\n", "").replace("\r", "").replace("\x0b", "").replace("\x0c", ""), min_size=1
    )
)
def test_directives_keep_to_their_line(value):
    if re.search(r"[\x00-\x1f\x7f]", value):
        with pytest.raises(ValueError, match="expected text on one line"):
            Site(account=value)
        return
    lines = render(job(Site(account=value))).splitlines()
    assert sum(line.startswith("#SBATCH --account=") for line in lines) == 1
    assert [line for line in lines if line.startswith("#SBATCH")] == lines[2 : 2 + sum("#SBATCH" in x for x in lines)]


RUNNING = (
    'echo "JobId=12 JobState=RUNNING Reason=None Requeue=1 Restarts=0 BatchFlag=1"; [ "$1" = show ] || touch asked'
)


@pytest.mark.parametrize(
    ("status", "scontrol", "env", "exit_status", "asked", "said"),
    [
        (0, RUNNING, {}, 0, False, ""),
        (1, RUNNING, {}, 1, False, ""),
        (3, RUNNING, {}, 3, False, ""),
        (75, RUNNING, {}, 75, True, "put back into the queue (1 of 10)"),
        (75, RUNNING.replace("=RUNNING", "=CANCELLED"), {}, 75, False, "Slurm has ended this job, or runs it again"),
        (75, RUNNING, {"SLURM_RESTART_COUNT": "1"}, 75, False, "Slurm has ended this job, or runs it again"),
        (75, f'{RUNNING}; [ "$1" = show ]', {}, 75, True, "it could not be put back into the queue"),
    ],
    ids=["done", "failed", "failed members", "stopped", "cancelled", "a ghost", "requeue refused"],
)
def test_a_script_asks_for_another_life_after_a_stop_alone(tmp_path, status, scontrol, env, exit_status, asked, said):
    done = run_script(tmp_path, render(job(Site())), f"exit {status}", scontrol=scontrol, **env)
    assert done.returncode == exit_status, done.stderr
    assert (tmp_path / "asked").exists() == asked
    assert said in done.stdout


def test_a_script_asks_again_where_scontrol_fails(tmp_path):
    failing = f"[ -e tried ] || {{ touch tried; exit 1; }}\n{RUNNING}"
    done = run_script(tmp_path, render(job(Site())), "exit 75", scontrol=failing)
    assert "put back into the queue (1 of 10)" in done.stdout
    silent = render(job(Site(), resume="landsweep submit x")).replace("1 5 20 0", "0")
    done = run_script(tmp_path, silent, "exit 75", scontrol="exit 1")
    assert (
        "not run again: Slurm does not answer\nlandsweep: everything finished is kept; to go on: landsweep"
        in done.stdout
    )


def test_a_warning_before_the_ranks_can_take_it_is_no_failure(tmp_path):
    killed = run_script(tmp_path, render(job(Site())), "kill -USR2 $$; sleep 5", scontrol=RUNNING)
    assert "put back into the queue" in killed.stdout
    early = render(job(Site(setup=("kill -TERM $$", "sleep 0.1"))))
    done = run_script(tmp_path, early, "touch started; exit 0", scontrol=RUNNING)
    assert "put back into the queue" in done.stdout
    assert not (tmp_path / "started").exists()


def test_lines_of_a_profile_may_change_options_and_folder(tmp_path):
    text = render(job(Site(setup=("set -eu", "cd /"))))
    done = run_script(tmp_path, text, "exit 75", scontrol=RUNNING)
    assert "put back into the queue" in done.stdout
    assert [line.split()[3] for line in (tmp_path / "jobs.log").read_text().splitlines()] == ["begin", "requeue"]


@pytest.mark.parametrize(
    ("lines", "failing"),
    [
        (["true", "false && true", "touch after"], "false && true"),
        (["nosuch_command", "touch after"], "nosuch_command"),
        (["set -e", "source nowhere.sh", "touch after"], "source nowhere.sh"),
        (["set -u; export A=$NOWHERE", "touch after"], "set -u; export A=$NOWHERE"),
        (["false; true", "touch after"], "false; true"),
        (["if true; then", "touch after"], "if true; then"),
        (["exit 75", "touch after"], "exit 75"),
    ],
)
def test_a_line_of_setup_that_fails_ends_the_job(tmp_path, lines, failing):
    done = run_script(tmp_path, render(job(Site(setup=tuple(lines)))), "touch started", scontrol=RUNNING)
    assert done.returncode == 1
    assert "the job ends before it has begun: this line of setup failed (exit status " in done.stdout
    assert ("(exit status 127)" in done.stdout) == (failing == "nosuch_command")
    assert done.stdout.endswith(f"): {failing}\n")
    assert not {p.name for p in tmp_path.iterdir()} & {"started", "after", "asked"}
    (note,) = (tmp_path / "jobs.log").read_text().splitlines()
    assert note.split()[3] == "setup"
    assert note.endswith(failing)


def test_an_optional_line_of_setup_may_fail(tmp_path):
    (tmp_path / "fine.sh").write_text("false\nexport HERE=yes\n")  # what fails inside a file that succeeds is its own
    site = Site(
        setup=("set -e; set +e", "source ./fine.sh", {"optional": "false"}), environment={"OMP_NUM_THREADS": "1"}
    )
    told = 'echo "$HERE ${SLURM_EXPORT_ENV-unset}" > got'
    done = run_script(tmp_path, render(job(site)), told, scontrol=RUNNING, SLURM_EXPORT_ENV="NONE")
    assert done.returncode == 0, done.stdout
    assert "landsweep: an optional line of setup failed: false\n" in done.stdout
    assert (tmp_path / "got").read_text() == "yes unset\n"


def test_the_status_survives_a_signal_at_the_very_end(tmp_path):
    text = render(job(Site())).replace("job=$SLURM_JOB_ID", "job=$SLURM_JOB_ID; export SHELL_ID=$$", 1)
    for _ in range(20):
        done = run_script(tmp_path, text, "sleep .02; kill -TERM $SHELL_ID; exit 75", scontrol=RUNNING)
        (tmp_path / "jobs.log").unlink()
        assert done.returncode == 75
        assert "put back into the queue" in done.stdout


def test_a_title_is_one_comment(tmp_path):
    lines = render(job(Site(), title="x\ntouch pwned\r\x1b #")).splitlines()
    assert lines[1] == "# landsweep: x touch pwned #"
    assert lines[2].startswith("#SBATCH ")


def test_only_workers_of_dask_go_on_where_another_is_killed():
    assert "--wait=60" in render(job(Site()))
    assert "--wait=0" in render(job(Site(), elastic=True))


def test_no_part_of_path_is_empty_and_srun_is_known_by_its_name():
    text = render(job(Site(launcher=("/usr/bin/srun",)), path=()))
    assert "export PATH" not in text
    assert "--wait=60" in text


def test_a_script_gives_up_and_says_what_to_type(tmp_path):
    text = render(job(Site(requeues=2), resume="landsweep submit 'a b.yaml' --site x"))
    for _ in range(2):
        assert "put back" in run_script(tmp_path, text, "exit 75", scontrol=RUNNING).stdout
    (tmp_path / "asked").unlink()
    done = run_script(tmp_path, text, "exit 75", scontrol=RUNNING)
    assert not (tmp_path / "asked").exists()
    assert "not run again: it was already requeued 2 times, as often as allowed" in done.stdout
    assert "to go on: landsweep submit 'a b.yaml' --site x\n" in done.stdout
