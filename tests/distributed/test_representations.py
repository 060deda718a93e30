"""Which engine makes which tree, and what ranks learn of an engine that fails."""

import numpy as np
import pytest
from landsweep.distributed import toolkit
from landsweep.distributed.representations import make_engine, tree_of
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.topology.basins import grid_basins
from landsweep.kernels.topology.merge_trees import merge_tree
from landsweep.kernels.topology.ttk import EngineError
from landsweep.study.study import TopologySpec
from ranks import on_ranks


def test_the_trees_of_auto_and_both_are_native():
    assert make_engine("auto") is make_engine("native") is make_engine("both") is grid_basins
    assert make_engine("ttk") is not grid_basins


@pytest.mark.parametrize("representation", ["knn", "freudenthal"])
def test_every_rank_gets_the_error_of_one(monkeypatch, representation):
    """One block, and a graph: one rank does it, and the others must not wait for it."""

    def run(ranks, grid):
        raise EngineError("TTK crashed: use topology.engine: native, which needs no TTK.")

    monkeypatch.setattr(toolkit, "run", run)
    field = np.random.default_rng(0).standard_normal((9, 8))

    def work(group):
        with pytest.raises(EngineError, match=r"^TTK crashed: use topology\.engine: native"):
            tree_of(field.__getitem__, field.shape, representation, TopologySpec(engine="ttk"), group=group)
        return "raised"

    assert on_ranks(3, work) == ["raised"] * 3


@pytest.mark.parametrize("representation", ["knn", "face"])
def test_every_rank_gets_the_refusal_of_the_root(representation):
    """A field without a finite value in one block, natively."""
    field = np.full((3, 4), np.nan)

    def work(group):
        with pytest.raises(ValueError, match=r"^field has no merge tree: got 12 values, none finite"):
            tree_of(field.__getitem__, field.shape, representation, TopologySpec(), group=group)
        return "raised"

    assert on_ranks(3, work) == ["raised"] * 3


def test_ranks_agree_where_none_fails():
    field = np.random.default_rng(0).standard_normal((9, 8))
    whole = Blocks(field.shape, field.shape)

    def work(group):
        return [
            tree_of(field.__getitem__, field.shape, name, TopologySpec(), group=group, blocks=whole)
            for name in ("knn", "gabriel")
        ]

    first, *others = on_ranks(3, work)
    assert [tree.connectivity for tree in first] == ["knn", "gabriel"]
    assert others == [[None, None]] * 2


@pytest.mark.parametrize("block", [(4, 5), (3, 5), (2, 3)])
def test_a_mask_holds_around_a_periodic_axis(block):
    """Readers mask only boxes that lack a point, so that the two parts of a box that wraps may differ in kind."""
    values = np.random.default_rng(0).standard_normal((6, 5))
    hidden = np.zeros((6, 5), bool)
    hidden[5, 1:4], values[5, 1:4] = True, -9.0

    def read(box):
        return np.ma.MaskedArray(values[box], hidden[box]) if hidden[box].any() else values[box]

    tree = tree_of(read, (6, 5), "face", TopologySpec(), blocks=Blocks((6, 5), block, (0,)))
    expected = merge_tree(np.where(hidden, np.nan, values), "face", periodic=[0])
    assert tree.n_nonfinite == 3
    assert tree.pairs.tolist() == expected.pairs.tolist()
