"""Functions that modules keep refer to the copy of a module, not to what was copied."""

import weakref
from functools import partial

import pytest
import torch
from landsweep.kernels.loss.functional import copied
from landsweep.kernels.parameters.closures import rebound
from torch import nn


class Kept(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.net, self.seen = nn.Linear(2, 1), {}
        self.part = {
            "closure": lambda x: self.net(x),
            "default": lambda x, net=self.net: net(x),
            "keyword": lambda x, *, net=self.net: net(x),
            "partial": partial(lambda net, x: net(x), self.net),
            "method": self.method,
            "list": [lambda x: self.net(x)],
            "dictionary": {"a": lambda x: self.net(x)},
            "nested": (lambda f: lambda x: f(x))(lambda x: self.net(x)),
            "recursive": self.recursive(),
            "mutual": self.mutual(),
            "around": self.around(),
            "weak": partial(lambda net, x: net()(x), weakref.ref(self.net)),
        }[how]

    def recursive(self):
        def part(x, depth=2):
            return part(x, depth - 1) if depth else self.net(x)

        return part

    def mutual(self):
        def even(x, depth=2):
            return odd(x, depth - 1) if depth else self.net(x)

        def odd(x, depth):
            return even(x, depth - 1)

        return even

    def around(self):
        parts = [lambda x: parts[1]["net"](x), {"net": lambda x: self.net(x)}]
        parts.append(parts)
        parts[1]["parts"] = parts
        return parts

    def method(self, x):
        return self.net(x)

    def forward(self, x):
        part = self.part
        part = part[0] if isinstance(part, list) else part["a"] if isinstance(part, dict) else part
        return part(x)


HOW = ["closure", "default", "keyword", "partial", "method", "list", "dictionary", "nested"]
HOW += ["recursive", "mutual", "around", "weak"]


@pytest.mark.parametrize("how", HOW)
def test_a_copy_computes_with_its_own_weights(how):
    model = Kept(how)
    before = [p.clone() for p in model.parameters()]
    network = copied(model)
    with torch.no_grad():
        for p in network.parameters():
            p.zero_()
    assert not network(torch.ones(1, 2)).any()
    assert model(torch.ones(1, 2)).any()
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), before, strict=True))


def test_a_hook_writes_into_the_copy_and_what_is_no_part_of_the_module_is_shared():
    model, shared = Kept("method"), {}
    model.net.register_forward_hook(lambda module, inputs, output: model.seen.update(h=output))
    handle = model.net.register_forward_hook(lambda module, inputs, output: shared.update(h=output))
    network = copied(model)
    y = network(torch.ones(1, 2))
    assert network.seen["h"] is y
    assert not model.seen
    assert shared["h"] is y
    handle.remove()
    assert len(model.net._forward_hooks) == 1


def test_what_refers_to_itself_alone_stays_what_it_is():
    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n > 0 and even(n - 1)

    around, table, model = [even], {}, nn.Linear(2, 1)
    around.append(around)
    table["table"] = table
    memo = {id(model): copied(model)}
    for value in (even, around, table):
        assert rebound(value, memo) is value


def test_functions_that_share_a_variable_share_it_in_the_copy():
    model, part = nn.Linear(2, 1), nn.Linear(2, 1)

    def change():
        nonlocal part
        part = nn.Identity()

    model.change, model.part = change, lambda x: part(x)
    model.own = part
    network = copied(model)
    network.change()
    assert network.part(3) == 3
    assert part is model.own
