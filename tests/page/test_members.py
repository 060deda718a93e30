"""A member for the explorer: trees of the loss itself beside those of the grid, and who stands for whom."""

import numpy as np
import pytest
from landsweep import open_run
from landsweep.disk.trees import find_resolved
from landsweep.kernels import segmentation
from landsweep.kernels.critical.starts.touching import CONNECTIVITY
from landsweep.page import members
from landsweep.page.members import member_header_and_arrays
from landsweep.page.trees import ARTEFACT, UNRESOLVED
from resolving import two_himmelblaus


@pytest.fixture(scope="module")
def run():
    return open_run(two_himmelblaus())


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
