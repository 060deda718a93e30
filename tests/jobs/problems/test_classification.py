"""The digits and ResNet-20 problems: shapes, counts, draws, training that resumes, and what they refuse."""

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.digits import Digits
from landsweep.jobs.problems.resnet import Images, ResNet20
from landsweep.kernels.problem import Batch, Start
from torch import nn


def test_resnet20_is_that_of_the_paper():
    model = ResNet20()
    assert sum(p.numel() for p in model.parameters()) == 269_722  # 0.27 M, table 6 of He et al. 2016
    assert sum(isinstance(m, nn.Conv2d) for m in model.modules()) == 19
    plain = ResNet20(shortcuts=False)
    assert [p.shape for p in plain.parameters()] == [p.shape for p in model.parameters()]
    x = torch.randn(2, 3, 32, 32)
    sizes = []
    for block in model.blocks:
        block.register_forward_hook(lambda m, i, o: sizes.append(tuple(o.shape[1:])))
    assert model(x).shape == (2, 10)
    assert sizes == [(16, 32, 32)] * 3 + [(32, 16, 16)] * 3 + [(64, 8, 8)] * 3


def test_a_shortcut_subsamples_and_pads_with_zeros():
    model, plain = ResNet20().eval(), ResNet20(shortcuts=False).eval()
    plain.load_state_dict(model.state_dict())
    block, without = model.blocks[3], plain.blocks[3]
    for m in (block, without):
        nn.init.zeros_(m.bn2.weight)  # the residual branch is silent
    x = torch.rand(1, 16, 8, 8)
    expected = torch.zeros(1, 32, 4, 4)
    expected[:, 8:24] = x[:, :, ::2, ::2]
    assert torch.equal(block(x), expected)
    assert not without(x).any()


def test_the_loss_is_cross_entropy_and_accuracy():
    problem = Digits()
    model = problem.build(0)
    (batch,) = problem.batches("test")
    with torch.no_grad():
        values = problem.loss(model, batch)
        logits = model(batch.data["inputs"])
    assert float(values["loss"]) == pytest.approx(
        float(nn.functional.cross_entropy(logits, batch.data["labels"])), rel=1e-6
    )
    right = (logits.argmax(1) == batch.data["labels"]).float().mean()
    assert float(values["accuracy"]) == pytest.approx(float(right), abs=1e-7)


def test_digits_are_learnt_and_resuming_gives_the_same_bits():
    problem = Digits(epochs=6)
    states = {}

    def keep(step, model, optimizer):
        states[step] = (
            {k: v.clone() for k, v in model.state_dict().items()},
            torch.utils._pytree.tree_map(lambda x: x.clone() if isinstance(x, torch.Tensor) else x, optimizer),
        )

    whole = problem.train(problem.build(0), 0, on_step=keep)
    assert sorted(states) == [1, 2, 3, 4, 5, 6]
    model = problem.build(1)
    weights, optimizer = states[3]
    model.load_state_dict(weights)
    resumed = problem.train(model, 0, start=Start(3, optimizer))
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))
    quality = problem.quality(whole)
    assert quality["test_accuracy"] > 0.9
    assert quality["train_loss"] < 0.5


def test_draws_resample_and_splits_are_apart():
    problem = Digits()
    own, again, other = (next(iter(problem.batches(draw=d))) for d in (0, 0, 1))
    assert torch.equal(own.data["inputs"], again.data["inputs"])
    assert not torch.equal(own.data["inputs"], other.data["inputs"])
    assert own.weight == other.weight == 1437
    assert next(iter(problem.batches("test"))).weight == 360
    with pytest.raises(ValueError, match="split is 'all', expected train or test"):
        next(iter(problem.batches("all")))


def test_images_from_a_file(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        "train_images": rng.integers(256, size=(600, 3, 32, 32), dtype=np.uint8),
        "train_labels": rng.integers(10, size=600),
        "test_images": rng.integers(256, size=(20, 3, 32, 32), dtype=np.uint8),
        "test_labels": rng.integers(10, size=20),
    }
    np.savez(tmp_path / "images.npz", **arrays)
    problem = Images(str(tmp_path / "images.npz"))
    batches = list(problem.batches())
    assert [b.weight for b in batches] == [256, 256, 88]
    whole = torch.cat([b.data["inputs"] for b in batches])
    np.testing.assert_allclose(whole.mean((0, 2, 3)), 0, atol=1e-4)
    np.testing.assert_allclose(whole.std((0, 2, 3)), 1, atol=1e-3)
    assert isinstance(batches[0], Batch)
    np.savez(tmp_path / "wrong.npz", train_images=arrays["train_images"][:, :1])
    with pytest.raises(ValueError, match=r"expected train_images \(n, 3, 32, 32\) and train_labels \(n,\)"):
        Images(str(tmp_path / "wrong.npz"))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"hidden": 0}, "hidden is 0, expected a whole number of at least 1"),
        ({"epochs": 1.5}, "epochs is 1.5, expected a whole number of at least 1"),
        ({"rate": -1}, "rate is -1, expected a number of at least 0"),
    ],
)
def test_mistakes(arguments, text):
    with pytest.raises(ValueError, match=text):
        Digits(**arguments)
