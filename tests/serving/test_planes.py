"""Planes of large landscapes: from the store or from a copy, their values are those of the array."""

import itertools
import mmap

import numpy as np
import pytest
from landsweep.base.errors import DamagedShard
from landsweep.disk.store import Landscape, Status
from landsweep.serving import copies, planes
from landsweep.serving.copies import Copies, Copy, parts
from landsweep.serving.planes import Plane, read_plane
from landsweep.study.plan import make_plan
from landsweep.study.study import Study
from support import study_data

GRID = (5, 4, 3, 6)


@pytest.fixture
def made(tmp_path):
    """A hypercube of two members with four axes, in shards of one layer, and its values; nothing is written yet."""
    study = Study.model_validate(study_data(grid__dims=4, grid__points=list(GRID), sweep__beta=[1.0], name="four"))
    plan = make_plan(study)
    shard = (1, 1, 1, 1, 2, 4, 3, 6)
    landscape = Landscape.create(tmp_path / "landscape.zarr", study, plan, shard, {"dtype": "float32"})
    values = np.random.default_rng(0).standard_normal(plan.shape).astype(np.float32)
    values[..., 1, 1, 1, 1] = np.nan
    return landscape, values


def written(landscape, values, *numbers):
    for unit in [unit for unit in landscape.units() if not numbers or unit.index in numbers]:
        loss = values[unit.box]
        status = np.where(np.isnan(loss), Status.NON_FINITE, Status.FINITE).astype(np.uint8)
        landscape.write_unit(unit, {"loss": loss}, status)


def all_planes():
    return [Plane(a, b, (4, 3, 2, 5)) for a, b in itertools.permutations(range(4), 2)]


def expected(values, plane):
    index = [slice(None) if k in (plane.vertical, plane.horizontal) else i for k, i in enumerate(plane.at)]
    found = values[tuple(index)]
    return found if plane.vertical < plane.horizontal else found.T


@pytest.mark.parametrize("way", ["copy", "no room"])
def test_every_plane_is_that_of_the_array(made, monkeypatch, way):
    landscape, values = made
    written(landscape, values)
    monkeypatch.setattr(copies, "MAPPED_BYTES", 300)
    monkeypatch.setattr(copies, "PART_POINTS", 100)
    kept = Copies(0 if way == "no room" else 10**6)
    for position in ((0, 0, 0, 0), (0, 0, 0, 1)):
        for plane in all_planes():
            found = read_plane(landscape, kept, "loss", position, plane)
            np.testing.assert_array_equal(found.values, expected(values[position], plane))
            assert [len(found.rows), len(found.columns)] == [GRID[plane.vertical], GRID[plane.horizontal]]
        ends, _ = kept.look(landscape, "loss", position)
        finite = values[position][np.isfinite(values[position])]
        assert ends.range == (finite.min(), finite.max())
        assert (ends.least_at, ends.most_at) == (np.nanargmin(values[position]), np.nanargmax(values[position]))


def test_a_copy_follows_its_landscape(made, monkeypatch):
    landscape, values = made
    kept, position = Copies(), (0, 0, 0, 0)
    assert kept.look(landscape, "loss", position)[0].range is None
    read = []
    box = Landscape.read_box
    monkeypatch.setattr(Landscape, "read_box", lambda self, *a: read.append(a[0]) or box(self, *a))
    seen = np.full(GRID, np.nan, np.float32)
    for unit in list(landscape.units())[:3]:
        written(landscape, values, unit.index)
        seen[unit.box[4:]] = values[unit.box][0, 0, 0, 0]
        read.clear()
        kept.look(landscape, "loss", position)
        for plane in all_planes():
            np.testing.assert_array_equal(
                read_plane(landscape, kept, "loss", position, plane).values, expected(seen, plane)
            )
        assert read.count("loss") == 1  # the new unit, once
    first = next(iter(landscape.units()))
    landscape.discard(first)  # as --repair does
    seen[first.box[4:]] = np.nan
    monkeypatch.setattr(copies, "FRESH_SECONDS", 0)
    found = read_plane(landscape, kept, "loss", position, Plane(0, 1, (0, 0, 0, 0))).values
    np.testing.assert_array_equal(found, seen[:, :, 0, 0])


def test_a_damaged_shard_keeps_nobody_from_the_others(made, monkeypatch):
    landscape, values = made
    written(landscape, values)
    bad = next(iter(landscape.units()))
    landscape.shard_file("loss", bad).write_bytes(b"damaged")
    kept, position = Copies(), (0, 0, 0, 0)
    for at in ((0, 0, 0, 0), (1, 0, 0, 0)):
        with pytest.raises(DamagedShard, match=r"loss.c.0.*is damaged"):
            read_plane(landscape, kept, "loss", position, Plane(1, 2, at))
    good = read_plane(landscape, kept, "loss", position, Plane(1, 2, (2, 0, 0, 0)))
    np.testing.assert_array_equal(good.values, values[position][2, :, :, 0])
    _, damage = kept.look(landscape, "loss", position)
    assert [error.path for error in damage] == [landscape.shard_file("loss", bad)]


def test_a_full_disk_leaves_the_store(made, monkeypatch):
    landscape, values = made
    written(landscape, values)

    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Copy, "_made", full)
    found = read_plane(landscape, Copies(), "loss", (0, 0, 0, 0), Plane(0, 3, (0, 1, 2, 0)))
    np.testing.assert_array_equal(found.values, values[0, 0, 0, 0, :, 1, 2, :])


def test_those_go_first_that_nobody_has_used_for_longest(made, monkeypatch):
    landscape, values = made
    written(landscape, values)
    copied, whole = [], Copy._made
    monkeypatch.setattr(Copy, "_made", lambda self: copied.append(self._position) or whole(self))
    size, first, second = values[0, 0, 0, 0].nbytes, (0, 0, 0, 0), (0, 0, 0, 1)
    kept, all_of_it = Copies(size), tuple(slice(0, n, 1) for n in GRID)
    for position in (first, first, second, first):
        np.testing.assert_array_equal(kept.read(landscape, "loss", position, all_of_it), values[position])
    assert copied == [first, second, first]
    assert Copies(size - 1).read(landscape, "loss", first, all_of_it) is None


@pytest.mark.parametrize("points", [1, 7, 60, 10**6])
def test_parts_tile_a_grid_by_whole_chunks(points):
    grid, chunk = (7, 5, 6), (2, 5, 3)
    count = np.zeros(grid, int)
    for box in parts(grid, chunk, points):
        count[box] += 1
        assert all(
            side.start % c == 0 and (side.stop % c == 0 or side.stop == n)
            for side, c, n in zip(box, chunk, grid, strict=True)
        )
        assert count[box].size <= max(points, 2 * 5 * 3)
    assert (count == 1).all()


@pytest.mark.parametrize("plane", [(0, 1), (0, 2), (1, 2)])
@pytest.mark.parametrize("step", [1, 3])
def test_pages_are_those_that_a_plane_touches(plane, step):
    grid, size = (5, 40, 30), mmap.PAGESIZE
    box = tuple(slice(0, n, step) if k in plane else slice(n // 2, n // 2 + 1, 1) for k, n in enumerate(grid))
    offsets = 8 * np.arange(np.prod(grid)).reshape(grid)
    found = {low // size + i for low, high in copies.pages(box, grid, 8) for i in range(-(-(high - low) // size))}
    assert found == set((offsets[box] // size).ravel().tolist())


@pytest.mark.parametrize("way", ["copy", "no room"])
def test_large_slices_are_thinned_and_say_which_points_they_hold(made, monkeypatch, way):
    landscape, values = made
    written(landscape, values)
    monkeypatch.setattr(planes, "MOST_ROWS", 2)
    monkeypatch.setattr(copies, "MAPPED_BYTES", 300)
    kept = Copies(0 if way == "no room" else 10**6)
    for plane in all_planes():
        found = read_plane(landscape, kept, "loss", (0, 0, 0, 1), plane)
        rows, columns = (range(0, n, -(-n // 2)) for n in (GRID[plane.vertical], GRID[plane.horizontal]))
        assert [found.rows.tolist(), found.columns.tolist()] == [list(rows), list(columns)]
        np.testing.assert_array_equal(found.values, expected(values[0, 0, 0, 1], plane)[:: rows.step, :: columns.step])


def test_a_grid_of_one_axis_is_one_row(monkeypatch):
    monkeypatch.setattr(planes, "MOST_ROWS", 4)
    line, plane = np.arange(10.0), Plane(0, 0, (0,))
    found = planes.arranged(line[planes.box_of(plane, (10,))], plane, (10,))
    assert [found.rows.tolist(), found.columns.tolist(), found.values.tolist()] == [[0], [0, 3, 6, 9], [[0, 3, 6, 9]]]
