"""What a call leaves in the attributes of a network is put back."""

from functools import cached_property

import pytest
import torch
from landsweep.kernels.parameters.attributes import Attributes
from torch import nn


class Remembers(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))
        self.by_dtype, self.calls, self.names = {}, [], {"a"}
        self.last = None

    @cached_property
    def unit(self):
        return self.weight / self.weight.norm()

    def forward(self, x):
        self.by_dtype[x.dtype] = x
        self.calls.append(x)
        self.names.add("b")
        self.last = x @ self.unit
        return self.last


def test_everything_is_as_it_was():
    network = nn.Sequential(Remembers(), nn.Identity())
    network[0].by_dtype[torch.int8] = "kept"
    before = Attributes(network.modules())
    assert not before.put_back()
    network(torch.ones(2, 3))
    network.train(False)
    assert before.put_back()
    found = vars(network[0])
    assert "unit" not in found
    assert (found["last"], found["calls"], found["names"]) == (None, [], {"a"})
    assert found["by_dtype"] == {torch.int8: "kept"}
    assert not network.training  # modes are looked after by others
    assert not before.put_back()


@pytest.mark.parametrize("change", ["replaced", "removed", "reordered"])
def test_a_container_is_put_back_whatever_became_of_it(change):
    module = Remembers()
    module.by_dtype = {"a": 1, "b": 2}
    kept, before = module.by_dtype, Attributes([module])
    if change == "replaced":
        module.by_dtype = {}
    elif change == "removed":
        del module.by_dtype
    else:
        module.by_dtype["a"] = module.by_dtype.pop("a")
    assert before.put_back()
    assert module.by_dtype is kept
    assert list(kept.items()) == [("a", 1), ("b", 2)]
