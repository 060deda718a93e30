"""The files that a study names: checkpoints of its models, and what its subspaces are made from."""

from __future__ import annotations

from pathlib import Path

from landsweep.base.errors import UserError
from landsweep.study import checkpoint_spec
from landsweep.study.patterns import filled
from landsweep.study.plan import make_plan
from landsweep.study.study import Study


def subspace_files(study: Study) -> dict[tuple[str, str, str], None]:
    """Return subspace, key and name of each file that a swept subspace needs, with the values of its members."""
    found: dict[tuple[str, str, str], None] = {}
    members = None
    for subspace in map(str, study.axes["subspace"]):
        for key, name in study.subspaces[subspace].sources:
            if key == "path" or not ("{" in name or "}" in name):
                found[subspace, key, name] = None
                continue
            members = members or make_plan(study).members
            at = (member.coords for member in members if member.coords["subspace"] == subspace)
            found |= {(subspace, key, filled(name, coords)): None for coords in at}
    return found


def check_files(study: Study, folder: Path) -> None:
    """Check before any work that all files are there.

    Raises
    ------
    UserError
        Where one is missing.
    """
    checkpoint_spec.check_files(study.checkpoint_files, folder)
    for subspace, key, name in subspace_files(study):
        file = folder / name
        if not (file.is_file() if key == "path" else file.exists()):
            kinds = ".safetensors, .npz or .npy file with the directions" if key == "path" else "checkpoint"
            raise UserError(
                f"subspaces.{subspace}.{key}: {file} does not exist, expected a {kinds} (relative to the study)."
            )
