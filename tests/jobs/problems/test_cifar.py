"""CIFAR-10: files in both official formats, crops and flips, the learning rate, and training that resumes."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.cifar import Cifar10
from landsweep.kernels.problem import Start

NAMES = [*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]


def images(n=4):
    """The pixels and labels of each file: bytes as the data set has them, 1024 red, 1024 green, 1024 blue."""
    rng = np.random.default_rng(0)
    return {
        name: (rng.integers(256, size=(n, 3072), dtype=np.uint8), rng.integers(10, size=n, dtype=np.uint8))
        for name in NAMES
    }


def binary(folder, parts):
    """Write records of a label and 3072 pixels."""
    folder.mkdir()
    for name, (pixels, labels) in parts.items():
        with (folder / f"{name}.bin").open("wb") as file:
            for label, image in zip(labels, pixels, strict=True):
                file.write(bytes([label]) + image.tobytes())
    return folder


def pickled(folder, parts):
    """Write dictionaries with keys of bytes, protocol 2."""
    folder.mkdir()
    for name, (pixels, labels) in parts.items():
        found = {b"batch_label": b"one", b"labels": labels.tolist(), b"data": pixels, b"filenames": [b"a.png"]}
        (folder / name).write_bytes(pickle.dumps(found, protocol=2))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return binary(tmp_path_factory.mktemp("cifar") / "cifar-10-batches-bin", images())


def test_both_versions_give_the_same_images(folder, tmp_path):
    parts = images()
    other = pickled(tmp_path / "cifar-10-batches-py", parts)
    one, two, above = Cifar10(str(folder)), Cifar10(str(other)), Cifar10(str(folder.parent))
    for split, names in (("train", NAMES[:5]), ("test", NAMES[5:])):
        pixels = np.concatenate([parts[name][0] for name in names]).reshape(-1, 3, 32, 32).astype(np.float64)
        scale = np.concatenate([parts[name][0] for name in NAMES[:5]]).reshape(-1, 3, 32, 32).astype(np.float64)
        expected = (pixels - scale.mean((0, 2, 3), keepdims=True)) / scale.std((0, 2, 3), keepdims=True)
        for problem in (one, two, above):
            found, labels = problem.samples(split)
            np.testing.assert_allclose(found, expected, atol=1e-5)
            assert labels.tolist() == np.concatenate([parts[name][1] for name in names]).tolist()
    assert len(one.files) == len(two.files) == 6


def test_crops_are_parts_of_the_padded_image_and_half_are_flipped(folder):
    problem = Cifar10(str(folder))
    inputs, _ = problem.samples("train")
    many = inputs[:1].expand(400, -1, -1, -1)
    found = problem.augmented(many, np.random.default_rng(0))
    black, _ = problem.samples("train")
    mean, deviation = problem._scale()
    black = (-mean / deviation).expand(1, 3, 40, 40).clone()
    black[:, :, 4:36, 4:36] = inputs[:1]
    crops = {}
    for y in range(9):
        for x in range(9):
            crop = black[0, :, y : y + 32, x : x + 32]
            crops[crop.numpy().tobytes()] = (y, x, False)
            crops[crop.flip(2).contiguous().numpy().tobytes()] = (y, x, True)
    seen = [crops[one.contiguous().numpy().tobytes()] for one in found]
    assert {y for y, _, _ in seen} == {x for _, x, _ in seen} == set(range(9))
    assert 150 < sum(flipped for *_, flipped in seen) < 250


def test_the_rate_falls_as_pyhessian_lets_it(folder):
    problem = Cifar10(str(folder))
    assert (problem.epochs, problem.rate, problem.decay, problem.batch_size) == (180, 0.1, 5e-4, 128)
    assert [round(problem.schedule(e), 9) for e in (0, 79, 80, 119, 120, 179)] == [1, 1, 0.1, 0.1, 0.01, 0.01]
    assert [round(Cifar10(str(folder), epochs=9).schedule(e), 9) for e in (3, 4, 6)] == [1, 0.1, 0.01]


def test_residual_changes_the_function_alone_and_training_resumes_with_the_same_bits(folder):
    problem = Cifar10(str(folder), residual=0, epochs=2, batch_size=10)
    x = torch.rand(2, 3, 32, 32)
    other = Cifar10(str(folder), residual=True).build(0)
    assert sum(p.numel() for p in other.parameters()) == 269_722
    assert not torch.equal(problem.build(0)(x), other(x))
    states = []

    def keep(step, model, state):
        states.append((step, deepcopy(model.state_dict()), deepcopy(state)))

    whole = problem.train(problem.build(0), 7, on_step=keep)
    step, weights, state = states[0]
    model = problem.build(1)
    model.load_state_dict(weights)
    resumed = problem.train(model, 7, start=Start(step, state))
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))


def test_landscapes_take_a_subset_and_quality_takes_all(folder):
    problem = Cifar10(str(folder), subset=6)
    assert [b.weight for b in problem.batches()] == [6]
    assert [b.weight for b in problem.batches("test")] == [4]
    first, second = (next(iter(problem.batches(draw=d))).data["inputs"] for d in (1, 2))
    assert len(first) == 6
    assert not torch.equal(first, second)
    whole = Cifar10(str(folder), subset=None)
    model = problem.build(0)
    assert problem.quality(model) == whole.quality(model)


class Writes:
    """What a malicious pickle does: it calls a function as it is read."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_mistakes(folder, tmp_path):
    with pytest.raises(ValueError, match=r"holds no images of CIFAR-10, expected data_batch_1 to data_batch_5"):
        Cifar10(str(tmp_path))
    half = binary(tmp_path / "half", {name: part for name, part in images().items() if name != "data_batch_3"})
    with pytest.raises(ValueError, match=r"data_batch_3\.bin is missing"):
        Cifar10(str(half))
    cut = binary(tmp_path / "cut", images())
    (cut / "test_batch.bin").write_bytes((cut / "test_batch.bin").read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"has 12291 bytes, expected a multiple of 3073"):
        Cifar10(str(cut)).samples("test")
    evil = pickled(tmp_path / "evil", images())
    (evil / "test_batch").write_bytes(pickle.dumps({b"data": Writes(tmp_path / "made"), b"labels": []}))
    with pytest.raises(ValueError, match=r"is no batch of CIFAR-10's Python version \(it asks for .*open"):
        Cifar10(str(evil)).samples("test")
    assert not (tmp_path / "made").exists()
    with pytest.raises(ValueError, match="subset is 0, expected a whole number of at least 1"):
        Cifar10(str(folder), subset=0)
