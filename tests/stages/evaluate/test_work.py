"""Stage evaluate: points at which the loss raises an error, in whole runs."""

import json
from types import SimpleNamespace

import landsweep
import numpy as np
import pytest
from landsweep.kernels.curvature.alpha import ALPHA_FIELDS
from landsweep.session.context import record_points
from landsweep.stages.evaluate.work import _Raised, _Work
from support import inside, make_study, store_arrays

RAISES = """

class Raises(Toy):
    def loss(self, model, batch):
        fields = super().loss(model, batch)
        low = torch.linalg.cholesky((BOUND - fields["loss"]).clamp(-1, 1).reshape(1, 1))
        return fields | {"loss": fields["loss"] + 0 * low.sum()}
"""


def write(folder, bound, **changes):
    study = make_study(folder, problem__path="toy.py:Raises", problem__params={"steps": 5}, **changes)
    toy = folder / "toy.py"
    toy.write_text(toy.read_text() + RAISES.replace("BOUND", str(bound)))
    return study


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The landscapes without an error."""
    folder = tmp_path_factory.mktemp("whole")
    done = inside("run", write(folder, 1e9), "--out", folder / "run")
    assert done.returncode == 0, done.stderr
    return store_arrays(folder / "run")


@pytest.mark.parametrize("unit_seconds", [20, 1e-4])
def test_points_that_raise_are_nan_and_the_others_keep_their_bits(tmp_path, whole, unit_seconds):
    bound = float(np.quantile(whole["loss"], 0.6))
    study = write(tmp_path, bound, executor__unit_seconds=unit_seconds)
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    found = store_arrays(tmp_path / "run")
    lost = found["status"] == 2
    assert lost[whole["loss"] >= bound].all()  # where the mean is above the bound, one of the batches is
    assert 0 < lost.sum() < lost.size
    assert (found["status"][~lost] == 1).all()
    assert np.isnan(found["loss"][lost]).all()
    assert found["loss"][~lost].tobytes() == whole["loss"][~lost].tobytes()
    assert "The loss raised an error at alpha = (" in done.stderr
    assert "_LinAlgError: linalg.cholesky: " in done.stderr
    assert f"The loss raised an error at {lost.sum()} points: alpha = (" in done.stderr
    assert not landsweep.open_run(tmp_path / "run").failures
    records = [json.loads(p.read_text()) for p in (tmp_path / "run" / "failures" / "points").iterdir()]
    assert sum(len(record["points"]) for record in records) == lost.sum()
    axes = [np.linspace(-1, 1, n) for n in found["loss"].shape[-2:]]
    for record in records:
        member = np.unravel_index(record["member"], found["loss"].shape[:-2])
        for point in record["points"]:
            at = [int(np.argmin(np.abs(axis - x))) for axis, x in zip(axes, point["alpha"], strict=True)]
            assert lost[(*member, *at)]
        assert "toy.py" in record["traceback"]
    again = inside("run", study, "--out", tmp_path / "run")
    assert again.returncode == 0
    assert "raised" not in again.stderr


def test_a_landscape_fails_where_all_of_its_points_raise(tmp_path, whole):
    """The models' least losses differ, so that one of them has points below the bound and the other has none."""
    least = whole["loss"].min(axis=tuple(range(1, whole["loss"].ndim)))
    study = write(tmp_path, float(least.mean()))
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 3, done.stderr
    status = store_arrays(tmp_path / "run")["status"]
    dead = int(least.argmax())
    assert (status[dead] == 3).all()
    assert set(np.unique(status[1 - dead])) <= {1, 2, 3}
    assert (status[1 - dead] == 1).any()
    assert all("cholesky" in text for text in landsweep.open_run(tmp_path / "run").failures.values())


def test_a_choice_of_strategy_finds_points_at_which_the_loss_runs(tmp_path, whole):
    """The centre of each landscape raises, where strategies are tried first."""
    study = write(tmp_path, 0)
    toy = tmp_path / "toy.py"
    toy.write_text(toy.read_text().replace("(0 - fields", "(model(torch.ones(1, 2)).abs().sum() - 0.7 + 0 * fields"))
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode in (0, 3), done.stderr
    status = store_arrays(tmp_path / "run")["status"]
    assert (status == 1).any()
    assert (status == 2).any()


def test_eigenvalues_at_points_that_raise_are_nan_too(tmp_path, whole):
    bound = float(np.quantile(whole["loss"], 0.6))
    changes = {"evaluation": {"strategy": "inplace"}, "fields": ["loss", "hessian_max"], "sweep__beta": [1.0]}
    study = write(tmp_path, bound, grid__points=3, sweep__direction_seed=[0], **changes)
    toy = tmp_path / "toy.py"
    raising = (
        f"if float(fields['loss'].detach()) >= {bound}:\n            raise ArithmeticError('too high')\n        low ="
    )
    toy.write_text(
        toy.read_text().replace("low = torch.linalg", f"{raising} torch.linalg").replace(f"({bound} -", "(1e9 -")
    )
    done = inside("run", study, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    found = store_arrays(tmp_path / "run")
    lost = found["status"] == 2
    assert 0 < lost.sum() < lost.size
    assert np.isnan(found["hessian_max"][lost]).all()
    assert np.isfinite(found["hessian_max"][~lost]).all()


class Bounded:
    """An evaluator of the extreme eigenvalues that raises above a bound."""

    width, precision = 1, SimpleNamespace(dtype="float32")
    strategy = SimpleNamespace(fields=("hessian_max", "unfinished"))

    def __init__(self, bound):
        self.bound = bound

    def __call__(self, alpha):
        if (alpha > self.bound).any():
            raise ArithmeticError("no gradient")
        return {name: np.zeros(len(alpha)) for name in self.strategy.fields}


def extremes(bound, low, high):
    """The eigenvalues in a unit, and what the unit says, on a landscape of 32 points from 0 to 2."""
    work, axis = object.__new__(_Work), np.linspace(0, 2, 32)
    work.context = SimpleNamespace(
        kept=lambda what, key, load: Bounded(bound) if what == "extremes" else load(),
        stop=SimpleNamespace(requested=False),
    )
    work._coordinates, work._unfinished, work._bare = {"x": [axis]}, 0, _Raised()
    member = SimpleNamespace(index=0, coords={"subspace": "x"})
    geometry = SimpleNamespace(multiples=lambda grid: grid)
    return work, work._extremes(member, geometry, axis[low:high, None], np.ones(high - low, bool))


@pytest.mark.parametrize(("low", "high"), [(0, 32), (0, 8), (16, 32), (31, 32)])
def test_units_are_no_reason_to_fail_where_the_hessian_raises(low, high):
    """The Hessian raises above 0.5: everywhere in the last units, in none of the first."""
    above = np.linspace(0, 2, 32)[low:high] > 0.5
    work, found = extremes(0.5, low, high)
    np.testing.assert_array_equal(found["hessian_max"], np.where(above, np.nan, 0))
    assert list(found) == ["hessian_max"]
    assert (work._bare.count, work._bare.error) == (above.sum(), "ArithmeticError: no gradient" if above.any() else "")
    with pytest.raises(ArithmeticError):  # on the whole landscape
        extremes(-1, low, high)


def test_what_is_said_of_points_that_raise_is_what_their_file_holds(tmp_path):
    member, path = SimpleNamespace(index=3, coords={"seed": 0}), tmp_path / "points" / "member-00003-unit-00000.json"
    path.parent.mkdir()
    points = []
    for at in ((0.0, 1.0), (1.0, 1.0)):
        try:
            raise ArithmeticError(f"at {at}")
        except ArithmeticError as error:
            points.append((at, error))
    record_points(path, member, points)
    record = json.loads(path.read_text())
    assert [(tuple(point["alpha"]), point["error"]) for point in record["points"]] == [
        (at, f"ArithmeticError: at {at}") for at, _ in points
    ]
    assert "at (0.0, 1.0)" in record["traceback"]
    assert "at (1.0, 1.0)" not in record["traceback"]
    said = _Raised(2, [at for at, _ in points], "ArithmeticError: at (0.0, 1.0)").sentence(path.parent)
    assert said.endswith(f"{path.parent} lists all of them, with the traceback of each file's first.")


STAGES = "train,subspace,evaluate"


def derived(folder, **changes):
    """A small landscape with its derivatives, whose fields are read with checks."""
    folder.mkdir(exist_ok=True)
    study = make_study(
        folder,
        **{
            "fields": ["loss", "alpha_gradient", "alpha_hessian"],
            "evaluation__dtype": "float64",
            "subspaces__random__range": [-0.01, 0.01],
            "grid__points": [5, 4],
            "problem__params": {"steps": 5},
            "sweep__beta": [1.0],
            "sweep__direction_seed": [0],
        }
        | changes,
    )
    done = inside("run", study, "--out", folder / "run", "--stages", STAGES)
    assert done.returncode == 0, done.stderr
    return landsweep.open_run(folder / "run").dataset.load(), done.stderr


def test_derivatives_by_the_coordinates_are_differences_of_stored_losses(tmp_path):
    found, said = derived(tmp_path)
    assert "alpha_gradient and alpha_hessian: 16 points at once, " in said
    assert found.alpha_hessian.dims == (*found.loss.dims, "direction", "direction_")
    assert found.alpha_gradient.dims == (*found.loss.dims, "direction")
    loss, gradient, hessian = (found[name].values[0, 0, 0, 0] for name in ("loss", "alpha_gradient", "alpha_hessian"))
    for k, axis in enumerate((found.alpha_0.values, found.alpha_1.values)):
        slopes = np.gradient(loss, axis, axis=k)
        inner = (slice(1, -1),) * 2
        np.testing.assert_allclose(gradient[inner][..., k], slopes[inner], rtol=1e-3, atol=1e-4 * np.abs(slopes).max())
        bends = np.gradient(gradient, axis, axis=k)[inner]
        np.testing.assert_allclose(hessian[inner][..., k], bends, rtol=1e-3, atol=1e-4 * np.abs(bends).max())
    derived(tmp_path, sweep__beta=[1.0, 2.0])  # extended
    more = store_arrays(tmp_path / "run")
    assert more["alpha_hessian"].shape == (2, *found.alpha_hessian.shape[1:])
    assert more["alpha_hessian"][:1].tobytes() == found.alpha_hessian.values.tobytes()
    assert np.isfinite(more["alpha_hessian"]).all()
    (tmp_path / "run" / "landscape.zarr" / "alpha_hessian" / "c").joinpath(*"00000000").unlink()
    with pytest.raises(landsweep.UserError, match="alpha_hessian"):
        landsweep.open_run(tmp_path / "run").dataset.alpha_hessian.load()
    done = inside("run", tmp_path / "study.yaml", "--out", tmp_path / "run", "--repair", "--stages", STAGES)
    assert done.returncode == 0, done.stderr
    again = store_arrays(tmp_path / "run")["alpha_hessian"]
    assert again.tobytes() == more["alpha_hessian"].tobytes()


def test_derivatives_do_not_depend_on_units(tmp_path):
    found, _ = derived(tmp_path / "one", evaluation__dtype="float32")
    cut, _ = derived(tmp_path / "many", evaluation__dtype="float32", executor__unit_seconds=1e-4)
    for name in ("loss", "alpha_gradient", "alpha_hessian"):
        assert found[name].values.tobytes() == cut[name].values.tobytes()
    assert len(list((tmp_path / "many" / "run" / "landscape.zarr" / "status").rglob("c/*/*/*/*/*/*"))) > 1


@pytest.mark.parametrize(("finite", "said"), [(True, (1, "ArithmeticError: no gradient")), (False, (0, ""))])
def test_it_is_said_where_derivatives_raise_and_the_loss_does_not(finite, said):
    found = {name: np.full((3, *(2,) * k), np.nan) for k, name in enumerate(ALPHA_FIELDS, 1)}
    stub = SimpleNamespace(at_width=lambda alpha: (found, {2: ArithmeticError("no gradient")}))
    work, member = object.__new__(_Work), SimpleNamespace(index=0)
    work.context = SimpleNamespace(
        kept=lambda what, key, load: stub, study=SimpleNamespace(alpha_fields=("alpha_hessian",))
    )
    work._bare = _Raised()
    geometry = SimpleNamespace(multiples=lambda at: at, by_coordinates=lambda at, *parts: parts)
    columns = work._derivatives(member, geometry, np.zeros((3, 2)), np.array([True, True, finite]))
    assert list(columns) == ["alpha_hessian"]
    assert (work._bare.count, work._bare.error) == said
