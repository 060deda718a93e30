"""The speed of a finished run, from the logs of its ranks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from landsweep.disk.rundir import RunDir


@dataclass(frozen=True)
class Measurement:
    """The measured speed of one run.

    Parameters
    ----------
    ranks, gpus, nodes
        The numbers of ranks and GPUs that worked, and the names of the nodes.
    seconds
        The seconds from the start of the first process to the end of the last stage.
    startup, compute, files, wait
        The same seconds, as means over ranks, in parts that add up: until the first stage begins; in items, without
        files; in items, on files; and the rest, which is waiting for other ranks and for work that one rank does alone.
    stages
        The seconds of each stage, from its beginning to its end.
    points
        The number of points of landscapes that were evaluated.
    session
        Versions, commit, processor, platform, host and time, as in ``provenance.json``.
    """

    ranks: int
    gpus: int
    nodes: tuple[str, ...]
    seconds: float
    startup: float
    compute: float
    files: float
    wait: float
    stages: dict[str, float]
    points: int
    session: dict[str, Any] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """The points per second of all ranks together while landscapes were evaluated."""
        return self.points / self.stages["evaluate"] if self.stages.get("evaluate") else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the measurement as plain data."""
        return asdict(self) | {"points_per_second": self.rate}


class NotMeasured(Exception):
    """A run has no time that could stand in a table; the text says why."""


KEPT = ("started", "host", "platform", "processor", "versions", "git", "executor", "job")
"""These entries of a session's provenance are kept with a measurement."""


def measure(run: RunDir) -> Measurement:
    """Return the speed of a run that one session did from beginning to end.

    Raises
    ------
    NotMeasured
        Where the run is not complete, took several sessions, or ran no stage.
    """
    if not run.provenance.exists():
        raise NotMeasured("not run")
    sessions = run.read_provenance()["sessions"]
    if len(sessions) > 1:
        raise NotMeasured(f"in {len(sessions)} sessions")
    (session,) = sessions
    if session.get("outcome") != "done":
        raise NotMeasured(str(session.get("outcome", "did not end")).replace("_", " "))
    logs = [_events(path.read_text()) for path in sorted(run.logs.glob("rank*.jsonl"))]
    root = logs[0]
    elastic = any(event["event"] == "RankStarted" and event["rank"] for event in root)
    started = [event for log in logs for event in log if event["event"] == "RankStarted"]
    workers = [event for event in started if event["rank"] or not elastic]
    ranks = len(workers)
    began = min(event["time"] - event["seconds"] for event in started if event["rank"] == 0 or not elastic)
    stages: dict[str, float] = {}
    for event in root:
        if event["event"] == "StageFinished":
            stages[event["stage"]] = stages.get(event["stage"], 0.0) + event["seconds"]
    if not stages:
        raise NotMeasured("without a stage")
    first = min(event["time"] for event in root if event["event"] == "StageStarted")
    last = max(event["time"] for event in root if event["event"] == "StageFinished")
    work = [event for log in logs for event in log if event["event"] in ("ItemDone", "Helped")]
    busy, files = (sum(event[name] for event in work) / ranks for name in ("seconds", "file_seconds"))
    return Measurement(
        ranks=ranks,
        gpus=max((event["gpus"] for event in root if event["event"] == "Hardware"), default=0),
        nodes=tuple(sorted({event["host"] for event in workers})),
        seconds=last - began,
        startup=first - began,
        compute=busy - files,
        files=files,
        wait=last - first - busy,
        stages=stages,
        points=sum(e["work"] for e in work if e["event"] == "ItemDone" and e["stage"] == "evaluate"),
        session={name: session.get(name) for name in KEPT},
    )


def _events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]
