"""Networks are told apart by their tensors, and by what else their outputs may depend on."""

import numpy as np
import pytest
import torch
from landsweep.kernels.parameters.structure import Structure, lazy, materialise, resize, saved, unsaved, unwrapped
from torch import nn


def lazy_layers():
    return nn.Sequential(
        nn.LazyConv2d(6, 3, groups=2),
        nn.LazyConvTranspose2d(4, 3, groups=2),
        nn.LazyBatchNorm2d(),
        nn.LazyInstanceNorm2d(affine=True),
        nn.Flatten(),
        nn.LazyLinear(3),
    )


def test_lazy_layers_become_what_their_first_call_makes_of_them():
    called, restored = lazy_layers(), lazy_layers()
    x = torch.randn(2, 4, 5, 5)
    called(x)
    assert len(lazy(restored)) == 14
    built = Structure.of(restored)
    assert built.differences(Structure.of(called)) == []
    materialise(restored, {name: t.shape for name, t in saved(called).items()})
    assert lazy(restored) == []
    assert list(map(type, restored)) == list(map(type, called))
    assert [repr(layer) for layer in restored] == [repr(layer) for layer in called]
    restored.load_state_dict(called.state_dict())
    assert torch.equal(restored.eval()(x), called.eval()(x))
    assert unsaved(restored, called) == []


def test_a_lazy_layer_is_materialised_as_a_whole_or_not():
    layer = nn.LazyLinear(3)
    materialise(layer, {"weight": torch.Size([3, 2])})
    assert lazy(layer) == ["weight", "bias"]


class Observer(nn.Module):
    """A layer whose buffers come with its first data, as those of quantisation and of random features do."""

    def __init__(self):
        super().__init__()
        self.register_buffer("low", torch.tensor([]))
        self.register_buffer("features", None)
        self.register_buffer("queue", torch.zeros(4))

    def forward(self, x):
        self.low = x.amin(dim=0)
        if self.features is None:
            self.features = torch.randn(x.shape[1], 2)
        return x @ self.features


def test_buffers_that_come_with_data_are_restored():
    trained, built = Observer(), Observer()
    trained(torch.randn(5, 3))
    assert Structure.of(built).differences(Structure.of(trained)) == []
    tensors = {name: t.clone() for name, t in saved(trained).items()}
    resize(built, tensors, trained=True)
    assert {name: t.shape for name, t in saved(built).items()} == {name: t.shape for name, t in tensors.items()}
    built.load_state_dict(tensors)
    x = torch.randn(5, 3)
    assert torch.equal(built(x), trained(x))


def test_a_checkpoint_resizes_no_buffer_that_has_values():
    built = Observer()
    resize(built, {"low": torch.zeros(3), "queue": torch.zeros(9)}, trained=False)
    assert [t.shape for t in saved(built).values()] == [(3,), (4,)]
    resize(built, {"queue": torch.zeros(9)}, trained=True)
    assert built.queue.shape == (9,)


class Helper:
    """An object that is no layer."""

    def __init__(self, value):
        self.value = [value]


class Layer(nn.Module):
    def __init__(self, **attributes):
        super().__init__()
        vars(self).update(attributes)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"a": 1, "b": (1.0, [2, {"c": None}])}, {"a": 1, "b": (1.0, [2, {"c": None}])}, []),
        ({"a": 1.0}, {"a": 2.0}, ["a"]),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, ["a"]),
        ({"a": {"b": torch.ones(2)}}, {"a": {"b": torch.zeros(2)}}, ["a"]),
        ({"a": np.ones(2)}, {"a": np.ones(3)}, ["a"]),
        ({"a": float("nan")}, {"a": float("nan")}, []),
        ({"a": None}, {"a": torch.relu}, ["a"]),
        ({"a": torch.tanh}, {"a": torch.relu}, ["a"]),
        ({"a": torch.tanh}, {"a": torch.tanh}, []),
        ({}, {"a": 1}, ["a"]),
        ({"a": object()}, {"a": object()}, []),
        ({"a": Helper(torch.ones(2))}, {"a": Helper(torch.ones(2))}, []),
        ({"a": Helper(torch.ones(2))}, {"a": Helper(torch.zeros(2))}, ["a"]),
        ({"a": torch.ones(2, dtype=torch.bfloat16)}, {"a": torch.ones(2, dtype=torch.bfloat16)}, []),
    ],
)
def test_attributes_of_layers_are_compared(one, other, found):
    assert unsaved(Layer(**one), Layer(**other)) == found
    assert unsaved(nn.Sequential(Layer(**one)), nn.Sequential(Layer(**other))) == [f"0.{name}" for name in found]


def test_layers_are_compared():
    assert unsaved(nn.Sequential(nn.Tanh()), nn.Sequential(nn.ReLU(), nn.ReLU())) == [
        "layer 0 is a ReLU, in build() a Tanh",
        "layer 1 is new",
    ]


def test_what_changes_parameters():
    built = Structure.of(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)))
    tied = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    tied[1].weight = tied[0].weight
    assert built.differences(Structure.of(tied)) == ["1.weight is now tied to 0.weight"]
    assert Structure.of(tied).differences(built) == ["1.weight is no longer tied to 0.weight"]
    assert built.differences(Structure.of(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2, dtype=torch.complex64)))) == [
        "1.weight holds complex numbers, in build() real ones",
        "1.bias holds complex numbers, in build() real ones",
    ]


def test_what_is_around_a_network_is_taken_off_and_only_that():
    model = nn.Linear(2, 2)
    built = Structure.of(model)
    average = torch.optim.swa_utils.AveragedModel(model)
    assert unwrapped(model, built) is model
    assert unwrapped(nn.DataParallel(model), built) is model
    assert unwrapped(nn.DataParallel(average), built) is average.module
    calibrated = nn.Module()
    calibrated.module, calibrated.temperature = model, nn.Parameter(torch.ones(()))
    assert unwrapped(calibrated, built) is calibrated
    assert unwrapped(average, Structure.of(average)) is average
