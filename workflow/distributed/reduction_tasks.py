r"""The reduction of :mod:`landsweep.distributed.reduction` as a tree of tasks, for processes that may come and go.

A task is a pure function of the stored field and of other tasks' results, so a task that is lost with its process is
done again elsewhere::

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

import numpy as np
from landsweep.distributed.reduction import BlockedField, Ends, Ledger, basin_sizes, grown, local, resolve, with_sizes
from landsweep.executors.executor import Submit
from landsweep.executors.group import Alone, Arrays
from landsweep.kernels.topology.basin_graph import BasinGraph, contract, union
from landsweep.kernels.topology.merge_trees import Survey
from landsweep.kernels.topology.tree import MergeTree


def submit_merge_tree(submit: Submit, field: BlockedField) -> Any:
    """Submit the tasks of one field, which is pickled, and return the future of its :class:`MergeTree`.

    ``field.write`` may be called more than once for a block, with the same values.

    Raises
    ------
    ValueError
        The future raises it for an unknown connectivity, or a field without a finite value.
    """
    every = range(len(field.blocks))
    firsts = [submit(_first, field, index) for index in every]
    forests = [submit(itemgetter(0), first) for first in firsts]
    final = [submit(itemgetter(1), first) for first in firsts]

    def merge(one: Any, other: Any) -> Any:
        merged = submit(_merge, one, other)
        final.append(submit(itemgetter(1), merged))
        return submit(itemgetter(0), merged)

    _in_pairs(merge, forests)
    root = submit(_root, field, final, [submit(itemgetter(2), first) for first in firsts])
    sizes = [submit(_sizes, field, index, root) for index in every]
    return submit(_complete, field, root, _in_pairs(lambda a, b: submit(_add, a, b), sizes))


def _in_pairs(join: Callable[[Any, Any], Any], futures: list[Any]) -> Any:
    """Return the future of all results joined in pairs: neighbours first, then the results of neighbours."""
    while len(futures) > 1:
        pairs = [join(a, b) for a, b in zip(futures[::2], futures[1::2], strict=False)]
        futures = pairs + futures[2 * len(pairs) :]
    return futures[0]


def _first(field: BlockedField, index: int) -> tuple[BasinGraph, BasinGraph, tuple[Survey, list[Arrays]]]:
    """Return a block's forest, its final merges, and its survey with where its border drains."""
    forest, merges, survey, borders = local(field, range(index, index + 1), Ledger())
    assert forest is not None
    return forest, union(merges), (survey, borders)


def _merge(one: BasinGraph, other: BasinGraph) -> tuple[BasinGraph, BasinGraph]:
    return contract(union([one, other]))


def _root(
    field: BlockedField, final: list[BasinGraph], rest: list[tuple[Survey, list[Arrays]]]
) -> tuple[MergeTree, Ends]:
    survey = Survey.nothing()
    borders: list[Arrays] = []
    for seen, border in rest:
        survey = survey.join(seen)
        borders += border
    return grown(field, union(final), survey), resolve(Alone(), field.blocks, borders)


def _sizes(field: BlockedField, index: int, root: tuple[MergeTree, Ends]) -> tuple[Arrays, np.ndarray]:
    return basin_sizes(field, range(index, index + 1), *root)


def _add(one: tuple[Arrays, np.ndarray], other: tuple[Arrays, np.ndarray]) -> tuple[Arrays, np.ndarray]:
    sizes = [a + b for a, b in zip(one[0], other[0], strict=True)]
    return sizes, np.concatenate([one[1], other[1]])


def _complete(field: BlockedField, root: tuple[MergeTree, Ends], totals: tuple[Arrays, np.ndarray]) -> MergeTree:
    return with_sizes(field, root[0], *totals)
