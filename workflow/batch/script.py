"""Batch scripts: the text of a job's script, made from the template ``jobs/templates/job.sh``.

Text from a user or a path reaches the program as data: it is quoted for the shell, or for sbatch. Only the lines of a
profile's ``setup`` are shell code.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from landsweep.base.template import fill
from landsweep.batch.site import Site

JOURNAL = "jobs.log"
"""The file of this name lies beside the script and gets one line when a job begins, asks to be run again, or ends."""
SETUP_MAY_FAIL = 'eval "$line" || echo "landsweep: an optional line of setup failed: $line"'
"""An optional line of a profile's ``setup``, which is in ``$line``, is called so."""
TEMPLATE = resources.files("landsweep.jobs.templates") / "job.sh"
"""The script of a job is made from this file."""


@dataclass(frozen=True)
class Job:
    """One batch job of a run.

    Parameters
    ----------
    name
        The name of the job, of letters, digits, ``.``, ``_`` and ``-``.
    title
        The text of the first comment in the script, on one line.
    site
        The site on which the job runs, with every override applied.
    commands
        The program and its arguments, as data; one such command for each task if the job is an array.
    path
        The folders in which programs are sought before all others.
    resume
        The command that a person types to continue the run.
    last
        Whether this is the last job of its run: only the last one fails because of failed models.
    array
        Whether each command is a task of an array.
    elastic
        Whether the other ranks continue where one is killed.
    """

    name: str
    title: str
    site: Site
    commands: tuple[tuple[str, ...], ...]
    path: tuple[str, ...]
    resume: str
    last: bool = True
    array: bool = False
    elastic: bool = False

    @property
    def ranks(self) -> int:
        """The number of processes of the job."""
        return self.site.nodes * self.site.ranks_per_node


def sbatch_quote(value: str) -> str:
    """Return a value quoted for a ``#SBATCH`` line, which sbatch itself splits into words."""
    plain = all(c.isalnum() or c in "_@%+=:,./&|*()[]-" for c in value)
    if plain and value:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def directives(job: Job) -> dict[str, str | None]:
    """Return the options of sbatch, in the order of the script; None where an option takes no value."""
    site = job.site
    found: dict[str, str | int | bool | None] = {
        "job-name": job.name,
        "account": site.account,
        "partition": site.partition,
        "qos": site.qos,
        "constraint": site.constraint,
        "nodes": site.nodes,
        "ntasks-per-node": site.ranks_per_node,
        "cpus-per-task": site.cpus_per_rank,
        "gpus-per-node": site.gpus_per_node or None,
        "time": site.time,
        **site.directives,
        "array": f"0-{len(job.commands) - 1}" if job.array else None,
        "output": "%x-%A_%a.out" if job.array else "%x-%j.out",
        "open-mode": "append",
        "requeue": True,
        "signal": f"USR2@{site.grace}",
    }
    return {name: None if value is True else str(value) for name, value in found.items() if value not in (None, False)}


def render(job: Job) -> str:
    """Return the whole script, made from ``jobs/templates/job.sh``."""
    site = job.site
    launcher = [word.replace("{ranks}", str(job.ranks)) for word in site.launcher]
    srun = _srun(job) if Path(launcher[0]).name == "srun" else []
    slurm = site.scheduler == "slurm"
    resume = "landsweep: everything finished is kept; to go on: " if slurm else "landsweep: stopped; to go on: "
    conditions = {
        "slurm": slurm,
        "array": job.array,
        "setup": bool(site.setup),
        "path": bool(job.path),
        "more": not job.last,
    }
    values: dict[str, str | list[str]] = {
        "title": " ".join("".join(c if c.isprintable() else " " for c in job.title).split()),
        "directives": [
            f"#SBATCH --{name}" + ("" if value is None else f"={sbatch_quote(value)}")
            for name, value in directives(job).items()
        ],
        "path": ":".join(map(shlex.quote, job.path)),
        "environment": [f"export {name}={shlex.quote(value)}" for name, value in site.environment.items()],
        "launcher": _quoted([launcher[0], *srun, *launcher[1:]]),
        "command": _quoted(job.commands[0]),
        "requeues": str(site.requeues),
        "resume": shlex.quote(resume + job.resume),
    }
    tasks: list[dict[str, str | list[str]]] = [
        {"index": str(k), "words": _quoted(command)} for k, command in enumerate(job.commands)
    ]
    setup: list[dict[str, str | list[str]]] = [
        {"line": shlex.quote(line), "call": SETUP_MAY_FAIL if optional else 'eval "$line"'}
        for line, optional in site.setup_lines
    ]
    return fill(TEMPLATE.read_text(encoding="utf-8"), conditions, values, {"task": tasks, "setup": setup})


def _quoted(words: Iterable[str]) -> list[str]:
    return [shlex.quote(word) for word in words]


def _srun(job: Job) -> list[str]:
    """Return the options for every srun; those of the profile come later and override them.

    All ranks exit with 75 when they stop, so the first one to exit must not end the others. But where one is killed,
    the ranks that wait for it are ended a minute later (workers of Dask do not wait). Since version 22.05, srun does
    not inherit the number of threads per rank from the job.
    """
    threads = job.site.cpus_per_rank
    wait = "--wait=0" if job.elastic else "--wait=60"
    return ["--export=ALL", "--kill-on-bad-exit=0", wait, *([] if threads is None else [f"--cpus-per-task={threads}"])]
