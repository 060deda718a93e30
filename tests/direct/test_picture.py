"""The picture of one landscape, and a landscape as a run directory."""

import landsweep
import numpy as np
import pytest
import torch
from landsweep import UserError
from landsweep.figures.critical import MINIMUM, critical
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from torch import nn

X = torch.linspace(-2, 2, 24)[:, None]


def mse(model, batch):
    x, y = batch
    return (model(x) - y).square().mean()


def made(**given):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
    how = {"points": 9, "range": 3, "strategy": "batched", "batch": 4, "progress": False}
    return landsweep.landscape(model, [(X, X.sin())], given.pop("loss", mse), **how | given)


@pytest.fixture(scope="module")
def plane():
    return made(seed=2, range=20)


def test_contours_stand_beside_the_tree_with_the_same_minima(plane):
    figure = plane.plot()
    left, right, bar = figure.axes
    tree = plane.merge_tree()
    minima = next(line for line in left.get_lines() if to_hex(line.get_color()) == to_hex(MINIMUM))
    i, j = np.unravel_index(tree.minima, tree.shape)
    expected = np.column_stack([plane.data.alpha_0.values[i], plane.data.alpha_1.values[j]])
    assert len(expected) > 1
    (lines,) = (found for found in left.collections if isinstance(found, LineCollection))
    axes = [plane.data[name].values for name in plane.data.dims]
    joints = critical(tree, axes, field=plane.data.values).joints  # as `landsweep figure` draws them
    np.testing.assert_array_equal(np.stack(lines.get_segments()), joints)
    assert {tuple(end) for end in joints[:, 1].tolist()} <= {tuple(at) for at in expected.tolist()}
    np.testing.assert_array_equal(np.column_stack(minima.get_data()), expected)
    assert right.get_xlabel().startswith(f"{len(tree.minima)} minima")
    heights = np.concatenate([line.get_ydata() for line in right.get_lines()])
    assert set(tree.node_values[: len(tree.minima)]) <= set(heights.tolist())
    assert left.get_xlabel() == "direction 0 [multiples of δ]"
    assert bar.get_ylabel() == right.get_ylabel() == "loss"
    assert right.get_yscale() == bar.get_yscale() == "log"
    assert figure.get_supxlabel() == "dots: minima, crosses: saddles, joined to the minima whose basins meet there"
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_scale_of_the_picture(plane):
    clip = float(np.median(plane.data))
    _, right, bar = plane.plot(scale="clipped").axes
    assert bar.get_ylabel() == f"loss, above {clip:.3g} clipped"
    assert right.get_ylim()[1] == clip
    with pytest.raises(UserError, match=r"^plot: scale is 'cubic', expected linear, log or clipped\.$"):
        plane.plot(scale="cubic")


def test_of_a_constant_nothing_is_clipped():
    constant = made(loss=lambda model, batch: mse(model, batch).clamp(min=2), points=3, range=1e-3)
    left, right, _ = constant.plot(scale="clipped").axes
    assert left.get_xlabel().endswith("constant: 2")
    low, high = right.get_ylim()
    assert low < 2 < high


def test_one_and_three_dimensions_and_none_that_is_finite():
    curve, _ = made(dims=1).plot().axes
    assert curve.get_lines()[0].get_xdata().tolist() == made(dims=1).data.alpha_0.values.tolist()
    left, *_ = made(dims=3, points=3).plot().axes
    assert left.get_title() == "at direction 2 = 0"
    assert not left.get_lines()  # minima and saddles lie elsewhere
    (alone,) = made(loss=lambda model, batch: mse(model, batch) * torch.nan).plot().axes
    assert "81 of 81 points" in alone.get_xlabel()


def test_a_saved_landscape_is_a_run_with_the_same_bits(plane, tmp_path):
    given = made(seed=2, range=20, connectivity=["face", "moore"])
    path = given.save(tmp_path / "mine")
    run = landsweep.open_run(path)
    assert run.dataset.loss.values.squeeze().tobytes() == given.data.values.tobytes()
    assert run.dataset.loss.dtype == given.data.dtype
    for name in ("face", "moore"):
        tree, other = run.merge_tree(name).to_arrays(), given.merge_tree(name).to_arrays()
        assert {key: x.tobytes() for key, x in tree.items()} == {key: x.tobytes() for key, x in other.items()}
    row = run.metrics[run.metrics.representation == "face"].iloc[0]
    assert {name: float(row[name]) for name in given.metrics.index} == pytest.approx(
        given.metrics.to_dict(), rel=0, abs=0, nan_ok=True
    )
    with pytest.raises(UserError, match="mine exists already, expected the name of a new run directory"):
        plane.save(path)
    with pytest.raises(UserError, match=r"mine\.nc exists already"):
        plane.save(str(path) + ".nc")
