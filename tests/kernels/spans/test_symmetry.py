"""Hidden units that can be permuted: the permuted network computes the same, and matching undoes a permutation."""

import pytest
import torch
from landsweep.kernels.spans.matching import match
from landsweep.kernels.spans.symmetry import find_symmetry
from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.one, self.two = (nn.Conv2d(i, o, 3, padding=1) for i, o in ((1, 6), (6, 5), (5, 6)))
        self.norms = nn.ModuleList(nn.BatchNorm2d(n) for n in (6, 5, 6))
        self.last = nn.Linear(6 * 4, 3)

    def forward(self, x):
        x = F.relu(self.norms[0](self.first(x)))
        y = F.relu(self.norms[1](self.one(x)))
        x = F.max_pool2d(F.relu(x + self.norms[2](self.two(y))), 2)
        return self.last(x.view(x.size(0), -1))


class Odd(nn.Module):
    """Units that are read by place, added to what has places, joined, and a layer that is used twice."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.d = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(5, 3), nn.Linear(3, 6)
        self.e, self.scale = nn.Linear(6, 2), nn.Parameter(torch.randn(6))

    def forward(self, x):
        x = torch.tanh(self.a(x))
        x = self.b(torch.tanh(self.b(x)))
        x = torch.cat([x, x[:, :1]], dim=1)
        x = F.gelu(self.d(self.c(x).relu() * 2))
        return self.e(x * self.scale)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
        self.head = nn.Sequential(nn.LayerNorm(4), nn.Linear(4, 7), nn.GELU(), nn.Linear(7, 2))

    def forward(self, x):
        return self.head(self.layer(x).mean(dim=1))


MLP = (nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 7), nn.LayerNorm(7), nn.ReLU(), nn.Dropout(0.5), nn.Linear(7, 2))
CASES = {
    "mlp": (lambda: nn.Sequential(*MLP), (5, 3), [7, 8]),
    "residual": (Residual, (5, 1, 4, 4), [5, 6]),
    "groups": (
        lambda: nn.Sequential(
            *(nn.Conv1d(2, 6, 3), nn.GroupNorm(1, 6), nn.SiLU(), nn.Conv1d(6, 6, 1, groups=3), nn.AdaptiveAvgPool1d(1)),
            *(nn.Flatten(), nn.Linear(6, 5), nn.ELU(), nn.Linear(5, 1)),
        ),
        (4, 2, 7),
        [5],  # a grouped convolution keeps what it reads and what it makes
    ),
    "odd": (Odd, (5, 3), [3]),
    "attention": (Attention, (5, 6, 4), [7]),
}


@pytest.fixture(params=CASES)
def case(request):
    make, shape, sizes = CASES[request.param]
    torch.manual_seed(0)
    model = make().double().eval()
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if tensor.is_floating_point():
                tensor.normal_()
                tensor.abs_() if name.endswith("running_var") else None
    return model, torch.randn(shape, dtype=torch.float64), sizes


def test_a_permuted_network_computes_the_same_and_is_found_again(case):
    model, x, sizes = case
    symmetry = find_symmetry(model, (x,))
    assert sorted(symmetry.sizes.values()) == sizes
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    out = model(x)
    order = {group: torch.arange(size).roll(2) for group, size in symmetry.sizes.items()}
    shuffled = {name: symmetry.permuted(name, tensor, order) for name, tensor in before.items()}
    assert any(not torch.equal(shuffled[name], before[name]) for name in before)
    model.load_state_dict(shuffled)
    torch.testing.assert_close(model(x), out, rtol=1e-12, atol=1e-12)
    names = dict(model.named_parameters())
    parameters = [{name: tensors[name] for name in names} for tensors in (before, shuffled)]
    found = match(symmetry, *parameters)
    for name in before:
        assert torch.equal(symmetry.permuted(name, shuffled[name], found), before[name]), name


def test_matching_never_goes_further_away():
    torch.manual_seed(1)
    one, other = (nn.Sequential(*(type(m)(*s) if s else m for m, s in zip(MLP, SHAPES, strict=True))) for _ in "ab")
    symmetry = find_symmetry(one.eval(), (torch.randn(2, 3),))
    a, b = (dict(model.named_parameters()) for model in (one, other))
    order = match(symmetry, a, b)
    with torch.no_grad():
        far, near = (sum(float((a[k] - x[k]).square().sum()) for k in a) for x in (b, moved(symmetry, b, order)))
    assert near < far


SHAPES = ((3, 8), None, (8, 7), (7,), None, None, (7, 2))


def moved(symmetry, tensors, order):
    return {name: symmetry.permuted(name, tensor, order) for name, tensor in tensors.items()}


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))

    def forward(self, x):
        return self.layers(x) if x.sum() > 0 else -self.layers(x)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (nn.Linear(2, 3), "align finds no hidden units that can be permuted, expected layers such as Linear"),
        (Branching(), r"align cannot follow the network \(TraceError: symbolically traced variables cannot be used as"),
    ],
    ids=["no hidden units", "branches"],
)
def test_what_cannot_be_aligned(model, text):
    with pytest.raises(ValueError, match=text):
        find_symmetry(model.eval(), (torch.ones(1, 2),))
