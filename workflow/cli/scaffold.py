"""``landsweep new``: a commented study and a problem that run as they are."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from landsweep.base.errors import UserError, guard_io
from landsweep.cli.around import Around, write
from landsweep.disk.rundir import write_text

STUDY = """\
# A landsweep study: run it with `landsweep run study.yaml`, look ahead with `landsweep plan study.yaml`.
name: {name}

# Your class, in problem.py beside this file; params become its keyword arguments.
problem: {{path: "problem.py:Spiral", params: {{samples: 200}}}}

# Every combination of these axes is one landscape. Names that are not special are keyword arguments of the class.
# Special: seed (network), subspace, direction_seed, split, draw (data), checkpoint (trained weights).
sweep:
  noise: [0.0, 0.1, 0.2]
  seed: [0]
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
    unit: multiple          # multiple of the direction | l2 | relative (to |theta|) | loss_rise

grid: {{dims: 2, points: 21}} # dims 1 to 6; points one number or one per axis; odd numbers hit the centre
fields: [loss, accuracy]    # what Problem.loss returns and you want stored; also hessian_max, hessian_min,
                            # alpha_gradient, alpha_hessian (derivatives along the directions)
evaluation: {{dtype: float32}}
curvature: {{largest: 2, smallest: 1, trace: hutch++}}    # of the Hessian at the trained weights; density: true
topology: # any of face, moore, freudenthal, knn, delaunay, gabriel: which points are neighbours changes every count
  {{connectivity: [moore], min_persistence: 0}}
resolve: {{enabled: false}}   # true: minima and saddles of the loss itself, which do not depend on the grid
certify: {{float64: none, draws: 0}}  # which saddles are real: none | all | number of points; 0 or draws of data
executor: {{kind: auto}}      # one process, or every rank under mpiexec or srun
"""
"""``landsweep new`` writes this text as the study file."""

PROBLEM = '''\
"""Two noisy spirals and a small network: replace build, batches and loss by your own."""

import torch
from torch import nn
from torch.nn import functional as F

from landsweep.kernels.problem import Batch


class Spiral:
    """What landsweep asks of a problem; train and quality may be left out if the study lists checkpoints."""

    def __init__(self, noise: float = 0.1, samples: int = 200) -> None:
        self.noise, self.samples = noise, samples

    def build(self, seed: int) -> nn.Module:
        """The untrained network, on the CPU."""
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 2))

    def batches(self, split: str = "train", draw: int = 0):
        """The data over which the loss is averaged; `draw` selects another sample of it."""
        generator = torch.Generator().manual_seed(draw + (1000 if split == "test" else 0))
        t = torch.rand(self.samples, generator=generator).sqrt() * 6.0
        label = torch.arange(self.samples) % 2
        angle = t + torch.pi * label
        x = torch.stack([t * torch.cos(angle), t * torch.sin(angle)], dim=1) / 6.0
        x = x + self.noise * torch.randn(x.shape, generator=generator)
        yield Batch((x, label), weight=self.samples)

    def loss(self, model, batch):
        """Batch means; `loss` is required, every other key can be stored as a further field."""
        x, label = batch.data
        logits = model(x)
        return {
            "loss": F.cross_entropy(logits, label),
            "accuracy": (logits.argmax(dim=-1) == label).to(logits.dtype).mean(),
        }

    def train(self, model, seed: int, *, start=None, on_step=None):
        """Train; call on_step where training can go on after an interruption, and begin at `start` if given."""
        optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        first = 0
        if start is not None:
            optimizer.load_state_dict(start.optimizer_state)
            first = start.step
        (batch,) = self.batches()
        for step in range(first + 1, 301):
            optimizer.zero_grad()
            self.loss(model, batch)["loss"].backward()
            optimizer.step()
            if on_step is not None:
                on_step(step, model, optimizer.state_dict())
        return model

    def quality(self, model) -> dict[str, float]:
        """Figures of merit of the trained network."""
        (batch,) = self.batches(split="test")
        with torch.no_grad():
            return {name: float(value) for name, value in self.loss(model, batch).items()}
'''
"""``landsweep new`` writes this text as the file with the problem."""


def create(folder: Path, around: Around | None = None) -> tuple[Path, Path, str]:
    """Write ``study.yaml`` and ``problem.py`` into a new folder, ``around`` a network that exists or with one to start.

    Returns their paths, and what is left to fill in.

    Raises
    ------
    UserError
        Where one of the files exists already or cannot be written, the folder's name cannot name a study, or the
        network does not run.
    """
    if not re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z", folder.name):
        raise UserError(f"{folder.name!r} cannot name a study, expected letters, digits, '.', '_' and '-'.")
    study, problem = folder / "study.yaml", folder / "problem.py"
    for path in (study, problem):
        if path.exists():
            raise UserError(f"{path} exists already, expected a new folder: choose another name.")
    made = write(folder, around) if around else (STUDY.format(name=folder.name), PROBLEM, "")
    for path, content in zip((study, problem), made, strict=False):
        guard_io(partial(write_text, path, content))
    return study, problem, made[2]
