"""A member for the explorer: trees of the loss itself beside those of the grid, and who stands for whom."""

from pathlib import Path

import numpy as np
import pytest
import zarr
from landsweep import open_run
from landsweep.disk.trees import find_resolved
from landsweep.kernels import segmentation
from landsweep.kernels.critical.starts.touching import CONNECTIVITY
from landsweep.page import members
from landsweep.page.members import member_header_and_arrays
from landsweep.page.trees import ARTEFACT, UNRESOLVED
from resolving import two_himmelblaus
from support import reference_run
from written import solid

SMALL = {
    "problem__params": {"steps": 2, "explode": 2.0},
    "sweep": {"beta": [1.0], "seed": [0], "direction_seed": [0], "split": ["train", "test"], "draw": [0, 1]},
    "fields": ["loss", "mae"],
    "grid": {"dims": 5, "points": [3, 2, 1, 3, 2]},
    "evaluation": {"strategy": "batched", "batch": 8, "dtype": "float32"},
    "topology": {"connectivity": ["face", "moore"], "negate": True, "segmentation": True, "min_persistence": "1%"},
    "subspaces__random__range": [-3, 3],
}
"""A run of maxima in five dimensions, in single precision, some points of which are not finite."""
RUNS = {"resolved": two_himmelblaus, "small": lambda: reference_run(**SMALL), "solid": solid}


@pytest.fixture(scope="module")
def run():
    return open_run(two_himmelblaus())


@pytest.mark.parametrize("kind", RUNS)
def test_every_point_pair_and_basin_is_that_of_the_store(kind):
    """Against the files of the run, read without the code of the page."""
    path = Path(RUNS[kind]())
    run, store = open_run(path), zarr.open_group(path / "landscape.zarr", mode="r")
    for member in run.plan.members:
        header, arrays = member_header_and_arrays(run, member)
        axes = [arrays[f"axis/{k}"] for k in range(run.study.grid.dims)]
        for k, axis in enumerate(axes):
            assert axis.tolist() == run.dataset[f"alpha_{k}"].to_numpy().tolist()
        for name in ("loss", "mae") if kind == "small" else ("loss",):
            values = store[name][member.position]
            assert arrays[f"field/{name}"].dtype == values.dtype
            assert arrays[f"field/{name}"].tobytes() == values.tobytes()
            finite = values[np.isfinite(values)]
            assert header["ranges"][name] == [finite.min(), finite.max()]
        loss = store["loss"][member.position]

        def vertex(place, axes=axes, shape=loss.shape):
            at = [int(np.flatnonzero(axis == x)[0]) for axis, x in zip(axes, place, strict=True)]
            return int(np.ravel_multi_index(at, shape))

        with np.load(path / "topology" / f"member-{member.index:05d}.npz") as stored:
            for name in run.study.connectivity:
                birth, death, parent, minima, saddles, volume = (
                    arrays[f"{name}/{key}"] for key in ("birth", "death", "parent", "minimum", "saddle", "volume")
                )
                found = {
                    (vertex(minima[k]), vertex(saddles[k]), birth[k], death[k])
                    for k in np.flatnonzero(parent >= 0).tolist()
                }
                pairs, values = stored[f"{name}/pairs"].tolist(), stored[f"{name}/birth_death"].tolist()
                known = {(*p, *v) for p, v in zip(pairs, values, strict=True) if v[0] != v[1]}
                assert found == known
                labels = arrays[f"{name}/labels"]
                assert np.bincount(labels.ravel(), minlength=len(birth)).tolist() == volume.tolist()
                assert labels.reshape(-1)[[vertex(at) for at in minima]].tolist() == list(range(len(birth)))
                assert birth.tolist() == [float(loss.reshape(-1)[vertex(at)]) for at in minima]
                above = -loss if run.study.topology.negate else loss
                lowest = -birth[labels] if run.study.topology.negate else birth[labels]
                assert (above >= lowest)[np.isfinite(loss)].all()
    assert kind == "resolved" or any("points are not finite" in note for note in header["notes"])


def test_resolved_trees_come_first_and_their_basins_are_those_of_the_descents(run):
    for member in run.plan.members:
        header, arrays = member_header_and_arrays(run, member)
        assert [r["name"] for r in header["representations"]] == ["resolved", *run.study.connectivity]
        found = find_resolved(run.directory.resolved(member.index))
        n = len(arrays["resolved/birth"])
        assert n == header["representations"][0]["total"] == len(found.value)
        places = {tuple(at): k for k, at in enumerate(found.alpha.tolist())}
        minimum = [places[tuple(at)] for at in arrays["resolved/minimum"].tolist()]
        assert arrays["resolved/birth"].tolist() == found.value[minimum].tolist()
        assert arrays["resolved/volume"].tolist() == found.basin_volume[minimum].tolist()
        counts = np.bincount(arrays["resolved/labels"].ravel(), minlength=n)
        assert counts.tolist() == found.basin_volume[minimum].tolist()
        tree, parts = segmentation(arrays["field/loss"], CONNECTIVITY)
        ends = dict(zip(found.start.tolist(), found.start_end.tolist(), strict=True))
        for vertex, label in zip(tree.minima[parts.basin].ravel(), arrays["resolved/labels"].ravel(), strict=True):
            assert minimum[label] == ends[vertex]


def test_minima_of_the_grid_are_marked_as_the_table_counts_them(run):
    for member in run.plan.members:
        _, arrays = member_header_and_arrays(run, member)
        row = run.metrics.query("member == @member.index and representation == 'resolved'").iloc[0]
        axes = [arrays[f"axis/{k}"] for k in (0, 1)]
        marked = {ARTEFACT: set(), UNRESOLVED: set()}
        for name in run.study.connectivity:  # a descent begins from the minima of all of them
            for at, mark in zip(arrays[f"{name}/minimum"], arrays[f"{name}/mark"].tolist(), strict=True):
                marked.get(mark, set()).add(
                    tuple(int(np.flatnonzero(axis == x)[0]) for axis, x in zip(axes, at, strict=True))
                )
        assert len(marked[ARTEFACT]) == row["n_artefacts"] > 0
        assert len(marked[UNRESOLVED]) <= row["n_unresolved"]


def test_basins_of_large_landscapes_are_not_searched_for(run, monkeypatch):
    monkeypatch.setattr(members, "MOST_POINTS", 10)
    header, arrays = member_header_and_arrays(run, run.plan.members[0])
    assert not any(r["labelled"] for r in header["representations"])
    assert not any(name.endswith("/labels") for name in arrays)
    first, second = header["notes"][-3:-1]
    assert first == "Basins of the resolved tree are not known here."
    assert second == "Basins of the face tree are not known here: topology.segmentation=true stores them."
