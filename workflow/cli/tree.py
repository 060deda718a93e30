"""Merge trees of arrays in files, without a study."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.text import size
from landsweep.base.yamlfile import nearest
from landsweep.disk.rundir import atomic
from landsweep.distributed.representations import tree_of
from landsweep.executors.executor import Executor
from landsweep.executors.group import Group
from landsweep.kernels.geometry.blocks import Blocks, Read
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS, default_connectivity
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.study import Topology


@dataclass(frozen=True)
class Options:
    """What ``landsweep tree`` is told besides the field."""

    array: str | None = None
    connectivity: str | None = None
    negate: bool = False
    min_persistence: float = 0.0
    k: int = 8
    mutual: bool = False
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
    if path.is_file():
        if path.suffix not in (".npy", ".npz"):
            raise UserError(f"{path} is of no known kind, expected an .npy, .npz or .zarr file.")
        data = _readable(path, lambda: np.load(path, mmap_mode="r", allow_pickle=False))
        if isinstance(data, np.ndarray):
            _alone(path, array)
            return Field(path.name, data.shape, data.dtype, lambda box: _readable(path, lambda: np.array(data[box])))
        with data as arrays:
            name = _choose(path, arrays.files, array)
            whole = _readable(path, lambda: arrays[name])
        return Field(f"{path.name}:{name}", whole.shape, whole.dtype, lambda box: whole[box])
    if any((path / name).exists() for name in ("zarr.json", ".zarray", ".zgroup")):
        return _open_zarr(path, array)
    raise UserError(f"{path} is of no known kind, expected an .npy, .npz or .zarr file.")


def _readable(path: Path, load: Callable[[], Any]) -> Any:
    """Call ``load``; whatever NumPy, Zarr or a codec finds wrong with a file becomes a sentence."""
    try:
        return load()
    except Exception as error:
        reason = "it holds Python objects" if "pickle" in str(error) else str(error).strip().partition("\n")[0]
        raise UserError(
            f"{path} cannot be read ({reason or type(error).__name__}), expected an array of numbers."
        ) from error


def _alone(path: Path, array: str | None) -> None:
    if array is not None:
        raise UserError(f"--array is {array!r}, but {path} holds one array without a name: leave it out.")


def _choose(path: Path, names: list[str], wanted: str | None) -> str:
    if not names:
        raise UserError(f"{path} holds no array of numbers, expected at least one.")
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        got = "no --array was given" if wanted is None else f"it has no array {wanted!r}"
        hint = nearest(wanted, names) if wanted else ""
        raise UserError(f"{path} holds {', '.join(sorted(names))} and {got}: name one with --array{hint or '.'}")
    return wanted


def _open_zarr(path: Path, array: str | None) -> Field:
    import zarr

    found, name = _readable(path, lambda: zarr.open(path, mode="r")), path.name
    if isinstance(found, zarr.Group):
        arrays = _readable(path, lambda: dict(found.members(max_depth=None)))
        names = [n for n, a in arrays.items() if isinstance(a, zarr.Array) and a.ndim and a.dtype.kind in "biuf"]
        chosen = _choose(path, names, array)
        found, name = arrays[chosen], f"{name}:{chosen}"
    else:
        _alone(path, array)
    return Field(name, found.shape, found.dtype, lambda box: _readable(path, lambda: np.asarray(found[box])))


def tree(path: Path, options: Options, executor: Executor) -> MergeTree | None:
    """Compute, print and write the merge tree of a file; called on every rank, returns the tree on the root."""
    field = executor.on_root(lambda: _describe(path, options))
    opened = open_field(path, options.array)
    connectivity = options.connectivity or default_connectivity(len(field[0]))
    study = Topology(k=options.k, mutual=options.mutual, engine=options.engine)
    limit = min(options.block, -(-int(np.prod(opened.shape)) // executor.size))
    blocks = Blocks.of(opened.shape, options.block if executor.size == 1 else max(1, limit))
    if connectivity == "knn":
        blocks = Blocks(opened.shape, opened.shape)  # its graph is not cut

    def work(group: Group) -> MergeTree | None:
        return tree_of(
            opened.read,
            opened.shape,
            connectivity,
            study,
            negate=options.negate,
            group=group,
            blocks=blocks,
            volumes=options.out is not None,
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
        print(report(opened, found, options, blocks), flush=True)
        if options.out is not None:
            _write(options.out, found)
    return found


def _write(out: Path, tree: MergeTree) -> None:
    try:
        with atomic(out) as partial, partial.open("wb") as handle:
            np.savez_compressed(handle, **tree.to_arrays())  # type: ignore[arg-type]  # names are ours
    except OSError as error:
        raise UserError(f"Cannot write {out} ({error.strerror}): expected a folder that can be written.") from error
    print(f"written to {out}")


def _check_out(path: Path, out: Path) -> None:
    """Refuse what would fail only after the tree is computed, or overwrite the field."""
    field, target = path.resolve(), out.resolve()
    if target == field or field in target.parents:
        raise UserError(f"--out {out} would overwrite the field {path}, expected another file.")
    if target.is_dir() or out.suffix != ".npz":
        raise UserError(f"--out is {str(out)!r}, expected the name of an .npz file.")
    folder = next(p for p in target.parents if p.exists())
    if not os.access(folder, os.W_OK):
        raise UserError(f"--out {out} cannot be written, expected a folder that can be: {folder} cannot.")


def _describe(path: Path, options: Options) -> tuple[tuple[int, ...], str]:
    """Return shape and dtype, having checked what can be wrong before all ranks begin."""
    field = open_field(path, options.array)
    if not field.shape:
        raise UserError(f"{path} has no merge tree: got a single value, expected an array of 1 to 6 axes.")
    if 0 in field.shape:
        raise UserError(f"{path} has no merge tree: got shape {field.shape}, expected at least one vertex.")
    if options.out is not None:
        _check_out(path, options.out)
    if options.engine not in ("native", "ttk", "auto"):
        raise UserError(f"--engine is {options.engine!r}, expected native, ttk or auto.")
    if options.connectivity is not None and options.connectivity not in REPRESENTATIONS:
        raise UserError(
            f"--connectivity is {options.connectivity!r}, expected one of {', '.join(REPRESENTATIONS)}"
            f"{nearest(options.connectivity, list(REPRESENTATIONS)) or '.'}"
        )
    if options.connectivity == "knn" and 1 < (points := int(np.prod(field.shape))) <= options.k:
        raise UserError(f"--k is {options.k}, expected fewer than the field's {points} points.")
    return field.shape, str(field.dtype)


def _count(n: int, one: str) -> str:
    many = one.removesuffix("um") + "a" if one.endswith("um") else f"{one}s"
    return f"{n} {one if n == 1 else many}"


def report(field: Field, tree: MergeTree, options: Options, blocks: Blocks) -> str:
    """Return what ``landsweep tree`` prints."""
    grid = " x ".join(map(str, field.shape))
    n_bytes = int(np.prod(field.shape)) * field.dtype.itemsize
    low, high = tree.value_range
    one = "maximum" if tree.negate else "minimum"
    cut = "1 block" if len(blocks) == 1 else f"{len(blocks)} blocks"
    lines = [
        f"{field.name}: {grid} {field.dtype} ({size(n_bytes)}), {tree.connectivity}, {cut}",
        f"values {low + 0.0:.6g} to {high + 0.0:.6g}"
        + (f", {tree.n_nonfinite} not finite" if tree.n_nonfinite else ""),
        f"{_count(len(tree.minima), one)}, {_count(len(tree.saddles), 'saddle')}, {_count(len(tree.pairs), 'pair')}"
        + (f" of persistence >= {options.min_persistence:g}" if options.min_persistence else ""),
    ]
    order = np.argsort(-tree.lifetimes, kind="stable")[: options.top]
    if len(order):
        lines.append(f"{'persistence':>12} {'birth':>12} {'death':>12}  {one} -> saddle")
    for k in order.tolist():
        ends = [tuple(int(i) for i in np.unravel_index(v, field.shape)) for v in tree.pairs[k].tolist()]
        birth, death = tree.pair_values[k]
        lines.append(f"{tree.lifetimes[k]:>12.6g} {birth + 0.0:>12.6g} {death + 0.0:>12.6g}  {ends[0]} -> {ends[1]}")
    if len(order) < len(tree.pairs):
        lines.append(f"... and {len(tree.pairs) - len(order)} more (--top)")
    return "\n".join(lines)
