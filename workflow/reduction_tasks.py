r"""The reduction of :mod:`landsweep.reduction` as a tree of tasks, for processes that may come and go.

A task is a pure function of the stored field and of other tasks' results, so one that is lost with its process is done
again elsewhere::

    block 0   block 1   block 2   block 3        one task each: read, contract
        \     /             \     /
         merge               merge                log2(blocks) levels
              \             /
                   merge
                     |
                tree, and where borders drain     on one process: all merges
              /    /    \    \
         sizes per block, summed in a tree        read again, count
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from landsweep.executors.group import Alone, Arrays
from landsweep.kernels.basin_graph import BasinGraph, contract, union
from landsweep.kernels.basins import grid_basins
from landsweep.kernels.blocks import Blocks
from landsweep.kernels.topology import Survey
from landsweep.kernels.tree import MergeTree
from landsweep.reduction import (
    Ends,
    Engine,
    Ledger,
    Read,
    Write,
    basin_sizes,
    grown,
    local,
    resolve,
    with_sizes,
)

Submit = Callable[..., Any]
"""``submit(function, *arguments)`` returns a future; futures among the arguments, also in lists, become results."""


def submit_merge_tree(
    submit: Submit,
    read: Read,
    blocks: Blocks,
    connectivity: str = "freudenthal",
    *,
    negate: bool = False,
    volumes: bool = False,
    engine: Engine = grid_basins,
    threads: int = 1,
    write: Write | None = None,
) -> Any:
    """Submit the tasks of one field and return the future of its :class:`MergeTree`.

    Parameters are as of :func:`landsweep.reduction.reduced_merge_tree`; ``read``, ``engine`` and ``write`` travel, and
    ``write`` may be called more than once for a block, with the same values.

    Raises
    ------
    ValueError
        By the future, for an unknown connectivity, or a field without a finite value.
    """
    firsts = [submit(_first, read, blocks, i, connectivity, negate, engine, threads) for i in range(len(blocks))]
    forests = [submit(itemgetter(0), first) for first in firsts]
    final = [submit(itemgetter(1), first) for first in firsts]

    def merge(one: Any, other: Any) -> Any:
        merged = submit(_merge, one, other)
        final.append(submit(itemgetter(1), merged))
        return submit(itemgetter(0), merged)

    _in_pairs(merge, forests)
    rest = [submit(itemgetter(2), first) for first in firsts]
    root = submit(_root, blocks, connectivity, negate, final, rest)
    sizes = [submit(_sizes, read, blocks, i, root, negate, volumes, threads, write) for i in range(len(blocks))]
    return submit(_complete, root, _in_pairs(lambda a, b: submit(_add, a, b), sizes), volumes)


def _in_pairs(join: Callable[[Any, Any], Any], futures: list[Any]) -> Any:
    """Return the future of all joined: neighbours first, then neighbours of these."""
    while len(futures) > 1:
        pairs = [join(a, b) for a, b in zip(futures[::2], futures[1::2], strict=False)]
        futures = pairs + futures[2 * len(pairs) :]
    return futures[0]


def _first(
    read: Read, blocks: Blocks, index: int, connectivity: str, negate: bool, engine: Engine, threads: int
) -> tuple[BasinGraph, BasinGraph, tuple[Survey, list[Arrays]]]:
    """Return a block's forest, its final merges, and its survey with where its border drains."""
    mine = range(index, index + 1)
    forest, merges, survey, borders = local(read, blocks, mine, connectivity, negate, engine, threads, Ledger())
    assert forest is not None
    return forest, union(merges), (survey, borders)


def _merge(one: BasinGraph, other: BasinGraph) -> tuple[BasinGraph, BasinGraph]:
    return contract(union([one, other]))


def _root(
    blocks: Blocks,
    connectivity: str,
    negate: bool,
    final: list[BasinGraph],
    rest: list[tuple[Survey, list[Arrays]]],
) -> tuple[MergeTree, Ends]:
    survey = Survey.nothing()
    borders: list[Arrays] = []
    for seen, border in rest:
        survey = survey.join(seen)
        borders += border
    return grown(union(final), survey, blocks, connectivity, negate), resolve(Alone(), blocks, borders)


def _sizes(
    read: Read,
    blocks: Blocks,
    index: int,
    root: tuple[MergeTree, Ends],
    negate: bool,
    volumes: bool,
    threads: int,
    write: Write | None,
) -> Arrays:
    return basin_sizes(read, blocks, range(index, index + 1), *root, negate, volumes, threads, write)


def _add(one: Arrays, other: Arrays) -> Arrays:
    return [a + b for a, b in zip(one, other, strict=True)]


def _complete(root: tuple[MergeTree, Ends], totals: Arrays, volumes: bool) -> MergeTree:
    return with_sizes(root[0], totals, volumes)
