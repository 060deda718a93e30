"""What is written beside checkpoints on landscapes: their names, none over another."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from landsweep.disk.directions import OWN, Projections
from landsweep.figures import trajectories
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


@pytest.fixture
def named(monkeypatch):
    """Draw checkpoints by (file, path, coordinates) on a landscape; return the texts beside them, and their boxes."""

    def draw(*checkpoints, dims=2):
        names, paths, at = zip(*checkpoints, strict=True)
        ones = np.ones(len(names))
        found = Projections(np.array(names), np.array(paths), np.array(at, dtype=float), 0 * ones, ones, ones)
        monkeypatch.setattr(trajectories, "read_projections", lambda *_: found)
        monkeypatch.setattr(trajectories, "load_geometry", lambda path: SimpleNamespace(shares=np.full(dims, np.nan)))
        figure = Figure(figsize=(4, 3), layout="constrained")
        panel = figure.subplots()
        axes = [np.linspace(-1, 1, 5)] * dims
        panel.set_xlim(-1, 1)
        directory = SimpleNamespace(directions=lambda index: None)
        trajectories.draw_projections(panel, SimpleNamespace(directory=directory), SimpleNamespace(index=0), axes)
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        boxes = [text.get_window_extent(renderer) for text in panel.texts]
        assert not [1 for one, other in combinations(boxes, 2) if one.overlaps(other)]
        return [text.get_text() for text in panel.texts]

    return draw


def test_checkpoints_that_span_a_plane_are_named(named):
    corners = ((OWN, "", (0, 0)), ("runs/b/model-1/theta.safetensors", "", (1, 0)), ("c.pt", "", (0.5, 1)))
    assert named(*corners) == ["model", "theta", "c"]
    files = [f"runs/a/weights/model-0000{k}/theta.safetensors" for k in range(3)]
    at = [(-1, -1), (1, -1), (0, 1)]
    assert named(*((file, "", place) for file, place in zip(files, at, strict=True))) == [
        "model-00000",
        "model-00001",
        "model-00002",
    ]


@pytest.mark.parametrize("dims", [1, 2])
def test_paths_that_begin_and_end_at_one_place_do_not_overprint_their_numbers(named, dims):
    steps = [(f"{path}{k}.pt", path, (0.002 * k, 0.001)[:dims]) for path in ("sgd", "adam", "lbfgs") for k in range(12)]
    assert named(*steps, dims=dims) == ["0", "11"] * 3


def test_of_too_many_names_at_one_place_some_are_left_out(named):
    shown = named(*((f"{k}.pt", "", (0.0, 0.0)) for k in range(60)))
    assert 10 < len(shown) < 60


def test_files_of_one_name_are_told_apart_by_their_folders():
    assert trajectories.short(["a/x.pt", "b/x.pt"]) == ["a", "b"]
    assert trajectories.short(["a/x.pt", "a/y.pt"]) == ["x", "y"]
    assert trajectories.short(["x.pt", "x.pt", OWN]) == ["x", "x", "model"]
    assert trajectories.short(["a/x.pt", "a/y.pt", "b/x.pt"]) == ["a/x", "y", "b/x"]
