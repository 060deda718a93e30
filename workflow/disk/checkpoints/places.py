"""Which files a checkpoint consists of: one, or those of a folder. Nothing heavy is imported here."""

from __future__ import annotations

import json
from pathlib import Path

METADATA = ".metadata"
"""The file that describes a folder of ``torch.distributed.checkpoint``."""
INDICES = (".safetensors.index.json", ".bin.index.json")
"""Names of files end so that say which file of a folder of Hugging Face holds which tensor."""
WEIGHTS = ("model.safetensors", "diffusion_pytorch_model.safetensors", "pytorch_model.bin")
"""The file with the weights has one of these names in a folder of Hugging Face."""
ENDINGS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
"""Weights are in files whose names end so, the first kind preferred."""


def files(path: Path) -> list[Path]:
    """Return the files that are read of a checkpoint; what describes the others comes first.

    Raises
    ------
    FileNotFoundError
        Where the path, or a file that belongs to it, does not exist.
    ValueError
        Where it is a folder of none of the forms that are known.
    """
    if path.name.endswith(INDICES):
        return _indexed(path)
    if not path.is_dir():
        if not path.exists():
            raise FileNotFoundError(2, "no such file", str(path))
        return [path]
    if (path / METADATA).is_file():
        return [path / METADATA, *sorted(path.glob("*.distcp"))]
    for ending in INDICES:
        if found := sorted(path.glob(f"*{ending}")):
            return _indexed(_only(path, found))
    for name in WEIGHTS:
        if (path / name).is_file():
            return [path / name]
    if (path / "zero_to_fp32.py").is_file():
        raise ValueError("DeepSpeed has left parts of the weights in it: join them with its zero_to_fp32.py")
    if (path / "adapter_config.json").is_file():
        raise ValueError("it holds an adapter without its network: merge them (merge_and_unload) and save the whole")
    for ending in ENDINGS:
        if found := sorted(path.glob(f"*{ending}")):
            return [_only(path, found)]
    raise ValueError(f"it is a folder without {', '.join(WEIGHTS)} or {METADATA}")


def named(folder: Path, value: str) -> dict[str, Path]:
    """Return the files of a checkpoint under names that do not depend on where ``folder`` lies; none if it is broken.

    Whoever reads it says what is wrong with it.
    """
    path = folder / value
    try:
        found = files(path)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {value if file == path else f"{value}/{file.name}": file for file in found}


def _only(folder: Path, found: list[Path]) -> Path:
    if len(found) > 1:
        raise ValueError(f"it is a folder with {len(found)} of them, {', '.join(p.name for p in found[:3])}: name one")
    return found[0]


def _indexed(index: Path) -> list[Path]:
    names = sorted(set(json.loads(index.read_text())["weight_map"].values()))
    found = [index.parent / Path(name).name for name in names]
    for file in found:
        if not file.is_file():
            raise FileNotFoundError(2, "no such file", str(file))
    return [index, *found]
