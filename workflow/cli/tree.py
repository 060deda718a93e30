"""The command ``landsweep tree``: the merge tree of an array in a file, without a study."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.text import size
from landsweep.base.yamlfile import nearest
from landsweep.disk.fields.opening import Field, open_field
from landsweep.disk.rundir import atomic
from landsweep.distributed.representations import tree_of
from landsweep.executors.executor import Executor
from landsweep.executors.group import Group
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS, default_connectivity
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.study import TopologySpec


@dataclass(frozen=True)
class TreeOptions:
    """The options of ``landsweep tree`` beside the field."""

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
    fill_values: tuple[str, ...] = ()
    raw: bool = False

    def open(self, path: Path) -> Field:
        """Open the field without reading it."""
        return open_field(path, self.array, self.fill_values, raw=self.raw)


def tree(path: Path, options: TreeOptions, executor: Executor) -> MergeTree | None:
    """Compute, print and write the merge tree of a file; every rank calls this, and the root gets the tree."""
    field = executor.on_root(lambda: _describe(path, options))
    opened = options.open(path)
    connectivity = options.connectivity or default_connectivity(len(field[0]))
    study = TopologySpec(k=options.k, mutual=options.mutual, engine=options.engine)
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
    """Raise UserError for an output that would fail only after the tree is computed, or would overwrite the field."""
    field, target = path.resolve(), out.resolve()
    if target == field or field in target.parents:
        raise UserError(f"--out {out} would overwrite the field {path}, expected another file.")
    if target.is_dir() or out.suffix != ".npz":
        raise UserError(f"--out is {str(out)!r}, expected the name of an .npz file.")
    folder = next(p for p in target.parents if p.exists())
    if not os.access(folder, os.W_OK):
        raise UserError(f"--out {out} cannot be written, expected a folder that can be: {folder} cannot.")


def _describe(path: Path, options: TreeOptions) -> tuple[tuple[int, ...], str]:
    """Return the shape and the dtype of the field, after all checks that can be made before the ranks begin."""
    field = options.open(path)
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


def report(field: Field, tree: MergeTree, options: TreeOptions, blocks: Blocks) -> str:
    """Return the text that ``landsweep tree`` prints."""
    grid = " x ".join(map(str, field.shape))
    n_bytes = int(np.prod(field.shape)) * field.dtype.itemsize
    low, high = tree.value_range
    one = "maximum" if tree.negate else "minimum"
    cut = "1 block" if len(blocks) == 1 else f"{len(blocks)} blocks"
    lines = [
        f"{field.name}: {grid} {field.dtype} ({size(n_bytes)}), {tree.connectivity}, {cut}",
        *field.notes,
        f"values {low + 0.0:.6g} to {high + 0.0:.6g}"
        + (f", {tree.n_nonfinite} not finite" if tree.n_nonfinite else ""),
        f"{_count(len(tree.minima), one)}, {_count(len(tree.saddles), 'saddle')}, {_count(len(tree.pairs), 'pair')}"
        + (f" of persistence >= {options.min_persistence:g}" if options.min_persistence else ""),
    ]
    extremes = dict(zip((low, high), ("lowest", "highest"), strict=True))
    lines += [f"note: the {extremes[v]} value {v:.6g} is {what}" for v, what in field.suspects if v in extremes]
    lines += [f"note: {unwritten}"] if (unwritten := field.unwritten()) else []
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
