"""The texts that ``landsweep new --module`` writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from torch import Tensor, nn

SAMPLES = 64
"""Random numbers stand for this many samples."""
CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "{name}(model, batch)": lambda loss, model, batch: loss(model, batch),
    "{name}(model, *batch)": lambda loss, model, batch: loss(model, *batch),
    "{name}(model(batch[0]), batch[1])": lambda loss, model, batch: loss(model(batch[0]), batch[1]),
    "{name}(model(batch))": lambda loss, model, batch: loss(model(batch)),
}
"""The ways in which users' losses are called, each of which is tried."""

STUDY = """\
# A landsweep study: run it with `landsweep run study.yaml`, look ahead with `landsweep plan study.yaml`.
name: {name}

# The class in problem.py beside this file, which makes your network, your data and your loss.
problem: {{path: "{path}"}}

# Every combination of these axes is one landscape. Several checkpoints are a list, or numbered ones a pattern:
# checkpoint: {{files: "../step{{step}}.pt", step: [0, 100, 1000]}}
sweep:
  checkpoint: {checkpoint}
  direction_seed: [0, 1]

subspaces:
  random:
    kind: random            # random | hessian (its top eigenvectors) | file (add path: directions.npz), or through
                            # checkpoints (add files: [a.pt, b.pt]): line | plane | bilinear | barycentric | pca
    normalisation: filter   # filter | layer | model | none
    ignore: [bias, norm]    # parameters that stay where they are; patterns such as 'head.*' work too (not through
                            # checkpoints, nor along eigenvectors: leave out normalisation and ignore there)
    range: [-1, 1]          # or one pair per axis: [[-1, 1], [-0.5, 0.5]]
    # trajectory: [a.pt, b.pt]  # checkpoints of a training, drawn on the landscape with their distances from it

grid: {{dims: 2, points: 21}} # dims 1 to 6; points one number or one per axis; odd numbers hit the centre
fields: [loss]              # what Problem.loss returns and you want stored; also hessian_max, hessian_min,
                            # alpha_gradient, alpha_hessian (derivatives along the directions)
evaluation: {{dtype: float32, batchnorm: frozen}} # or recomputed: statistics from the data at each point
"""
"""The study, with places for its name, the problem's path and the checkpoint."""

PROBLEM = '''\
"""{network} around the weights in {checkpoint}: network, data and loss for landsweep."""

{imports}


class {title}:
    """What landsweep asks of a problem; trained weights come from the study's checkpoints."""

    def build(self, seed: int) -> nn.Module:
        """The network, on the CPU; its weights are replaced by the checkpoint's."""
        torch.manual_seed(seed)
        return {network}({arguments})

    def batches(self{arguments_of_batches}):
        """The data over which the loss is averaged: the same ones at every call; what is drawn at random is seeded."""
        return {batches}

    def loss(self, model, batch):
        """Mean over the batch; `loss` is required, every other key can be stored as a further field."""
{loss}
{examples}'''
"""The problem, with places for what is the user's."""


@dataclass(frozen=True)
class Inputs:
    """Random inputs: the shape of one, and the number of tokens where they are tokens."""

    shape: tuple[int, ...]
    tokens: int = 0

    def text(self) -> str:
        """Return the expression that draws them."""
        shape = ", ".join(map(str, (SAMPLES, *self.shape)))
        if self.tokens:
            return f"torch.randint({self.tokens}, ({shape}), generator=generator)"
        return f"torch.randn({shape}, generator=generator)"

    def draw(self) -> Tensor:
        """Return what the expression draws."""
        import torch

        shape = (SAMPLES, *self.shape)
        return torch.randint(self.tokens, shape) if self.tokens else torch.randn(shape)


@dataclass(frozen=True)
class Examples:
    """The data of a problem.

    ``batches`` is the expression that ``batches()`` returns, with the ``arguments`` that it takes, ``function`` stands
    beside the class if it needs one, and ``sample`` is one batch, if there are any.
    """

    arguments: str
    batches: str
    function: str
    sample: Any
    placeholder: bool


def title(network: str) -> str:
    """Return the name of the problem's class: ``make_net`` gives ``MakeNetProblem``."""
    return "".join(part[:1].upper() + part[1:] for part in network.split("_")) + "Problem"


def from_loader(name: str, found: tuple[bool | None, Any]) -> Examples:
    """Return the data of a loader by its name; it is handed over as it is, and weighed and seeded by who reads it.

    With it comes whether it is a function, None where it is not, that takes ``split``, and its first batch.
    """
    splits, batch = found
    call = {None: "", True: "(split=split)", False: "()"}[splits]
    return Examples(', split: str = "train"' if splits else "", f"{name}{call}", "", batch, False)


def random(network: str, inputs: Inputs, outputs: tuple[int, ...]) -> Examples:
    """Return random data of the shapes that the network takes and returns."""
    function = f'''

def examples(split: str, draw: int) -> tuple[torch.Tensor, torch.Tensor]:
    """REPLACE THIS by your inputs and targets: random numbers stand here, as {network} takes and returns them."""
    generator = torch.Generator().manual_seed(2 * draw + (split != "train"))
    x = {inputs.text()}
    y = {Inputs(outputs).text()}
    return x, y
'''
    return Examples(*_FROM_EXAMPLES, function, (inputs.draw(), Inputs(outputs).draw()), True)


_FROM_EXAMPLES = (', split: str = "train", draw: int = 0', "[examples(split, draw)]")


def unknown(network: str) -> Examples:
    """Return a place for data of which nothing is known."""
    function = f'''

def examples(split: str, draw: int) -> tuple[torch.Tensor, torch.Tensor]:
    """FILL THIS IN: your inputs and targets."""
    raise NotImplementedError("examples() in problem.py is empty: let it return inputs and targets of {network}.")
'''
    return Examples(*_FROM_EXAMPLES, function, None, True)


def guessed(examples: Examples, network: nn.Module) -> str:
    """Return a loss that fits the data: cross entropy for labels, else the mean square error."""
    import torch

    name = "mse_loss"
    sample = examples.sample
    if isinstance(sample, list | tuple) and len(sample) > 1 and isinstance(sample[1], torch.Tensor):
        name = "mse_loss" if sample[1].is_floating_point() else "cross_entropy"
    return f'{{"loss": F.{name}(model(batch[0]), batch[1])}}'


def problem(
    *,
    imports: list[tuple[str, str, str | None]],
    network: str,
    arguments: str,
    checkpoint: str,
    examples: Examples,
    loss: str,
) -> str:
    """Return the text of the problem; ``imports`` are modules, names and where the modules lie unless installed."""
    functional = "F." in loss
    own, installed = ([i for i in imports if (i[2] is None) is installed] for installed in (False, True))
    others = [("torch", "nn"), *((s, n) for s, n, _ in installed)]
    others += [("torch.nn", "functional as F")] * functional
    lines = ["import torch", *_from(others)]
    if own:
        roots = list(dict.fromkeys(root for _, _, root in own if root is not None))
        lines = ["import sys", "from pathlib import Path", "", *lines, ""]
        lines += [f"sys.path.insert(0, str({_from_here(root)}))" for root in reversed(roots)]
        lines += _from([(s, n) for s, n, _ in own])
    replace = "        # REPLACE THIS by the loss that the network was trained with.\n" if functional else ""
    return PROBLEM.format(
        network=network,
        checkpoint=checkpoint,
        imports="\n".join(lines),
        title=title(network),
        arguments=arguments,
        arguments_of_batches=examples.arguments,
        batches=examples.batches,
        loss=f"{replace}        return {loss}",
        examples=examples.function,
    )


def _from(names: list[tuple[str, str]]) -> list[str]:
    """Return the lines that import names from modules."""
    sources: dict[str, dict[str, None]] = {}
    for source, name in names:
        sources.setdefault(source, {})[name] = None
    return [f"from {source} import {', '.join(sorted(sources[source]))}" for source in sorted(sources)]


def _from_here(root: str) -> str:
    """Return the expression of a folder, relative to that of the problem."""
    up = root.split("/")
    if set(up) == {".."}:
        return f"Path(__file__).resolve().parents[{len(up)}]"
    return f"(Path(__file__).parent / {root!r}).resolve()"


def study(name: str, path: str, checkpoint: str, key: str | None, prefix: str | None) -> str:
    """Return the text of the study."""
    where = {name: value for name, value in (("key", key), ("prefix", prefix)) if value is not None}
    given = {"files": [checkpoint], **where} if where else [checkpoint]
    return STUDY.format(
        name=name, path=path, checkpoint=yaml.safe_dump(given, default_flow_style=True, width=1000).strip()
    )


def to_do(examples: Examples, guessed: bool) -> str:
    """Return what is to be filled in, nothing where all is known."""
    if examples.placeholder and examples.sample is None:
        return "fill in examples(), your data, and check the loss"
    if examples.placeholder:
        return (
            "replace examples(), random numbers in place of your data, and the loss"
            if guessed
            else ("replace examples(), random numbers in place of your data")
        )
    return "check the loss, which is a guess" if guessed else ""
