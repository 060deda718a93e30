"""The studies that come with landsweep, which are named without a path."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest


def study_file(path: Path) -> Path:
    """Return a study file's path, or that of the study which comes with landsweep under this name.

    A file of the user's goes first, a folder does not; relative paths in a study that comes along begin at the
    current directory.

    Raises
    ------
    UserError
        Where a name without an ending is neither a file nor a study that comes along.
    """
    if path.is_file() or path.suffix or len(path.parts) != 1:
        return path
    found = {Path(file.name).stem: Path(str(file)) for file in files("landsweep.jobs.studies").iterdir()}
    names = sorted(name for name, file in found.items() if file.suffix == ".yaml")
    if path.name not in names:
        if (path / "study.yaml").is_file():
            raise UserError(f"{path} is a folder, expected a study file: write {path / 'study.yaml'}.")
        raise UserError(
            f"{path} {'is a folder' if path.is_dir() else 'does not exist'} and is no study that comes with landsweep: "
            "expected a study file, make one with "
            f"`landsweep new NAME`, or one of {', '.join(names)}{nearest(path.name, names) or '.'}"
        )
    return found[path.name]
