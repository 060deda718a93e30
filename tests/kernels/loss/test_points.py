"""Rows of parameters are the same whether theta and the directions are on the device or stay where they are."""

import pytest
import torch
from landsweep.kernels.loss import points
from landsweep.kernels.loss.points import Points
from safetensors.torch import load_file, save_file

CPU = torch.device("cpu")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("d", "w"), [(1, 1), (2, 1), (2, 5), (6, 3)])
def test_pieces_give_the_bits_of_the_whole(monkeypatch, dtype, d, w):
    monkeypatch.setattr(points, "PIECE", 64)
    generator = torch.Generator().manual_seed(0)
    theta, delta = torch.randn(1000, generator=generator), torch.randn(d, 1000, generator=generator)
    alpha = torch.randn(w, d, generator=generator, dtype=dtype)
    whole, pieces = Points(theta, delta, CPU, dtype), Points(theta, delta, CPU, dtype, budget=0)
    assert (whole.resident, pieces.resident) == (True, False)
    assert pieces.rows(alpha).dtype == dtype
    assert torch.equal(pieces.rows(alpha), whole.rows(alpha))
    expected = theta.double() + alpha.double() @ delta.double()
    torch.testing.assert_close(pieces.rows(alpha).double(), expected, rtol=1e-5, atol=1e-5)


def test_directions_mapped_from_a_file(monkeypatch, tmp_path):
    monkeypatch.setattr(points, "PIECE", 100)
    theta, delta = torch.randn(777), torch.randn(2, 777)
    save_file({"delta": delta}, tmp_path / "delta.safetensors")
    mapped = load_file(tmp_path / "delta.safetensors")["delta"]
    alpha = torch.randn(3, 2)
    torch.testing.assert_close(
        Points(theta, mapped, CPU, torch.float32, budget=0).rows(alpha), theta + alpha @ delta, rtol=1e-6, atol=1e-6
    )
