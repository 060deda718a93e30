"""The command ``landsweep tree``: the merge tree of an array in a file, without a study."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from landsweep.base.errors import UserError
from landsweep.base.paths import check_file
from landsweep.base.text import size
from landsweep.base.yamlfile import nearest
from landsweep.disk.arrays import write_arrays
from landsweep.disk.fields.opening import open_field
from landsweep.disk.fields.stored import Field
from landsweep.distributed import toolkit
from landsweep.distributed.blocking import check_engine
from landsweep.distributed.comparison import Comparison, compared
from landsweep.distributed.representations import ready_toolkit, tree_of
from landsweep.executors.executor import Executor
from landsweep.executors.group import Group
from landsweep.kernels.geometry.blocks import Blocks, last_repeats_first
from landsweep.kernels.geometry.connectivity import REPRESENTATIONS, periodic_axes
from landsweep.kernels.topology.metrics import POSITIVE, Threshold
from landsweep.kernels.topology.tree import MergeTree
from landsweep.study.periodic import REPEATED, refusal
from landsweep.study.study import TopologySpec


@dataclass(frozen=True)
class TreeOptions:
    """The options of ``landsweep tree`` beside the field."""

    array: str | None = None
    connectivity: str | None = None
    negate: bool = False
    min_persistence: str = "0"
    periodic: tuple[str, ...] = ()
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
    with toolkit.kept():
        try:
            return _tree(path, options, executor)
        except UserError as error:
            error.args = tuple(_by_option(a) if isinstance(a, str) else a for a in error.args)
            raise


def _by_option(text: str) -> str:
    """Return a sentence on the setting ``topology.engine`` as one on the option, as this command has no study."""
    return text.replace("topology.engine: ", "--engine ").replace("topology.engine is", "--engine is")


def _tree(path: Path, options: TreeOptions, executor: Executor) -> MergeTree | None:
    field = executor.on_root(lambda: _describe(path, options))
    opened = options.open(path)
    study = TopologySpec(k=options.k, mutual=options.mutual, engine=options.engine)
    connectivity = options.connectivity or study.representations(len(field[0]))[0]
    limit = min(options.block, -(-int(np.prod(opened.shape)) // executor.size))
    around = _periodic(options, opened.shape)
    blocks = Blocks.of(opened.shape, options.block if executor.size == 1 else max(1, limit), around)
    if connectivity == "knn":
        blocks = Blocks(opened.shape, opened.shape)  # its graph is not cut
    executor.on_root(lambda: check_engine(study, [connectivity], blocks))
    executor.on_root(lambda: ready_toolkit(study.engine))

    def work(group: Group) -> tuple[MergeTree | None, Comparison | None]:
        tree = tree_of(
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
        if study.engine != "both":
            return tree, None
        told = compared(
            opened.read, connectivity, study, blocks, negate=options.negate, group=group, threads=options.threads
        )
        return tree, told

    with executor.group() as group:
        try:
            found, told = work(group)
        except ValueError as error:
            failure = UserError(f"{path}: {error}")
            failure.collective = True
            raise failure from None
    if found is not None:
        least = Threshold.of(options.min_persistence)
        found = found.simplify(least.loss(found.value_range))
        print(report(opened, found, options, blocks, least), flush=True)
        for axis in around:
            if last_repeats_first(opened.read, opened.shape, axis, max(map(abs, found.value_range))):
                print(f"along axis {axis} {REPEATED}", flush=True)
        if told is not None:
            print(_compared(told), flush=True)
        if options.out is not None:
            _write(options.out, found)
    return found


def _compared(told: Comparison) -> str:
    """Return the line on how TTK's merges compare."""
    if told.text or not told.asked:
        return f"compared with TTK: {_by_option(told.text) or 'nothing, as it makes no such trees'}"
    return f"compared with TTK: the merges of {told.asked} of {_count(told.blocks, 'block')} are the same"


def _write(out: Path, tree: MergeTree) -> None:
    try:
        write_arrays(out, tree.to_arrays())
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
    check_file("--out", out)
    if not os.access(target.parent, os.W_OK):
        raise UserError(f"--out {out} cannot be written, expected a folder that can be: {target.parent} cannot.")


def _describe(path: Path, options: TreeOptions) -> tuple[tuple[int, ...], str]:
    """Return the shape and the dtype of the field, after all checks that can be made before the ranks begin."""
    field = options.open(path)
    if not field.shape:
        raise UserError(f"{path} has no merge tree: got a single value, expected an array of 1 to 6 axes.")
    if 0 in field.shape:
        raise UserError(f"{path} has no merge tree: got shape {field.shape}, expected at least one vertex.")
    if options.out is not None:
        _check_out(path, options.out)
    try:
        Threshold.of(options.min_persistence)
    except ValueError:
        raise UserError(
            f"--min-persistence is {options.min_persistence!r}, expected a difference of at least 0, such as 0.2, or a "
            "share of the range of the values, such as 1%."
        ) from None
    if options.engine not in (engines := get_args(TopologySpec.model_fields["engine"].annotation)):
        raise UserError(f"--engine is {options.engine!r}, expected {', '.join(engines[:-1])} or {engines[-1]}.")
    if options.connectivity is not None and options.connectivity not in REPRESENTATIONS:
        raise UserError(
            f"--connectivity is {options.connectivity!r}, expected one of {', '.join(REPRESENTATIONS)}"
            f"{nearest(options.connectivity, list(REPRESENTATIONS)) or '.'}"
        )
    connectivity = options.connectivity or TopologySpec(engine=options.engine).representations(len(field.shape))[0]
    if _periodic(options, field.shape) and (text := refusal((connectivity,), options.engine, "--")):
        raise UserError(f"{text}.")
    if options.connectivity == "knn" and 1 < (points := int(np.prod(field.shape))) <= options.k:
        raise UserError(f"--k is {options.k}, expected fewer than the field's {points} points.")
    return field.shape, str(field.dtype)


def _periodic(options: TreeOptions, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the periodic axes that the options name."""
    if options.periodic == ("all",):
        return _checked(True, shape)
    for text in options.periodic:
        if not text.removeprefix("-").isdecimal():
            raise UserError(
                f"--periodic is {text!r}, expected the number of an axis from 0 to {len(shape) - 1}, or all."
            )
    return _checked([int(text) for text in options.periodic], shape)


def _checked(axes: list[int] | bool, shape: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return periodic_axes(axes, shape)
    except ValueError as error:
        raise UserError(f"--periodic: {error}") from None


def _count(n: int, one: str) -> str:
    many = one.removesuffix("um") + "a" if one.endswith("um") else f"{one}s"
    return f"{n} {one if n == 1 else many}"


def _said(least: Threshold, tree: MergeTree) -> str:
    loss = f"{least.loss(tree.value_range):.6g}"
    return f"{loss} ({100 * least.value:g} % of the range)" if least.relative else loss


def report(field: Field, tree: MergeTree, options: TreeOptions, blocks: Blocks, least: Threshold) -> str:
    """Return the text that ``landsweep tree`` prints: only pairs of persistence above 0 count and are listed."""
    zero = int(np.count_nonzero(tree.lifetimes == 0))
    tree = tree.simplify(POSITIVE)
    grid = " x ".join(map(str, field.shape))
    n_bytes = int(np.prod(field.shape)) * field.dtype.itemsize
    low, high = tree.value_range
    one = "maximum" if tree.negate else "minimum"
    one_of = "a maximum" if tree.negate else "a minimum"
    cut = "1 block" if len(blocks) == 1 else f"{len(blocks)} blocks"
    around = f", periodic along {', '.join(map(str, tree.periodic))}" if tree.periodic else ""
    lines = [
        f"{field.name}: {grid} {field.dtype} ({size(n_bytes)}), {tree.connectivity}{around}, {cut}",
        *field.notes,
        f"values {low + 0.0:.6g} to {high + 0.0:.6g}"
        + (f", {tree.n_nonfinite} not finite" if tree.n_nonfinite else ""),
        f"{_count(len(tree.minima), one)}, {_count(len(tree.joins), 'saddle')}, {_count(len(tree.pairs), 'pair')}"
        + (f" of persistence >= {_said(least, tree)}" if least.value else ""),
    ]
    extremes = dict(zip((low, high), ("lowest", "highest"), strict=True))
    lines += [f"note: the {extremes[v]} value {v:.6g} is {what}" for v, what in field.suspects if v in extremes]
    lines += [f"note: {unwritten}"] if (unwritten := field.unwritten()) else []
    if zero:
        lines.append(f"{_count(zero, 'more pair')} of persistence 0, on plateaus")
    if len(tree.roots) > 1:
        lines.append(f"{len(tree.roots)} connected components: each has {one_of} that no saddle joins to another's")
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
