"""A user's checkpoint into a user's network."""

from __future__ import annotations

from pathlib import Path

from landsweep.disk import weights
from landsweep.disk.checkpoints import formats
from landsweep.disk.checkpoints.match import SWEEP, Matcher, wanted
from torch import nn


def load(
    network: nn.Module, path: Path, key: str | None = None, prefix: str | None = None, section: str = SWEEP
) -> list[str]:
    """Load a checkpoint into ``network`` in place, and return what was stripped, cast or left out, in words.

    Parameters
    ----------
    network
        What ``build`` makes.
    path
        The file or folder.
    key, prefix
        Where the weights are in it, where this has to be said.
    section
        The section of the study that names the file, and may say ``key`` and ``prefix``.

    Raises
    ------
    UserError
        Where the file cannot be read without executing it, or its weights are not those of the network.
    """
    matcher = Matcher(wanted(network), formats.read(path), path, key, prefix, section)
    tensors = matcher.tensors()
    built = {name: t for name, t in weights.state(network).items() if name not in tensors}
    weights.restore(network, built | tensors, path)
    return matcher.notes
