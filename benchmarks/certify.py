"""Certificates over draws against the truth, for the PINN: ``python benchmarks/certify.py RUN``.

The expected landscape F has all 25 245 interior points for the collocation points of a draw, with the weights and
directions of the run, one made with ``certify.draws``.
"""

import sys

import landsweep
import numpy as np
import torch
from landsweep.disk.directions import load_delta, load_geometry
from landsweep.disk.trees import read_tree
from landsweep.disk.weights import restore
from landsweep.jobs.problems.pinn import Convection
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import make_strategy
from landsweep.kernels.topology.merge_trees import merge_tree
from landsweep.study.plan import grid_coordinates
from safetensors.torch import load_file

run = landsweep.open_run(sys.argv[1])
connectivity = run.study.connectivity[0]
for member in run.plan.members:
    problem = Convection(member.coords["beta"], n_f=25245)
    model = problem.build(0)
    path = run.directory.theta(member.model)
    restore(model, load_file(path), path)
    path = run.directory.directions(member.index)
    axes = [np.array(a) for a in grid_coordinates(((-1.0, 1.0),) * 2, run.plan.grid_shape)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2) * load_geometry(path).scale
    cpu = torch.device("cpu")
    data = Data.of(problem, cpu, torch.float32)
    strategy = make_strategy("inplace", problem, model, ("loss",), cpu, torch.float32)
    delta_rows = load_delta(path)
    f = Evaluator(strategy, model, delta_rows, data, device=cpu, precision=PRECISIONS["float32"], width=1)
    values = f(grid)["loss"].astype(float)
    tree = read_tree(run.directory, member.index, connectivity)
    delta = values[tree.pairs[:, 1]] - values[tree.pairs[:, 0]]
    with np.load(run.directory.certify(member.index)) as stored:
        interval = stored[f"{connectivity}/interval"]
    held = interval[:, 0] > 0
    covered = (interval[:, 0] < delta) & (delta < interval[:, 1])
    expected = merge_tree(values.reshape(run.plan.grid_shape), connectivity)
    print(
        f"beta {member.coords['beta']}: {len(delta)} pairs, {(delta > 0).sum()} of F(saddle) > F(minimum); "
        f"{held.sum()} intervals above 0, {(held & (delta > 0)).sum()} of them among these; {covered.sum()} intervals "
        f"cover F(saddle) - F(minimum); F has {len(expected.pairs)} pairs"
    )
