"""The planner, against brute force."""

from itertools import product
from math import ceil, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landsweep.base.errors import UserError
from landsweep.study.plan import (
    MAX_UNIT_BYTES,
    UNITS_PER_RANK,
    choose_members,
    chunk_shape,
    even_shard,
    extended_axes,
    grid_coordinates,
    make_plan,
    shard_key,
    shard_shape,
    unit_points,
    units,
)
from landsweep.study.study import Study
from support import study_data

shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)


@given(sweep=shapes, grid=shapes, points=st.integers(1, 500))
def test_units_tile_the_hypercube_and_respect_the_bound(sweep, grid, points):
    shard = shard_shape(sweep, grid, points)
    assert prod(shard) <= points
    seen = np.zeros(sweep + grid, dtype=int)
    keys = set()
    for unit in units(sweep + grid, shard):
        seen[unit.box] += 1
        keys.add(shard_key(unit, shard))
        assert all((a // s) == ((b - 1) // s) for a, b, s in zip(unit.low, unit.high, shard, strict=True))
    assert (seen == 1).all()
    assert len(keys) == sum(1 for _ in units(sweep + grid, shard))


@given(sweep=shapes, grid=shapes, points=st.integers(1, 500))
def test_a_unit_is_contiguous_in_c_order(sweep, grid, points):
    shape = sweep + grid
    ids = np.arange(prod(shape)).reshape(shape)
    for unit in units(shape, shard_shape(sweep, grid, points)):
        block = ids[unit.box].ravel()
        assert (np.diff(block) == 1).all()


@given(sweep=shapes, grid=st.lists(st.integers(1, 3000), min_size=1, max_size=3).map(tuple))
def test_chunks_divide_their_shard(sweep, grid):
    shard = shard_shape(sweep, grid, 10**7)
    chunk = chunk_shape(shard, len(sweep))
    assert all(s % c == 0 for s, c in zip(shard, chunk, strict=True))
    assert chunk[: len(sweep)] == (1,) * len(sweep)


def turns(sweep, grid, shard, ranks):
    """The points that the busiest rank computes, and those of a rank if nothing were left over."""
    count = prod(ceil(n / s) for n, s in zip(sweep + grid, shard, strict=True))
    return ceil(count / ranks) * prod(shard), prod(sweep + grid) / ranks


@given(sweep=shapes, grid=shapes, points=st.integers(1, 500), ranks=st.integers(1, 64))
def test_even_shards_keep_the_bound_and_never_take_longer(sweep, grid, points, ranks):
    shard = even_shard(sweep, grid, points, ranks)
    assert prod(shard) <= points
    plain = shard_shape(sweep, grid, points)
    assert turns(sweep, grid, shard, ranks)[0] <= 1.02 * turns(sweep, grid, plain, ranks)[0]


@pytest.mark.parametrize(("ranks", "idle"), [(3, 0.05), (4, 0.05), (12, 0.05), (32, 0.1)])
def test_no_rank_idles_at_the_end(ranks, idle):
    sweep, grid = (10, 1, 1, 4), (41, 41)
    points = unit_points(prod(sweep + grid), ranks, 5, 20.0, 1e-3).points
    busiest, even = turns(sweep, grid, even_shard(sweep, grid, points, ranks), ranks)
    assert busiest <= even * (1 + idle)


@given(
    total=st.integers(1, 10**12),
    ranks=st.integers(1, 4096),
    size=st.integers(5, 100),
    rate=st.none() | st.floats(1e-7, 1e3),
)
def test_unit_points_obey_all_three_bounds(total, ranks, size, rate):
    sizing = unit_points(total, ranks, size, 20.0, rate)
    assert sizing.points >= 1
    assert sizing.points == 1 or sizing.points * size <= MAX_UNIT_BYTES
    assert sizing.points == 1 or total // sizing.points >= UNITS_PER_RANK * ranks
    if rate is not None:
        assert sizing.points == 1 or sizing.points * rate <= 20.0 * (1 + 1e-9)


@given(low=st.floats(-10, 0), width=st.floats(1e-3, 20), n=st.integers(2, 200))
def test_coordinates_reach_both_ends_evenly(low, width, n):
    ((*values,),) = grid_coordinates([(low, low + width)], (n,))
    assert values[0] == low
    assert values[-1] == low + width
    assert values == pytest.approx(np.linspace(low, low + width, n), abs=1e-12)


@given(half=st.floats(1e-6, 1e3), steps=st.integers(0, 300))
def test_a_symmetric_range_with_an_odd_count_hits_the_centre_exactly(half, steps):
    ((*values,),) = grid_coordinates([(-half, half)], (2 * steps + 1,))
    assert values[steps] == 0.0
    assert values == [-v for v in reversed(values)]


@given(st.integers(1, 100))
def test_nested_grids_share_their_points(n):
    ((*coarse,),) = grid_coordinates([(-1.0, 1.0)], (n + 1,))
    ((*fine,),) = grid_coordinates([(-1.0, 1.0)], (2 * n + 1,))
    assert fine[::2] == coarse


def test_models_are_told_apart_by_the_axes_that_change_weights():
    plan = make_plan(Study.parse(study_data()))
    assert plan.dims == ("beta", "seed", "subspace", "direction_seed", "alpha_0", "alpha_1")
    assert plan.shape == (2, 1, 1, 2, 7, 5)
    assert [dict(m.coords) for m in plan.models] == [{"beta": 1.0, "seed": 0}, {"beta": 2.0, "seed": 0}]
    assert [m.model for m in plan.members] == [0, 0, 1, 1]


def test_axes_that_the_study_omits_are_there_with_one_value():
    data = study_data()
    data["sweep"] = {"beta": [3]}
    plan = make_plan(Study.parse(data))
    assert plan.axes == {"beta": (3,), "seed": (0,), "subspace": ("random",), "direction_seed": (0,)}


@given(
    first=st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True),
    more=st.lists(st.integers(10, 19), max_size=3, unique=True),
    seeds=st.integers(1, 3),
    more_seeds=st.integers(0, 2),
)
def test_extending_keeps_every_index(first, more, seeds, more_seeds):
    def study(betas, n):
        data = study_data()
        data["sweep"] |= {"beta": betas, "direction_seed": list(range(n))}
        return Study.parse(data)

    before = study(first, seeds)
    after = study(first + more, seeds + more_seeds)
    old = make_plan(before)
    new = make_plan(after, [before.axes, after.axes])
    assert new.members[: len(old.members)] == old.members
    assert new.models[: len(old.models)] == old.models
    positions = {m.position for m in new.members}
    assert positions == set(product(*(range(len(v)) for v in new.axes.values())))
    assert [m.index for m in new.members] == list(range(len(positions)))


def test_values_can_be_appended_but_not_taken_away():
    assert extended_axes({"beta": [1, 3]}, {"beta": [1, 2, 3]}) == {"beta": (1, 3, 2)}
    with pytest.raises(UserError, match=r"holds beta = \[1, 3\], the study asks for \[3\].*put \[1\] back"):
        extended_axes({"beta": [1, 3]}, {"beta": [3]})
    with pytest.raises(UserError, match=r"sweep axes are beta, the study's are gamma"):
        extended_axes({"beta": [1]}, {"gamma": [1]})


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("noise=1e-1", {0.1}),
        ("noise=[1e-1, .2]", {0.1, 0.2}),
        ("flag=True", {True}),
        ("flag=no", {False}),
        ("flag=1", {True}),
        ("name=no", {"no"}),
        ("name=007", {"007"}),
        ("name=[1,2]", {"[1,2]"}),
        ("name=['no', 007]", {"no", "007"}),
    ],
)
def test_a_text_chooses_what_it_means_as_a_number_a_truth_or_a_name(at, expected):
    sweep = {"noise": [0.0, 0.1, 0.2], "flag": [True, False], "name": ["no", "007", "7", "[1,2]"]}
    plan = make_plan(Study.parse({"name": "a", "problem": {"path": "a.py:A"}, "sweep": sweep}))
    found = choose_members(plan, (), [at])
    assert {member.coords[at.partition("=")[0]] for member in found} == expected
    assert len(found) == len(plan.members) * len(expected) // len(sweep[at.partition("=")[0]])


def test_a_text_that_means_no_value_is_refused():
    plan = make_plan(Study.parse({"name": "a", "problem": {"path": "a.py:A"}, "sweep": {"noise": [0.0, 0.1]}}))
    with pytest.raises(UserError, match=r"^--at noise is 'true', expected one of 0\.0, 0\.1\.$"):
        choose_members(plan, (), ["noise=true"])
