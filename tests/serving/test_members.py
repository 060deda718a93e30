"""Members that are served: kept until their files change, whole or, where they are large, in parts."""

import numpy as np
import pytest
from landsweep.api import Run
from landsweep.base.errors import DamagedShard
from landsweep.disk.store import Landscape
from landsweep.serving import copies, members
from landsweep.serving.copies import Copies
from landsweep.serving.members import Members, steadily
from landsweep.serving.planes import Plane, Refused
from support import copy_of, reference_run
from written import imported, unpacked

BOTH = Plane(0, 1, (0, 0))


@pytest.fixture
def run(tmp_path):
    return Run(copy_of(reference_run(), tmp_path))


def values(found):
    return unpacked(found)[1]["values"]


def test_a_member_is_read_again_when_its_units_land(run, monkeypatch):
    read, whole = [], members.member_header_and_arrays
    monkeypatch.setattr(members, "member_header_and_arrays", lambda *a: read.append(a) or whole(*a))
    shown, member = Members(Copies()), run.plan.members[2]
    first = shown.slice(run, member, "loss", "", BOTH)
    assert shown.member(run, member) == shown.member(run, member)
    assert len(read) == 1
    landscape = Landscape(run.directory.landscape, "r+")
    units = landscape.units_of(member.position)
    kept = {unit.index: (landscape.read_unit(unit), landscape.read_status(unit)) for unit in units}
    whole_grid = values(first)
    for unit in units:
        landscape.discard(unit)
    monkeypatch.setattr(members, "FRESH_SECONDS", 0)
    with pytest.raises(Refused, match="Member 2 has no landscape yet"):
        shown.member(run, member)
    landscape.write_unit(units[0], *kept[units[0].index])
    part = values(shown.slice(run, member, "loss", "", BOTH))
    box = units[0].box[landscape.sweep_ndim :]
    np.testing.assert_array_equal(part[box], whole_grid[box])
    assert np.isnan(part).sum() == part.size - part[box].size
    header, _ = unpacked(shown.member(run, member))
    assert f"{part.size - part[box].size} of 35 points are not evaluated yet." in header["notes"]
    for unit in units[1:]:
        landscape.write_unit(unit, *kept[unit.index])
    assert shown.slice(run, member, "loss", "", BOTH) == first


def test_what_is_said_of_a_large_landscape_is_what_is_said_of_a_small_one(run, monkeypatch):
    small = Members(Copies())
    expected = [unpacked(small.member(run, m)) for m in run.plan.members]
    slices = [small.slice(run, m, "loss", "", BOTH) for m in run.plan.members]
    monkeypatch.setattr(members, "WHOLE_POINTS", 10)

    large = Members(Copies())
    for m, (header, arrays), cut in zip(run.plan.members, expected, slices, strict=True):
        found, more = unpacked(large.member(run, m))
        unknown = "Basins of the freudenthal tree are not known here: topology.segmentation=true stores them."
        assert found["notes"] == [*header["notes"], unknown]
        assert [r["labelled"] for r in found["representations"]] == [False]
        same = ("axes", "fields", "strides", "ranges", "start")
        assert [found[key] for key in same] == [header[key] for key in same]
        assert more.keys() == arrays.keys()
        assert all(np.array_equal(more[name], arrays[name], equal_nan=True) for name in arrays)
        assert large.slice(run, m, "loss", "freudenthal", BOTH) == cut


def test_basins_of_a_large_landscape_are_those_that_the_run_has_stored(tmp_path, monkeypatch):
    rough = np.random.default_rng(0).standard_normal((9, 9))
    imported(tmp_path / "run", {"rough": rough}, "--set", "topology.segmentation=true")
    run = Run(tmp_path / "run")
    (member,) = run.plan.members
    (name,) = run.study.connectivity
    expected = unpacked(Members(Copies()).slice(run, member, "loss", name, BOTH))[1]["labels"]
    monkeypatch.setattr(members, "WHOLE_POINTS", 10)
    found = unpacked(Members(Copies()).slice(run, member, "loss", name, BOTH))[1]["labels"]
    np.testing.assert_array_equal(found, expected)
    tree = run.merge_tree(name)
    births, counts = rough[np.unravel_index(tree.minima, rough.shape)], np.unique(found, return_counts=True)[1]
    assert len(counts) == len(births) > 5
    assert sorted(counts) == sorted(tree.basin_volume)


@pytest.mark.parametrize("large", [False, True])
def test_of_a_run_that_is_gone_what_was_read_is_still_shown(run, monkeypatch, large):
    if large:
        monkeypatch.setattr(members, "WHOLE_POINTS", 10)
        monkeypatch.setattr(members, "FRESH_SECONDS", 0)
        monkeypatch.setattr(copies, "FRESH_SECONDS", 0)
    shown, (first, second) = Members(Copies()), run.plan.members[:2]
    before = shown.member(run, first), shown.slice(run, first, "loss", "", BOTH)
    run.path.rename(run.path.with_name("away"))
    assert (shown.member(run, first), shown.slice(run, first, "loss", "", BOTH)) == before
    with pytest.raises(Refused, match="Member 1 has no landscape yet"):
        shown.member(run, second)


def test_files_are_looked_at_once_a_second_until_a_member_is_asked_for_again(run, monkeypatch):
    shown, member = Members(Copies()), run.plan.members[0]
    before = shown.slice(run, member, "loss", "", BOTH)
    landscape = Landscape(run.directory.landscape, "r+")
    for unit in landscape.units_of(member.position)[1:]:
        landscape.discard(unit)
    monkeypatch.setattr(members, "FRESH_SECONDS", 1e6)
    assert shown.slice(run, member, "loss", "", BOTH) == before
    shown.member(run, member)
    assert np.isnan(values(shown.slice(run, member, "loss", "", BOTH))).any()


def test_only_so_much_is_kept(run, monkeypatch):
    monkeypatch.setattr(members, "KEPT_BYTES", 1)
    shown = Members(Copies())
    for member in run.plan.members:
        shown.member(run, member)
    assert len(shown._kept) == 1


def test_a_unit_that_is_written_between_two_reads_is_no_damage(tmp_path):
    answers = [DamagedShard(tmp_path, "it does not agree with status"), 5]

    def read():
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    assert steadily(read) == 5
    answers += [DamagedShard(tmp_path, "really")] * 3
    with pytest.raises(DamagedShard, match="really"):
        steadily(read)
