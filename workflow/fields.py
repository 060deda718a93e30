"""Merge trees of arrays in files, without a study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from landsweep.errors import UserError
from landsweep.executors import Executor
from landsweep.executors.group import Group
from landsweep.kernels.blocks import Blocks
from landsweep.kernels.connectivity import REPRESENTATIONS, default_connectivity
from landsweep.kernels.tree import MergeTree
from landsweep.reduction import Read
from landsweep.representations import tree_of
from landsweep.rundir import atomic
from landsweep.show import size
from landsweep.study import Topology
from landsweep.yamlfile import nearest


@dataclass(frozen=True)
class Options:
    """What ``landsweep tree`` is told besides the field."""

    array: str | None = None
    connectivity: str | None = None
    negate: bool = False
    min_persistence: float = 0.0
    engine: str = "native"
    block: int = 2**24
    threads: int = 1
    out: Path | None = None
    top: int = 10


@dataclass(frozen=True)
class Field:
    """An array that can be read in boxes."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    read: Read


def open_field(path: Path, array: str | None = None) -> Field:
    """Open an array without reading it; an ``.npz`` is read whole.

    Raises
    ------
    UserError
        Where there is no such file, or no such array in it.
    """
    if not path.exists():
        raise UserError(f"{path} does not exist, expected an .npy, .npz or .zarr file.")
    if path.suffix == ".npy":
        data = _opened(path, lambda: np.load(path, mmap_mode="r", allow_pickle=False))
        return Field(path.name, data.shape, data.dtype, lambda box: np.array(data[box]))
    if path.suffix == ".npz":
        with _opened(path, lambda: np.load(path, allow_pickle=False)) as arrays:
            name = _choose(path, arrays.files, array)
            whole = _opened(path, lambda: arrays[name])
        return Field(f"{path.name}:{name}", whole.shape, whole.dtype, lambda box: whole[box])
    if (path / "zarr.json").exists() or (path / ".zarray").exists() or (path / ".zgroup").exists():
        return _open_zarr(path, array)
    raise UserError(f"{path} is of no known kind, expected an .npy, .npz or .zarr file.")


def _opened(path: Path, load):  # type: ignore[no-untyped-def]  # whatever load returns
    try:
        return load()
    except (ValueError, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}), expected an array of numbers.") from None


def _choose(path: Path, names: list[str], wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        got = "no --array was given" if wanted is None else f"it has no array {wanted!r}"
        hint = nearest(wanted, names) if wanted else ""
        raise UserError(f"{path} holds {', '.join(names) or 'nothing'} and {got}: name one with --array{hint or '.'}")
    return wanted


def _open_zarr(path: Path, array: str | None) -> Field:
    import zarr

    found = zarr.open(path, mode="r")
    if isinstance(found, zarr.Group):
        names = [name for name, a in found.arrays() if a.ndim and a.dtype.kind in "biuf"]
        found = found[_choose(path, names, array)]
    assert isinstance(found, zarr.Array)
    data = found
    return Field(path.name, data.shape, data.dtype, lambda box: np.asarray(data[box]))


def tree(path: Path, options: Options, executor: Executor) -> MergeTree | None:
    """Compute, print and write the merge tree of a file; called on every rank, returns the tree on the root."""
    field = executor.on_root(lambda: _describe(path, options))
    opened = open_field(path, options.array)
    connectivity = options.connectivity or default_connectivity(len(field[0]))
    study = Topology(engine=options.engine)
    limit = min(options.block, -(-int(np.prod(opened.shape)) // executor.size))
    blocks = Blocks.of(opened.shape, options.block if executor.size == 1 else max(1, limit))

    def work(group: Group) -> MergeTree | None:
        return tree_of(
            opened.read,
            opened.shape,
            connectivity,
            study,
            negate=options.negate,
            group=group,
            blocks=blocks,
            threads=options.threads,
        )

    with executor.group() as group:
        try:
            found = work(group)
        except ValueError as error:
            failure = UserError(f"{path}: {error}")
            failure.collective = True
            raise failure from None
    if found is not None:
        found = found.simplify(options.min_persistence)
        if options.out is not None:
            with atomic(options.out) as partial, partial.open("wb") as handle:
                np.savez_compressed(handle, **found.to_arrays())  # type: ignore[arg-type]  # names are ours
        print(report(opened, found, options, blocks))
    return found


def _describe(path: Path, options: Options) -> tuple[tuple[int, ...], str]:
    """Return shape and dtype, having checked what can be wrong before all ranks begin."""
    field = open_field(path, options.array)
    if not field.shape:
        raise UserError(f"{path} has no merge tree: got a single value, expected an array of 1 to 6 axes.")
    if 0 in field.shape:
        raise UserError(f"{path} has no merge tree: got shape {field.shape}, expected at least one vertex.")
    if options.engine not in ("native", "ttk", "auto"):
        raise UserError(f"--engine is {options.engine!r}, expected native, ttk or auto.")
    if options.connectivity is not None and options.connectivity not in REPRESENTATIONS:
        raise UserError(
            f"--connectivity is {options.connectivity!r}, expected one of {', '.join(REPRESENTATIONS)}"
            f"{nearest(options.connectivity, list(REPRESENTATIONS)) or '.'}"
        )
    return field.shape, str(field.dtype)


def report(field: Field, tree: MergeTree, options: Options, blocks: Blocks) -> str:
    """Return what ``landsweep tree`` prints."""
    grid = " x ".join(map(str, field.shape))
    n_bytes = int(np.prod(field.shape)) * field.dtype.itemsize
    low, high = tree.value_range
    one, many = ("maximum", "maxima") if tree.negate else ("minimum", "minima")
    cut = "1 block" if len(blocks) == 1 else f"{len(blocks)} blocks"
    lines = [
        f"{field.name}: {grid} {field.dtype} ({size(n_bytes)}), {tree.connectivity}, {cut}",
        f"values {low:.6g} to {high:.6g}" + (f", {tree.n_nonfinite} not finite" if tree.n_nonfinite else ""),
        f"{len(tree.minima)} {many}, {len(tree.saddles)} saddles, {len(tree.pairs)} pairs"
        + (f" of persistence >= {options.min_persistence:g}" if options.min_persistence else ""),
    ]
    order = np.argsort(-tree.lifetimes, kind="stable")[: options.top]
    if len(order):
        lines.append(f"{'persistence':>12} {'birth':>12} {'death':>12}  {one} -> saddle")
    for k in order.tolist():
        ends = [tuple(int(i) for i in np.unravel_index(v, field.shape)) for v in tree.pairs[k].tolist()]
        birth, death = tree.pair_values[k]
        lines.append(f"{tree.lifetimes[k]:>12.6g} {birth:>12.6g} {death:>12.6g}  {ends[0]} -> {ends[1]}")
    if len(order) < len(tree.pairs):
        lines.append(f"... and {len(tree.pairs) - len(order)} more (--top)")
    if options.out is not None:
        lines.append(f"written to {options.out}")
    return "\n".join(lines)
