"""Comparisons block by block: on one process, over ranks and as tasks; what they tell."""

from concurrent.futures import Future

import numpy as np
import pytest
from landsweep.distributed import toolkit
from landsweep.distributed.comparison import Comparison, compared
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.topology.ttk import EngineError
from landsweep.study.study import TopologySpec
from ranks import on_ranks


def submit(function, *arguments):
    future = Future()
    future.set_result(function(*arguments))
    return future


def test_blocks_ranks_and_tasks_give_the_same_comparison(monkeypatch):
    """A toolkit that fails on every block says so for the first, whoever had it; thin blocks are not its."""

    def run(ranks, shape):
        raise EngineError(f"TTK crashed on {shape}: use topology.engine: native.")

    monkeypatch.setattr(toolkit, "run", run)
    field = np.random.default_rng(0).standard_normal((7, 9))
    blocks = Blocks((7, 9), (3, 4))
    expected = Comparison(9, 4, 4, "TTK crashed on (4, 5): use topology.engine: native.")

    def work(group=None, submit=None):
        return compared(field.__getitem__, "freudenthal", TopologySpec(), blocks, group=group, submit=submit)

    assert work() == expected
    assert work(submit=submit) == expected
    assert on_ranks(4, work) == [expected, None, None, None]
    assert on_ranks(11, work)[0] == expected, "ranks without a block"
    assert expected.text == f"TTK failed on 4 of 4 blocks: {expected.failure}"


def test_what_the_toolkit_cannot_do_is_not_asked(monkeypatch):
    monkeypatch.setattr(toolkit, "run", lambda *a: pytest.fail("TTK was asked"))
    field = np.random.default_rng(0).standard_normal((4, 5))
    found = compared(field.__getitem__, "moore", TopologySpec(), Blocks((4, 5), (4, 5)))
    assert (found, found.text) == (Comparison(1, 0), "")


def test_a_text_tells_of_differences_and_failures():
    one = Comparison(1, 1, differing=1, merges=2, first="block 3, the minimum at (0, 1) ...")
    both = one.join(Comparison(1, 1, 1, "TTK hangs.")).join(Comparison(1, 1, differing=1, merges=1, first="later"))
    assert both.text == (
        "3 merges in 2 of 3 blocks differ: block 3, the minimum at (0, 1) ...; TTK failed on 1 of 3 blocks: TTK hangs."
    )
    assert Comparison(4, 4).text == ""
