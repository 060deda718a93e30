"""The model of costs: its parts add up, it agrees with what reductions really send, and `plan` uses it."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, log2, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landsweep.distributed.reduction import BlockedField, Ledger, reduced_merge_tree
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.predict.costs import Machine, costs, for_grid, reduction
from landsweep.study.plan import make_plan
from landsweep.study.study import Study
from ranks import on_ranks
from scipy.ndimage import gaussian_filter
from support import study_data

RATES = {"train": 3.0, "subspace": 0.01, "evaluate": 1e-3, "topology": 0.02}


def study_of(**changes):
    study = Study.parse(study_data(**changes))
    return study, make_plan(study)


@given(
    seeds=st.integers(1, 30),
    points=st.integers(1, 300),
    ranks=st.integers(1, 4096),
    unit=st.floats(0.01, 100),
    block=st.integers(100, 10**6),
)
def test_parts_add_up_and_no_rank_is_better_than_ideal(seeds, points, ranks, unit, block):
    study, plan = study_of(
        sweep__direction_seed=list(range(seeds)),
        grid__points=points,
        executor__unit_seconds=unit,
        topology__block=block,
    )
    found = costs(study, plan, RATES, ranks)
    assert min(found.parts.values()) >= 0
    assert found.total == pytest.approx(sum(found.parts.values()))
    assert found.total == pytest.approx(found.start + found.metadata + found.alone + sum(found.stages.values()))
    one = costs(study, plan, RATES, 1)
    assert found.evaluate * ranks == pytest.approx(one.evaluate)
    assert found.stages["evaluate"] >= plan.points * RATES["evaluate"] / ranks * (1 - 1e-9)
    assert found.stages["train"] >= RATES["train"] * len(plan.models) / ranks


def test_a_tail_is_what_the_last_units_leave_idle():
    """Four units of a second on three ranks take two rounds, of which a third is idle."""
    study, plan = study_of(grid__points=[4, 1000], sweep__beta=[1.0], sweep__direction_seed=[0])
    study = study.model_copy(update={"executor": study.executor.model_copy(update={"unit_seconds": 1e-9})})
    machine = Machine(per_unit=0.0)
    found = costs(study, plan, {"evaluate": 1e-3}, 3, machine)
    assert found.evaluate == pytest.approx(4 / 3)
    rounds = ceil(found.units / 3)
    assert found.tail == pytest.approx(rounds * 4 / found.units - 4 / 3)


def test_rates_of_another_grid_are_made_to_fit():
    rates = {"topology": 2.0, "evaluate": 1e-3}
    assert for_grid(rates, ["face"], 10**6, 10**6) == rates
    assert for_grid(rates, ["face"], 10**6, 100) == rates  # less than measured is not promised
    assert for_grid(rates, ["face", "knn"], 10**6, 11 * 10**6) == {"topology": 2.0 + 2.0 + 500.0, "evaluate": 1e-3}


def test_what_was_not_measured_is_not_guessed():
    study, plan = study_of(curvature={"largest": 1})
    found = costs(study, plan, {}, 2)
    unknown = (found.stages["train"], found.stages["curvature"], found.evaluate, found.tail, found.total)
    assert unknown == (None,) * 5
    assert costs(study, plan, {"evaluate": 1e-3}, 2).total is None  # the Hessians were not
    assert costs(study, plan, {"evaluate": 1e-3, "curvature": 1.0}, 2).total > 0


@pytest.mark.parametrize(("shape", "ranks"), [((256, 256), 2), ((256, 256), 8), ((256, 256), 32), ((48, 48, 48), 8)])
def test_messages_are_those_of_real_reductions_of_white_noise(shape, ranks):
    """Within a quarter; a smooth field sends a fifth of it at most."""
    noise = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    blocks = Blocks.of(shape, prod(shape) // ranks)
    modelled = reduction(blocks, ranks)
    for field, low, high in ((noise, 0.75, 1.25), (gaussian_filter(noise, 5), 0.0, 0.2)):
        ledgers = [Ledger() for _ in range(ranks)]

        def reduce(group, field=field, ledgers=ledgers):
            return reduced_merge_tree(BlockedField(field.__getitem__, blocks), group, ledgers[group.rank])

        on_ranks(ranks, reduce)
        largest = max(led.forest_bytes for led in ledgers)
        merges = sum(led.bytes_sent - led.forest_bytes for led in ledgers)
        assert low <= largest / max(modelled.messages) <= high
        assert low <= merges / modelled.root <= high
        assert sum(led.messages for led in ledgers) == 2 * (ranks - 1)
    assert len(modelled.messages) == modelled.depth == log2(ranks)


@pytest.mark.parametrize("periodic", [(), (1,), (0, 1, 2)], ids=str)
def test_shared_vertices_are_counted_face_by_face(periodic):
    """Against comparing every pair of neighbouring vertices."""
    blocks = Blocks((9, 8, 5), (4, 4, 3), periodic)
    owner = np.empty(blocks.shape, int)
    for index in range(len(blocks)):
        owner[blocks.owned(index)] = index
    for first, last in [(0, 1), (2, 5), (0, len(blocks)), (4, 12)]:
        inside = (owner >= first) & (owner < last)
        expected = 0
        for axis in range(3):
            pairs = np.arange(blocks.shape[axis] - (axis not in periodic))
            a, b = (np.take(inside, pairs + k, axis, mode="wrap") for k in (0, 1))
            expected += int((a != b).sum())
        found = blocks.shared_vertices(first, last)
        assert expected <= found <= 3 * expected  # blocks at the grid's end are smaller than counted


@given(k=st.integers(1, 12))
def test_more_ranks_mean_a_deeper_tree(k):
    shape = (512, 512, 512)
    found = [reduction(Blocks.of(shape, prod(shape) // 2**n), 2**n) for n in (k, k + 1)]
    assert [f.depth for f in found] == [k, k + 1]
    assert all(a.root <= b.root for a, b in pairwise(found))
