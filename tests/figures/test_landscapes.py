"""A member's landscape: what maps mark, what is not evaluated yet."""

from types import SimpleNamespace

import numpy as np
import pytest
from landsweep import open_run
from landsweep.disk.store import Landscape
from landsweep.figures.landscapes import _fit, draw_landscape, field_of
from landsweep.figures.planes import curve
from landsweep.kernels.topology.metrics import topology_metrics
from matplotlib.figure import Figure
from pictures import field
from support import reference_run


@pytest.mark.parametrize("least", [0.0, "10%"])
def test_maps_mark_the_minima_and_saddles_that_are_counted(least):
    run = open_run(reference_run())
    topology = run.study.topology.model_copy(update={"min_persistence": least})
    study = run.study.model_copy(update={"topology": topology})
    landscape, marked, dropped = Landscape(run.directory.landscape), [], 0
    for member in run.plan.members:
        figure = Figure()
        opened = SimpleNamespace(study=study, directory=run.directory)
        draw_landscape(figure.subplots(), opened, landscape, member)
        marked.append([len(line.get_xdata()) for line in figure.axes[0].get_lines()])
        tree = run.merge_tree(**member.coords)
        counted = topology_metrics(tree, min_persistence=topology.threshold.loss(tree.value_range))
        assert marked[-1] == [n for n in (counted["n_saddles"], counted["n_minima"]) if n]
        dropped += len(tree.minima) - counted["n_minima"]
    assert (dropped > 0) == bool(least)


def test_a_field_has_its_coordinates_and_units():
    run = open_run(reference_run())
    member = run.plan.members[3]
    found = field_of(run, Landscape(run.directory.landscape), member)
    stored = run.dataset.loss.sel(dict(member.coords))
    np.testing.assert_array_equal(found.values, stored.values)
    assert found.alpha_0.values.tolist() == stored.alpha_0.values.tolist()
    assert (found.alpha_1.attrs["long_name"], found.alpha_1.attrs["units"]) == ("direction 1", "multiples of δ")
    with pytest.raises(ValueError, match=r"field is 'accuracy', expected one of loss, with one number at a point"):
        field_of(run, Landscape(run.directory.landscape), member, "accuracy")


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_what_stands_beside_a_curve_has_room_unless_limits_are_shared(scale):
    for shared in (False, True):
        ax = curve(field(np.linspace(1, 2, 5)), Figure().subplots(), scale=scale)
        before = ax.get_ylim()
        ax.plot([0.0, 0.5], [0.125, 1.5], "o", clip_on=False)
        _fit(ax, shared)
        assert ax.get_ylim()[1] == before[1]
        assert (ax.get_ylim()[0] == before[0]) if shared else (0 <= ax.get_ylim()[0] < 0.125)
        assert ax.get_lines()[1].get_clip_on() == shared
