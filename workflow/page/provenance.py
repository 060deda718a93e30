"""How the numbers of a run came about: hosts, versions, commands, the methods paragraph and its references."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from landsweep.base.errors import RESTORE, UserError, reading
from landsweep.base.text import duration
from landsweep.disk.opened import OpenedRun
from landsweep.report.methods import methods
from landsweep.stages import words

SAID = ("host", "processor", "platform", "executor", "ranks", "dtype", "job", "git")
"""These entries of a session are facts; what differs between sessions is listed."""


def provenance_of(run: OpenedRun) -> dict[str, Any]:
    """Return the provenance of a run as the page reads it.

    Raises
    ------
    Damaged
        Where ``provenance.json`` cannot be read.
    """
    with reading(run.directory.provenance, RESTORE):
        paragraph, _, bibtex = _methods(run).partition("\n\n")
        sessions = run.directory.read_provenance()["sessions"]
        commands = list(dict.fromkeys(shlex.join(map(str, s["command"])) for s in sessions if s.get("command")))
        return {
            "facts": _facts(run, sessions),
            "commands": commands,
            "methods": paragraph.strip(),
            "bibtex": bibtex.strip(),
        }


def _facts(run: OpenedRun, sessions: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    facts = [["run directory", str(run.path.resolve())], ["problem", run.study.problem.path]]
    facts += [[name, text] for name in SAID if (text := _different(s.get(name) for s in sessions))]
    versions = {name for session in sessions for name in session.get("versions", {})}
    for name in sorted(versions, key=lambda name: (name != "landsweep", name != "python", name)):
        facts.append([f"version of {name}", _different(s.get("versions", {}).get(name) for s in sessions)])
    for session in sessions:
        seconds = session.get("seconds")
        took = f", {duration(seconds)}" if seconds is not None else ""
        facts.append(["session", f"{session.get('started', '?')}{took}: {session.get('outcome', 'killed or running')}"])
    return facts


def _methods(run: OpenedRun) -> str:
    try:
        return methods(run.directory, [stage.methods for stage in words()])
    except UserError as error:
        return str(error)
    except IndexError:  # no session yet
        return ""


def _different(values: Iterable[Any]) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in values if value not in (None, "")))
