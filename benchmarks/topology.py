"""Merge trees against other libraries, over threads, blocks and ranks: ``python benchmarks/topology.py PART``.

Parts: ``speed`` (against cripser, higra, gudhi, TTK where they are installed), ``threads``, ``periodic`` (axes),
``memory``, ``large`` (5-D and out of core), ``ranks`` (under mpiexec), ``simulate`` (the reduction tree up to 4 096
ranks), ``plot`` (of the last two, from standard input). Results: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from functools import partial
from importlib import metadata
from pathlib import Path

import numpy as np
from landsweep.distributed.reduction import BlockedField, Ledger, reduced_merge_tree
from landsweep.executors.group import Alone
from landsweep.kernels.geometry.blocks import Blocks
from landsweep.kernels.topology.basin_graph import block_graph, contract, union
from landsweep.kernels.topology.basins import grid_basins
from landsweep.kernels.topology.merge_trees import merge_tree


def smooth(shape, sigma, dtype=np.float64):
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(np.random.default_rng(0).standard_normal(shape), sigma, mode="wrap").astype(dtype)


FIELDS = {
    "2-D smooth 2048^2": lambda: smooth((2048, 2048), 8),
    "3-D smooth 160^3": lambda: smooth((160, 160, 160), 4),
    "2-D noise 512^2": lambda: np.random.default_rng(0).standard_normal((512, 512)),
    "2-D noise 1024^2": lambda: np.random.default_rng(0).standard_normal((1024, 1024)),
    "2-D noise 2048^2": lambda: np.random.default_rng(0).standard_normal((2048, 2048)),
    "3-D noise 100^3": lambda: np.random.default_rng(0).standard_normal((100, 100, 100)),
    "3-D noise 160^3": lambda: np.random.default_rng(0).standard_normal((160, 160, 160)),
}


def peers():
    """Each computes the 0-dimensional persistence (or the tree) of a field; what is not installed is left out."""
    found = {}
    try:
        import cripser

        found["cripser face"] = lambda f: cripser.computePH(f, maxdim=0)
    except ImportError:
        pass
    try:
        import gudhi

        def cubical(f):
            gudhi.CubicalComplex(vertices=f).compute_persistence()

        found["gudhi face"] = cubical
    except ImportError:
        pass
    try:
        import higra as hg
        from landsweep.kernels.geometry.connectivity import offsets

        def component_tree(f):
            neighbours = [o for o in offsets("face", f.ndim).tolist() if o > [0] * f.ndim]
            graph = hg.get_nd_regular_graph(f.shape, neighbours)
            hg.component_tree_min_tree(graph, f)

        found["higra face"] = component_tree
    except ImportError:
        pass
    from landsweep.distributed import toolkit
    from landsweep.kernels.topology.ttk import ttk_basins

    if toolkit.available():
        found["TTK FTM freudenthal"] = lambda f: ttk_basins(f, "freudenthal", run=toolkit.run) if f.ndim < 4 else None
    return found


def ours():
    return {
        "landsweep freudenthal": lambda f: merge_tree(f, "freudenthal"),
        "landsweep face": lambda f: merge_tree(f, "face"),
        "landsweep freudenthal, arc volumes": lambda f: merge_tree(f, "freudenthal", volumes=True),
        "landsweep freudenthal, float32": lambda f: merge_tree(f.astype(np.float32), "freudenthal"),
    }


def timed(function, *arguments):
    begin = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - begin


def speed(repeats):
    """Interleave all candidates, round by round, so that a busy machine slows all of them."""
    candidates = ours() | peers()
    for function in ours().values():
        function(np.random.default_rng(0).standard_normal((300, 300)))  # compiles
    print(f"| {' | '.join(['field', *candidates])} |")
    print("|" + "---|" * (len(candidates) + 1))
    for name, make in FIELDS.items():
        field = make()
        times = {c: [] for c in candidates}
        for _ in range(repeats):
            for candidate, function in candidates.items():
                times[candidate].append(timed(function, field))
        base = statistics.median(times["landsweep freudenthal"])
        cells = []
        for candidate in candidates:
            rates = sorted(field.size / t / 1e6 for t in times[candidate])
            ratio = statistics.median(times[candidate]) / base
            cells.append(f"{statistics.median(rates):.2f} ({rates[0]:.2f}-{rates[-1]:.2f}) x{ratio:.2g}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def threads(repeats):
    """One and two threads in turn."""
    for name in ("2-D smooth 2048^2", "3-D smooth 160^3", "2-D noise 2048^2", "3-D noise 160^3"):
        field = FIELDS[name]()
        for connectivity in ("freudenthal", "face"):
            merge_tree(field, connectivity, threads=2)
            times = {1: [], 2: []}
            for _ in range(2 * repeats):
                for n, found in times.items():
                    found.append(timed(partial(merge_tree, field, connectivity, threads=n)))
            ratios = sorted(a / b for a, b in zip(*times.values(), strict=True))
            print(f"{name} {connectivity}: x{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


def periodic(repeats):
    """Without and with periodic axes in turn, in time of the processor."""
    for name in ("2-D smooth 2048^2", "3-D smooth 160^3", "2-D noise 2048^2", "3-D noise 160^3"):
        for dtype in (np.float64, np.float32):
            field = FIELDS[name]().astype(dtype)
            times = {False: [], True: []}
            for _ in range(repeats + 1):  # the first loads compiled code
                for axes, found in times.items():
                    begin = time.process_time()
                    merge_tree(field, "freudenthal", periodic=axes)
                    found.append(time.process_time() - begin)
            ratios = sorted(b / a for a, b in zip(*(found[1:] for found in times.values()), strict=True))
            print(f"{name} {dtype.__name__}: x{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


def resident():
    """Bytes now resident, and the most there ever were."""
    now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return now, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def memory_of(shape, block, connectivity, kind, dtype):
    """Peak growth of the resident memory while one member is reduced by blocks read from Zarr."""
    import zarr
    from landsweep.distributed.blocking import PER_MINIMUM, reduction_bytes

    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        chunks = tuple(b // 4 for b in block)
        array = zarr.create_array(f"{folder}/f.zarr", shape=shape, chunks=chunks, dtype=dtype)
        blocks = Blocks(shape, block)
        for index in range(len(blocks)):
            box = blocks.owned(index)
            size = tuple(s.stop - s.start for s in box)
            array[box] = rng.standard_normal(size) if kind == "noise" else smooth(size, 4)

        def read(box):
            return np.asarray(array[box])

        tiny = np.zeros((4,) * len(shape), dtype)
        reduced_merge_tree(BlockedField(tiny.__getitem__, Blocks(tiny.shape, (2,) * len(shape)), connectivity), Alone())
        before, _ = resident()
        Path("/proc/self/clear_refs").write_text("5")  # starts the high-water mark anew
        begin = time.perf_counter()
        tree = reduced_merge_tree(BlockedField(read, blocks, connectivity), Alone())
        seconds = time.perf_counter() - begin
        status = Path("/proc/self/status").read_text().splitlines()
        peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
        return {
            "shape": shape,
            "block": block,
            "connectivity": connectivity,
            "kind": kind,
            "dtype": dtype,
            "grown": peak - before,
            "predicted": reduction_bytes(blocks, np.dtype(dtype).itemsize, chunk=int(np.prod(chunks)))
            + PER_MINIMUM * len(tree.minima) * (len(blocks) > 1),
            "per_vertex": (peak - before) / np.prod(block),
            "minima": len(tree.minima),
            "seconds": round(seconds, 2),
        }


def memory(_):
    cases = [
        ((4096, 4096), (4096, 4096)),
        ((4096, 4096), (2048, 2048)),
        ((256, 256, 256), (256, 256, 256)),
        ((256, 256, 256), (128, 128, 128)),
    ]
    for shape, block in cases:
        for connectivity in ("face", "freudenthal", "moore"):
            for kind in ("smooth", "noise"):
                for dtype in ("float32", "float64"):
                    code = f"import json, topology; print(json.dumps(topology.memory_of({shape}, {block}, "
                    code += f"{connectivity!r}, {kind!r}, {dtype!r})))"
                    done = subprocess.run(
                        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent
                    )
                    print(done.stdout.strip() or done.stderr[-500:], flush=True)


def five_dimensions(_):
    rng = np.random.default_rng(0)
    field = smooth((21,) * 5, 1.5)
    for name, f in {"smooth": field, "noise": rng.standard_normal((21,) * 5)}.items():
        for connectivity in ("face", "freudenthal"):
            merge_tree(f[:3, :3, :3, :3, :3], connectivity)
            seconds = timed(merge_tree, f, connectivity)
            print(f"21^5 {name} {connectivity}: {seconds:.2f} s, {f.size / seconds / 1e6:.1f} Mvertices/s")


class Waves:
    """A field too large for memory: waves of random direction, evaluated per box, and a little noise."""

    def __init__(self, shape, count=40, noise=0.0):
        rng = np.random.default_rng(1)
        self.waves = rng.uniform(100, 1500, (count, len(shape))) * rng.choice([-1, 1], (count, len(shape)))
        self.phase, self.shape, self.noise = rng.uniform(0, 2 * np.pi, count), shape, noise

    def __call__(self, box):
        axes = [np.arange(s.start, s.stop) / n for s, n in zip(box, self.shape, strict=True)]
        total = np.zeros(tuple(len(a) for a in axes), np.float32)
        for wave, phase in zip(self.waves, self.phase, strict=True):
            parts = [np.exp(1j * w * a).astype(np.complex64) for w, a in zip(wave, axes, strict=True)]
            outer = parts[0].reshape(-1, *(1 for _ in axes[1:])) * np.exp(1j * phase)
            for k, part in enumerate(parts[1:], 1):
                outer = outer * part.reshape(*(1 for _ in range(k)), -1, *(1 for _ in axes[k + 1 :]))
            total += outer.real
        return total


def large(_):
    """16384^2 from Zarr, out of core."""
    import zarr

    five_dimensions(_)
    shape, block = (16384, 16384), (2048, 2048)
    with tempfile.TemporaryDirectory() as folder:
        array = zarr.create_array(f"{folder}/f.zarr", shape=shape, chunks=(512, 512), shards=block, dtype="float32")
        blocks, waves = Blocks(shape, block), Waves(shape)
        begin = time.perf_counter()
        for index in range(len(blocks)):
            array[blocks.owned(index)] = waves(blocks.owned(index))
        print(f"written in {time.perf_counter() - begin:.0f} s", flush=True)
        code = f"import topology; topology.reduce_store({folder!r}, {shape}, {block})"
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True)


def reduce_store(folder, shape, block):
    import zarr

    array, ledger = zarr.open_array(f"{folder}/f.zarr", mode="r"), Ledger()
    begin = time.perf_counter()
    tree = reduced_merge_tree(BlockedField(lambda box: np.asarray(array[box]), Blocks(shape, block)), Alone(), ledger)
    seconds = time.perf_counter() - begin
    print(
        f"{shape}: {tree}, {seconds:.0f} s, {np.prod(shape) / seconds / 1e6:.1f} Mvertices/s, "
        f"peak resident {resident()[1] / 1e9:.2f} GB, {ledger}"
    )


def ranks(_):
    """Under mpiexec: the time of one member shared by all ranks."""
    from landsweep.executors.group import MpiGroup
    from mpi4py import MPI

    comm = MPI.COMM_WORLD
    shape, block = (4096, 4096), (1024, 1024)
    waves, group = Waves(shape), MpiGroup(comm)
    blocks = Blocks(shape, block)
    mine = range(len(blocks) * comm.rank // comm.size, len(blocks) * (comm.rank + 1) // comm.size)
    around = {i: waves(blocks.around(i)) for i in mine}

    def read(box):
        for index in mine:
            outer = blocks.around(index)
            if all(o.start <= s.start and s.stop <= o.stop for s, o in zip(box, outer, strict=True)):
                return around[index][
                    tuple(slice(s.start - o.start, s.stop - o.start) for s, o in zip(box, outer, strict=True))
                ]
        raise AssertionError("a box of another rank")

    times = []
    for _ in range(6):
        ledger = Ledger()
        comm.Barrier()
        begin = time.perf_counter()
        reduced_merge_tree(BlockedField(read, blocks), group, ledger)
        comm.Barrier()
        times.append(time.perf_counter() - begin)
    group.close()
    ledgers = comm.gather(asdict(ledger))
    if comm.rank == 0:
        total = {name: sum(led[name] for led in ledgers) for name in ledgers[0]}
        row = {"part": "ranks", "ranks": comm.size, "vertices": int(np.prod(shape)), "seconds": sorted(times[1:])}
        row |= {"messages": total["messages"], "bytes": total["bytes_sent"]}
        print(json.dumps(row | {"edges_that_travel": total["edges_left"] / total["edges"]}), flush=True)


def simulate(_):
    """The reduction tree of 4 096 ranks, one block of 256^2 each, run serially: messages, bytes, critical path."""
    block = 256
    for kind, noise in (("smooth", False), ("noise", True)):
        for ranks in (4, 16, 64, 256, 1024, 4096):
            side = int(ranks**0.5) * block
            blocks, waves = Blocks((side, side), (block, block)), Waves((side, side))
            waves.waves *= side / 16384  # the same wavelength, in points, at any size
            rng = np.random.default_rng(0)
            row = rng.standard_normal((block + 1, block + 1)).astype(np.float32)
            forests, seconds, edges, left_edges = [], [], 0, 0
            for index in range(ranks):
                box = blocks.held(index)
                values = waves(box)
                if noise:  # one tile of noise, the same in every block: held layers must agree
                    at = np.ix_(*(np.arange(s.start, s.stop) % block for s in box))
                    values = row[at] + 1e-3 * values
                begin = time.perf_counter()
                graph = block_graph(values, grid_basins(values, "freudenthal"), blocks, index, "freudenthal")
                left, _ = contract(graph)
                seconds.append(time.perf_counter() - begin)
                edges, left_edges = edges + len(graph.upper), left_edges + len(left.upper)
                forests.append(left)
            path, total, messages, largest, depth = statistics.median(seconds), 0, 0, 0, 0
            while len(forests) > 1:
                merged, slowest, depth = [], [], depth + 1
                for one, other in zip(forests[::2], forests[1::2], strict=True):
                    begin = time.perf_counter()
                    left, _ = contract(union([one, other]))
                    slowest.append(time.perf_counter() - begin)
                    total, messages, largest = total + other.nbytes, messages + 1, max(largest, other.nbytes)
                    merged.append(left)
                path += max(slowest)
                forests = merged
            found = {"part": "simulate", "kind": kind, "ranks": ranks, "vertices": side**2, "depth": depth}
            found |= {"messages": messages, "bytes": total, "largest": largest, "edges_that_travel": left_edges / edges}
            print(json.dumps(found | {"block": statistics.median(seconds), "path": path}), flush=True)


def plot(_):
    """Draw what ``ranks`` and ``simulate`` printed, from standard input, into docs/images/reduction.png."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    rows = [json.loads(line) for line in sys.stdin if line.startswith('{"part"')]
    measured = sorted((r for r in rows if r["part"] == "ranks"), key=lambda r: r["ranks"])
    figure, (time_, path, traffic) = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    ranks_ = [r["ranks"] for r in measured]
    medians = [statistics.median(r["seconds"]) for r in measured]
    spread = [[m - min(r["seconds"]), max(r["seconds"]) - m] for m, r in zip(medians, measured, strict=True)]
    time_.errorbar(ranks_, medians, np.transpose(spread), marker="o", capsize=3, color="C0", label="measured")
    time_.plot(ranks_, medians[0] / np.minimum(ranks_, 2), "k:", label="one rank's time / cores in use")
    time_.set(title="4096^2 on two cores", xlabel="ranks", ylabel="seconds", ylim=(0, None), xticks=ranks_)
    for color, kind in (("C0", "smooth"), ("C1", "noise")):
        found = [r for r in rows if r["part"] == "simulate" and r["kind"] == kind]
        at = [r["ranks"] for r in found]
        path.plot(at, [r["path"] * 1e3 for r in found], "o-", color=color, label=f"{kind}: critical path")
        path.plot(at, [r["block"] * 1e3 for r in found], ":", color=color, label=f"{kind}: the block alone")
        traffic.plot(at, [r["bytes"] / r["messages"] for r in found], "o-", color=color, label=f"{kind}: mean message")
        traffic.plot(at, [r["largest"] for r in found], "s--", color=color, label=f"{kind}: largest")
    path.set(title="256^2 points a rank, simulated", xlabel="ranks", ylabel="milliseconds", xscale="log", yscale="log")
    path.yaxis.set_major_formatter("{x:g}")
    path.yaxis.set_minor_formatter("{x:g}")
    traffic.set(title="messages, simulated", xlabel="ranks", ylabel="bytes", xscale="log", yscale="log")
    for panel in (time_, path, traffic):
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False, fontsize=7)
    figure.savefig(Path(__file__).parents[1] / "docs" / "images" / "reduction.png", dpi=110)


def main():
    parts = {
        "speed": speed,
        "threads": threads,
        "periodic": periodic,
        "memory": memory,
        "large": large,
        "ranks": ranks,
        "five": five_dimensions,
        "simulate": simulate,
        "plot": plot,
    }
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=parts)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    if options.part not in ("ranks", "plot"):
        versions = {
            p: metadata.version(p) for p in ("landsweep", "numpy", "numba", "cripser", "gudhi", "higra") if _has(p)
        }
        print(
            json.dumps(
                {"python": platform.python_version(), "machine": platform.processor() or platform.machine()} | versions
            )
        )
    parts[options.part](options.repeats)


def _has(package):
    try:
        return bool(metadata.version(package))
    except metadata.PackageNotFoundError:
        return False


if __name__ == "__main__":
    main()
