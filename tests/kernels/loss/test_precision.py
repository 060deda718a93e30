"""What evaluation.dtype means to torch, and that nothing of it outlives a block."""

import pytest
import torch
from landsweep.kernels.loss.precision import PRECISIONS

CPU = torch.device("cpu")


def settings():
    return (
        torch.get_float32_matmul_precision(),
        torch.backends.cudnn.allow_tf32,
        torch.are_deterministic_algorithms_enabled(),
        torch.is_autocast_enabled("cpu"),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("float64", ("highest", False, False, False)),
        ("float32", ("highest", False, False, False)),  # torch's default would round convolutions
        ("tf32", ("high", True, False, False)),
        ("bf16", ("highest", False, False, True)),
    ],
)
def test_settings_inside_and_after(name, expected):
    before = settings()
    with PRECISIONS[name].active(CPU):
        assert settings() == expected
    assert settings() == before
    with PRECISIONS[name].active(CPU, deterministic=True):
        assert settings()[2]
    assert settings() == before


def test_determinism_that_is_set_already_is_not_set_again(monkeypatch):
    """A call makes torch import its compiler, which takes each process seconds."""
    called, real = [], torch.use_deterministic_algorithms
    monkeypatch.setattr(
        torch, "use_deterministic_algorithms", lambda mode, **more: (called.append(mode), real(mode, **more))
    )
    with PRECISIONS["float32"].active(CPU):
        assert not called
    with PRECISIONS["float32"].active(CPU, deterministic=True):
        with PRECISIONS["float64"].active(CPU):  # others may ask for less inside
            assert not settings()[2]
        assert settings()[2]
    assert called == [True, False, True, False]
    assert not settings()[2]
