"""Points for the same answer, a finer grid or ``grid.refine``: ``python benchmarks/refine.py RUN POINTS MEMBER ...``.

Of each member of a finished run with two axes, the loss is evaluated in the study's dtype on a grid of POINTS x POINTS
points, POINTS - 1 being 20 times a power of 2, of which the coarser grids down to 21 x 21 are parts. It prints, as rows
of a table, the numbers of minima of the loss itself (``resolve`` from 41 x 41 points with 64 further starts), those of
each grid's own merge trees by ``moore`` and ``freudenthal``, the coarsest grid from which on all have the resolved
number, and what ``grid.refine`` with a budget of 3 000 points finds from 21 x 21 points.
"""

import sys
from pathlib import Path

import landsweep
import numpy as np
import torch
from landsweep.disk.directions import load_delta, load_geometry
from landsweep.disk.weights import load_trained
from landsweep.kernels import merge_tree
from landsweep.kernels.critical.refine import refine
from landsweep.kernels.critical.resolve import resolve
from landsweep.kernels.curvature.alpha import AlphaDerivatives
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.stages.resolve.box import Box
from landsweep.study.plan import Member, grid_coordinates
from landsweep.study.problems import make_problem

COARSEST, FIRST = 21, 41
BUDGET, STARTS = 3000, 64
CONNECTIVITIES = ("moore", "freudenthal")
CPU = torch.device("cpu")


def loss_of(run, member: Member, dtype: torch.dtype, points: int) -> Box:
    """Return a member's loss on its box, with axes of so many points."""
    study, directory = run.study, run.directory
    problem = make_problem(study, Path(), member.coords)
    network = load_trained(problem, int(member.coords["seed"]), directory.theta(member.model))
    folder = directory.directions(member.index)
    data = Data.of(problem, CPU, dtype, "train", 0)
    loss = AlphaDerivatives(problem, network, load_delta(folder), data, device=CPU, dtype=dtype)
    ranges = study.subspaces[str(member.coords["subspace"])].ranges(2)
    axes = [np.array(axis) for axis in grid_coordinates(ranges, (points, points))]
    return Box(loss, load_geometry(folder), axes)


def agrees_from(counts: dict[int, int], minima: int) -> str:
    """Return the coarsest grid from which on every grid has as many minima as the loss, "none" where there is none."""
    found = "none"
    for points, count in sorted(counts.items(), reverse=True):
        if count != minima:
            break
        found = f"{points} x {points}"
    return found


def main() -> None:
    """Print the table."""
    run, finest = landsweep.open_run(sys.argv[1]), int(sys.argv[2])
    grids = [20 * 2**k + 1 for k in range(12) if 20 * 2**k < finest]
    if grids[-1] != finest:
        raise SystemExit(f"POINTS is {finest}, expected 20 times a power of 2, and 1 more")
    names = [f"{points}" for points in grids]
    print(f"| member | resolved | {' | '.join(names)} | agree from | refine: minima | its points | settled |")
    print("|" + "---|" * (len(names) + 6))
    for number in map(int, sys.argv[3:]):
        member = run.plan.members[number]
        rough = loss_of(run, member, PRECISIONS[run.study.evaluation.dtype].dtype, finest)
        mesh = np.stack(np.meshgrid(*rough.axes, indexing="ij"), axis=-1).reshape(-1, 2)
        field = rough.values(mesh).reshape(finest, finest)

        def part(points: int, whole: np.ndarray = field) -> np.ndarray:
            step = (finest - 1) // (points - 1)
            return whole[::step, ::step]

        exact = loss_of(run, member, torch.float64, FIRST)
        minima = len(resolve(exact, exact.axes, part(FIRST), samples=STARTS, seed=number).value)
        coarse = [axis[:: (FIRST - 1) // (COARSEST - 1)] for axis in exact.axes]
        refined = refine(exact, coarse, part(COARSEST), BUDGET)
        trees = {name: {n: len(merge_tree(part(n), name).minima) for n in grids} for name in CONNECTIVITIES}
        own = [" / ".join(f"{trees[name][n]}" for name in CONNECTIVITIES) for n in grids]
        begins = " / ".join(agrees_from(trees[name], minima) for name in CONNECTIVITIES)
        title = ", ".join(f"{axis} {member.coords[axis]:g}" for axis in ("beta", "direction_seed"))
        row = [title, minima, *own, begins, len(refined.resolved.value), COARSEST**2 + len(refined.value)]
        print(f"| {' | '.join(map(str, row))} | {'yes' if refined.settled else 'no'} |", flush=True)


if __name__ == "__main__":
    main()
