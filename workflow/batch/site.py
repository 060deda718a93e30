"""A site profile: the settings for a cluster, as data (``jobs/sites/*.yaml``, or a user's own file)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from landsweep.base import yamlfile
from landsweep.base.errors import UserError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

_OPTION = re.compile(r"[a-z][a-z0-9-]*\Z")
"""The pattern matches the name of an option of sbatch, without its dashes."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
"""The pattern matches the name of an environment variable."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""The pattern matches a control character, such as one that would end a line of the script."""
_TIME = re.compile(r"(?:(\d+)-(\d+)(?::(\d+))?(?::(\d+))?|(\d+)(?::(\d+))?(?::(\d+))?)\Z")
"""The pattern matches a time limit as Slurm writes it, such as 04:00:00 or 1-00:00:00."""
OURS = {
    "job-name", "nodes", "ntasks-per-node", "cpus-per-task", "gpus-per-node", "time", "account", "partition", "qos",
    "constraint", "signal", "requeue", "no-requeue", "open-mode", "output", "error", "array", "dependency", "chdir",
}  # fmt: skip
"""These options of sbatch have a key of their own in a site profile, or the script depends on them."""


def seconds_of(time: str) -> int:
    """Return the seconds in a time as Slurm writes it: MM, MM:SS, HH:MM:SS, D-HH, D-HH:MM or D-HH:MM:SS.

    Raises
    ------
    ValueError
        Where the text is none of these, or the time is 0.
    """
    found = _TIME.match(time)
    if found is None:
        raise ValueError(f"time is {time!r}, expected minutes, HH:MM:SS or D-HH:MM:SS")
    days, hours, minutes, seconds, a, b, c = (None if g is None else int(g) for g in found.groups())
    if days is not None:
        total = ((days * 24 + (hours or 0)) * 60 + (minutes or 0)) * 60 + (seconds or 0)
    elif c is not None:
        total = ((a or 0) * 60 + (b or 0)) * 60 + c
    else:
        total = (a or 0) * 60 + (b or 0)
    if total <= 0:
        raise ValueError(f"time is {time!r}, expected more than nothing")
    return total


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Line = Annotated[str, BeforeValidator(_text)]
"""A value of this type is one line of text; whole numbers are taken as text."""


def _leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of nested mappings and lists with its dotted name."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _leaves(value, path)
    else:
        yield path, data


class Site(BaseModel):
    """The settings for a cluster; every field's ``description`` completes the sentence "expected ..."."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field("", description="a line about the site")
    scheduler: Literal["slurm", "none"] = Field("slurm", description="slurm, or none for this machine")
    nodes: int = Field(1, ge=1, description="a whole number of at least 1")
    max_nodes: int | None = Field(None, ge=1, description="a whole number of at least 1, or null")
    ranks_per_node: int = Field(1, ge=1, description="a whole number of at least 1: processes, one per GPU or core")
    cpus_per_rank: int | None = Field(None, ge=1, description="a whole number of at least 1, or null")
    gpus_per_node: int = Field(0, ge=0, description="a whole number of at least 0")
    time: Line = Field("01:00:00", description="a time such as 04:00:00 or 1-00:00:00")
    max_time: Line | None = Field(None, description="the longest time a job may ask for, or null")
    account: Line | None = Field(None, description="the account that pays, or null")
    account_required: bool = Field(False, description="true where jobs without an account are refused, or false")
    account_suffix: Line = Field("", description="the end of every account's name here, such as _g")
    partition: Line | None = Field(None, description="a partition, or null for the site's default")
    qos: Line | None = Field(None, description="a quality of service, or null for the site's default")
    constraint: Line | None = Field(None, description="features that nodes must have, or null")
    directives: dict[str, bool | Line] = Field(
        default_factory=dict, description="a mapping from further options of sbatch to their values (true: none)"
    )
    grace: int = Field(120, ge=1, description="seconds, at least 1, between the warning and the time limit")
    requeues: int = Field(10, ge=0, description="a whole number of at least 0: how often a job asks to be run again")
    setup: tuple[Line | dict[Literal["optional"], Line], ...] = Field(
        (), description="a list of shell lines that run before anything else, each of them LINE or {optional: LINE}"
    )
    environment: dict[str, Line] = Field(default_factory=dict, description="a mapping from variable to value")
    launcher: tuple[Line, ...] = Field(
        ("srun",), min_length=1, description="a list: the program that starts the ranks and its arguments"
    )
    python: Line | None = Field(None, description="the Python on the nodes, or null for the one that submits")
    interface: Line | None = Field(None, description="the network of Dask's workers, such as ib0, or null")
    cpu_site: str | None = Field(None, description="the profile for stages that need no GPU, or null")
    software: tuple[Line, ...] = Field((), description="a list of folders from which many nodes can load programs")
    start_seconds: float = Field(60.0, ge=0, description="seconds of a job that do no work: prologue, imports")
    max_array: int = Field(50, ge=1, description="a whole number of at least 1: the longest job array")

    @property
    def seconds(self) -> int:
        """The time limit in seconds."""
        return seconds_of(self.time)

    @property
    def setup_lines(self) -> tuple[tuple[str, bool], ...]:
        """The lines of ``setup``, each with whether it may fail."""
        return tuple(
            (entry, False) if isinstance(entry, str) else (line, True)
            for entry in self.setup
            for line in ([entry] if isinstance(entry, str) else entry.values())
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, value in _leaves(self.model_dump()):
            if isinstance(value, str) and _CONTROL.search(value):  # it would end a line of the script
                raise ValueError(f"{name} is {value!r}, expected text on one line")
        for name in ("time", "max_time"):
            if (value := getattr(self, name)) is not None:
                seconds_of(value)
        for option in self.directives:
            if not _OPTION.match(option):
                raise ValueError(f"directives has {option!r}, expected a long option of sbatch such as mail-type")
            if option in OURS:
                raise ValueError(
                    f"directives has {option!r}, which landsweep sets: expected the key of its own, or none"
                )
        memory = [option for option in self.directives if option == "mem" or option.startswith("mem-per-")]
        if len(memory) > 1:
            raise ValueError(f"directives has {' and '.join(memory)}, expected at most one limit of memory")
        for name in self.environment:
            if not _VARIABLE.match(name):
                raise ValueError(f"environment has {name!r}, expected the name of a variable")
        return self


def builtin_sites() -> list[str]:
    """Return the names of the profiles that come with landsweep."""
    folder = resources.files("landsweep.jobs.sites")
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


def load_site(name: str, overrides: Sequence[str] = ()) -> Site:
    """Return a profile by name, or from a user's own file, with ``KEY=VALUE`` overrides.

    Raises
    ------
    UserError
        Where there is no such profile, or a key or value is wrong.
    """
    names = builtin_sites()
    if name in names:
        data = yamlfile.read(Path(str(resources.files("landsweep.jobs.sites") / f"{name}.yaml")))
    elif name.endswith((".yaml", ".yml")) or "/" in name:
        data = yamlfile.read(Path(name), "a site profile, such as those in jobs/sites")
    else:
        raise UserError(
            f"--site is {name!r}, expected {', '.join(names)} or the path of a profile (YAML)"
            f"{yamlfile.nearest(name, names) or '.'}"
        )
    try:
        return Site.model_validate(yamlfile.with_overrides(data, tuple(overrides), "--site-set"))
    except ValidationError as error:
        raise UserError(f"site {name}: {yamlfile.sentence(error, Site)}") from None
