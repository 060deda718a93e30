"""Batch scripts: one pure function from a job to its text.

What a user or a path says reaches the program as data: it is quoted for the shell, or for sbatch. Lines of a profile's
``setup`` alone are shell.
"""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from landsweep.base.errors import Exit
from landsweep.batch.site import Site

JOURNAL = "jobs.log"
"""Beside the script: one line when a job begins, asks to be run again, or ends."""
KILLED_BY_USR2 = 128 + signal.SIGUSR2


@dataclass(frozen=True)
class Job:
    """One batch job of a run.

    Parameters
    ----------
    name
        Letters, digits, ``.``, ``_`` and ``-``.
    title
        What the first line of the script says, on one line.
    site
        Where it runs, every override applied.
    commands
        The program and its arguments, as data; one for each task where the job is an array.
    path
        Folders to find programs in before all others.
    resume
        What a person types to go on.
    last
        Whether it is the last of its run: only then failed models make it a failed job.
    array
        Whether each command is a task of an array.
    once
        Further arguments for the first life of the job alone.
    elastic
        Whether the others go on where a rank is killed.
    """

    name: str
    title: str
    site: Site
    commands: tuple[tuple[str, ...], ...]
    path: tuple[str, ...]
    resume: str
    last: bool = True
    array: bool = False
    once: tuple[str, ...] = ()
    elastic: bool = False

    @property
    def ranks(self) -> int:
        """Processes of the job."""
        return self.site.nodes * self.site.ranks_per_node


def sbatch_quote(value: str) -> str:
    """Quote a value for a ``#SBATCH`` line, where sbatch takes words apart by itself."""
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
    """Return the whole script.

    It runs in the folder it lies in, writes ``jobs.log`` there, and ends with the program's exit status, except that
    75 (stopped but resumable) asks Slurm to run the job again, ``site.requeues`` times at most.
    """
    return "\n".join(_lines(job)) + "\n"


def _lines(job: Job) -> Iterator[str]:
    site, slurm = job.site, job.site.scheduler == "slurm"
    yield "#!/bin/bash"
    yield f"# landsweep: {' '.join(''.join(c if c.isprintable() else ' ' for c in job.title).split())}"
    if slurm:
        for name, value in directives(job).items():
            yield f"#SBATCH --{name}" + ("" if value is None else f"={sbatch_quote(value)}")
    yield ""
    yield f"job={_id(job)}"
    yield "restart=${SLURM_RESTART_COUNT:-0}"
    yield "here=$PWD"
    yield "note() {"
    yield f'  printf \'%s %s %s %s\\n\' "$job" "$restart" "$(date +%s)" "$*" >> "$here/{JOURNAL}"'
    yield "}"
    yield "# The ranks get USR2 before the time limit and TERM at preemption, finish what they have in hand, and exit"
    yield f"# with {Exit.STOPPED:d}. This shell outlives both, to look at the status."
    yield "warned=''"
    yield "trap 'warned=yes' USR2 TERM"
    if site.setup:
        yield ""
        yield from site.setup
        yield 'set +eu; cd "$here" || exit 1 # whatever those lines have changed'
    yield ""
    if job.path:
        yield f"export PATH={':'.join(map(shlex.quote, job.path))}:$PATH"
    yield "export PYTHONSAFEPATH=1 # nothing that lies in this folder is imported"
    for name, value in site.environment.items():
        yield f"export {name}={shlex.quote(value)}"
    yield ""
    yield from _program(job)
    yield 'note begin "${SLURM_JOB_NODELIST:-$(hostname)}"'
    yield "echo \"landsweep: job $job, restart $restart, on ${SLURM_JOB_NODELIST:-$(hostname)}, $(date '+%F %T')\""
    yield ""
    yield f"status={Exit.STOPPED:d}"
    yield 'if [ -z "$warned" ]; then'
    yield '  "${program[@]}" # in the foreground: bash may lose the status of what it waits for when a signal comes'
    yield "  status=$?"
    yield "fi"
    yield f"[ $status -ne {KILLED_BY_USR2} ] || status={Exit.STOPPED:d} # the warning came before a rank could take it"
    yield ""
    yield from _requeue(job) if slurm else _stopped(job)
    if not job.last:
        yield f"if [ $status -eq {Exit.FAILED_MEMBERS:d} ]; then"
        yield "  status=0 # some models failed: what follows works on the others, and the last job says so"
        yield "fi"
    yield 'note end "$status"'
    yield 'exit "$status"'


def _program(job: Job) -> Iterator[str]:
    """Put the words of the program into an array."""
    launcher = [word.replace("{ranks}", str(job.ranks)) for word in job.site.launcher]
    yield "program=("
    yield from _words([launcher[0], *(_srun(job) if Path(launcher[0]).name == "srun" else ()), *launcher[1:]])
    if job.array:
        yield ")"
        yield "case $SLURM_ARRAY_TASK_ID in"
        for index, command in enumerate(job.commands):
            yield f"  {index}) program+=("
            yield from _words(command)
            yield "  ) ;;"
        yield "esac"
    else:
        yield from _words(job.commands[0])
        yield ")"
    if job.once:
        yield f'[ "$restart" -ne 0 ] || program+=({shlex.join(job.once)})'


def _id(job: Job) -> str:
    if job.site.scheduler != "slurm":
        return "local-$$"
    return "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" if job.array else "$SLURM_JOB_ID"


def _words(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield f"  {shlex.quote(word)}"


def _srun(job: Job) -> Iterator[str]:
    """Yield what every srun is told; what the profile says comes later and wins.

    All ranks exit with 75 when they stop, so the first to do so must not end the others; but where one is killed, those
    that wait for it end a minute later (workers of Dask do not wait). Since version 22.05 srun does not take from the
    job how many threads a rank has.
    """
    yield "--kill-on-bad-exit=0"
    yield "--wait=0" if job.elastic else "--wait=60"
    if job.site.cpus_per_rank is not None:
        yield f"--cpus-per-task={job.site.cpus_per_rank}"


def _requeue(job: Job) -> Iterator[str]:
    """Ask to be run again after a stop, unless someone cancelled the job or it is another life of it that runs."""
    most, resume = job.site.requeues, shlex.quote("landsweep: everything finished is kept; to go on: " + job.resume)
    yield f"if [ $status -eq {Exit.STOPPED:d} ]; then"
    yield "  for pause in 1 5 20 0; do"
    yield '    state=$(scontrol show job --oneliner "$job") && break'
    yield '    sleep "$pause"'
    yield "  done"
    yield f'  asked=$(grep -c "^$job [0-9]* [0-9]* requeue" "$here/{JOURNAL}")'
    yield '  if [ -z "$state" ]; then'
    yield '    echo "landsweep: stopped and not run again: Slurm does not answer"'
    yield '  elif [[ $state != *" JobState=RUNNING "* || $state != *" Restarts=$restart "* ]]; then'
    yield '    echo "landsweep: stopped; Slurm has ended this job, or runs it again by itself"'
    yield f'  elif [ "$asked" -ge {most} ]; then'
    yield '    echo "landsweep: stopped and not run again: it was already requeued $asked times, as often as allowed"'
    yield '  elif note requeue && scontrol requeue "$job"; then'
    yield f'    echo "landsweep: stopped in time and put back into the queue ($((asked + 1)) of {most})"'
    yield '    exit "$status"'
    yield "  else"
    yield '    echo "landsweep: stopped and not run again: it could not be put back into the queue"'
    yield "  fi"
    yield f"  printf '%s\\n' {resume}"
    yield "fi"


def _stopped(job: Job) -> Iterator[str]:
    yield f"if [ $status -eq {Exit.STOPPED:d} ]; then"
    yield f"  printf '%s\\n' {shlex.quote('landsweep: stopped; to go on: ' + job.resume)}"
    yield "fi"
