"""The parts of the check, each a function of a :class:`Setup` that adds rows to its report."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from landsweep.jobs.problems.resnet import Images
from landsweep.kernels.curvature.extremes import HESSIAN_FIELDS, Extremes
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.curvature.spectrum import eigenpairs
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.footprint import footprint
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.strategies import StrategyName

from gpu_parts import several, suite
from gpu_parts.loops import PlainHessian, PlainLoops
from gpu_parts.measure import Limits, Memory, difference, finish, in_turn, operations, random_rows, spread
from gpu_parts.problems import Site, language, pinn, plane, resnet, small_language
from gpu_parts.report import Report, free

CPU = torch.device("cpu")
PLAIN = "plain loop, from copies"
STEPS = "plain loop, in steps"
PLACES = "the same points in other places of a batch"
VALUES = {"float64": 1e-9, "float32": 1e-4, "tf32": 1e-2, "bf16": 5e-2}
"""Difference from float64 on the CPU, relative to the greatest value, that a precision may have."""


@dataclass(frozen=True)
class Setup:
    """Where and how large, and where rows go.

    Parameters
    ----------
    device
        What is checked.
    small
        Sizes for a test on a CPU.
    report
        The part's own.
    """

    device: torch.device
    small: bool
    report: Report

    @cached_property
    def limits(self) -> Limits:
        return Limits(self.device, 128 if self.small else 8192 if self.device.type == "cuda" else 1024)

    @property
    def repeats(self) -> int:
        return 2 if self.small else 5

    def name(self, problem: str, large: str, small: str) -> str:
        return f"{problem}, {small if self.small else large}"


def device(setup: Setup) -> None:
    """The matrix rate of each precision, bandwidths, and what starting an operation takes."""
    limits, report = setup.limits, setup.report
    case = f"products of {limits.size} x {limits.size}"
    for dtype in ("float64", "float32", "tf32", "bf16"):
        rate = report.attempt(case, dtype, partial(limits.rate, dtype))
        if rate is not None:
            report.row(case, dtype, value=rate / 1e12, unit="Tflop/s")
    rates: dict[str, Callable[[], float]] = {"copy on the device, read and written": limits.bandwidth}
    if setup.device.type == "cuda":
        rates["copy from the host, pinned"] = partial(limits.from_host, True)
        rates["copy from the host, pageable"] = partial(limits.from_host, False)
    for what, measure in rates.items():
        rate = report.attempt("bandwidth", what, measure)
        if rate is not None:
            report.row("bandwidth", what, value=rate / 1e9, unit="GB/s")
    found = report.attempt("latency", "one small operation after another", limits.launch)
    if found is not None:
        report.row("latency", "one small operation after another", value=1e6 * found, unit="us")


def values(setup: Setup) -> None:
    """Every strategy and precision against float64 on the CPU, and whether bits depend on neighbours."""
    sites = {
        "pinn": pinn(setup.small),
        "resnet20": Images(images=4 if setup.small else 64),
        "transformer, 1e5 parameters": small_language(),
    }
    for case, problem in sites.items():
        site = setup.report.attempt(case, "setting up", partial(Site, problem, setup.device))
        if site is None:
            continue
        alpha = plane(3)[: 5 if setup.small else 7] + 0.05  # two batches, the last of which is padded
        here = Site(problem, CPU)
        expected = setup.report.attempt(
            case, "float64 on the CPU", lambda here=here, alpha=alpha: here.evaluator("inplace", 1, "float64")(alpha)
        )
        if expected is None:
            continue
        jobs = (("inplace", 1), ("batched", 4)) if setup.small else (("inplace", 1), ("batched", 1), ("batched", 4))
        for dtype in ("float64", "float32", "bf16") if setup.small else PRECISIONS:
            for name, width in jobs:
                what = f"{name}, {width} at once, {dtype}"
                setup.report.attempt(
                    case, what, partial(_compared, setup, site, case, what, (name, width, dtype), alpha, expected)
                )
        what = "batched, 4 at once, float32, deterministic"
        job = ("batched", 4, "float32", True)
        setup.report.attempt(case, what, partial(_compared, setup, site, case, what, job, alpha, expected))


def _compared(
    setup: Setup, site: Site, case: str, what: str, job: tuple[Any, ...], alpha: np.ndarray, expected: dict[str, Any]
) -> None:
    evaluate = site.evaluator(*job)
    found = evaluate(alpha)["loss"]
    whole, single = difference(found.astype(np.float64), expected["loss"])
    order = np.roll(np.arange(len(alpha)), 3)
    others = np.concatenate([alpha[:1], alpha[:0:-1]])
    bits = {
        "a second evaluation": evaluate(alpha)["loss"].tobytes() == found.tobytes(),
        "the first point beside others": evaluate(others)["loss"][0] == found[0],
        PLACES: evaluate(alpha[order])["loss"].tobytes() == found[order].tobytes(),
    }
    setup.report.row(
        case,
        what,
        difference=whole,
        tolerance=VALUES[job[2]],
        of_each_value=single,
        same_bits={name: bool(same) for name, same in bits.items()},
        note=f"of each value: {single:.2g}"
        + ("; the same bits again, and among other points" if all(bits.values()) else ""),
    )
    for name, same in bits.items():
        # Of a few images the place in a batch changes last bits on CPUs too: there it is noted alone.
        if not same and not (setup.small and name == PLACES):
            setup.report.error(case, what, f"{name} gave other bits, expected the same")


def evaluation_pinn(setup: Setup) -> None:
    """A PINN in float32 and tf32."""
    case = setup.name("pinn", "N_f = 1000", "N_f = 50")
    site = Site(pinn(setup.small), setup.device)
    widths = (2, 8) if setup.small else (8, 64, 256)
    _evaluations(setup, case, site, ("float32", "tf32"), widths, steps=3 if setup.small else 16)


def evaluation_resnet(setup: Setup) -> None:
    """ResNet-20 in float32, tf32 and bf16."""
    case = setup.name("resnet20", "1024 images", "8 images")
    site = Site(resnet(setup.small), setup.device)
    widths = (2,) if setup.small else (2, 8, 16)
    _evaluations(setup, case, site, ("tf32", "bf16", "float32"), widths, steps=2 if setup.small else 4)


def evaluation_transformer(setup: Setup) -> None:
    """A transformer of 10^8 parameters in tf32, bf16 and float32."""
    site = Site(language(setup.small), setup.device)
    case = f"transformer, {site.size:.2g} parameters"
    _evaluations(setup, case, site, ("tf32", "bf16", "float32"), (2, 4), steps=2 if setup.small else 4)


def _evaluations(
    setup: Setup, case: str, site: Site, dtypes: tuple[str, ...], widths: tuple[int, ...], steps: int
) -> None:
    alpha = plane(steps)
    for dtype in dtypes:
        loops = setup.report.attempt(case, f"{PLAIN}, {dtype}", partial(PlainLoops, site, dtype))
        if loops is None:
            continue
        contenders: dict[str, Callable[[], np.ndarray]] = {
            PLAIN: partial(loops.from_copies, alpha),
            STEPS: partial(loops.in_steps, steps),
        }
        jobs: list[tuple[StrategyName, int]] = [("inplace", 1), *(("batched", width) for width in widths)]
        for name, width in jobs:
            evaluate = setup.report.attempt(
                case, f"{name}, {width} at once, {dtype}", partial(site.evaluator, name, width, dtype)
            )
            if evaluate is not None:
                contenders[f"{name}, {width} at once"] = lambda evaluate=evaluate: evaluate(alpha)["loss"]
        _side_by_side(setup, case, site, dtype, contenders, len(alpha))
        del loops, contenders, evaluate
        free()


def _side_by_side(
    setup: Setup, case: str, site: Site, dtype: str, contenders: dict[str, Callable[[], np.ndarray]], points: int
) -> None:
    """Time contenders in turn, with their values beside the plain loop's and their times beside the limit."""
    report, found, first = setup.report, {}, {}
    for what, work in contenders.items():  # which also warms up, and compiles
        begin = time.perf_counter()
        result = report.attempt(case, f"{what}, {dtype}", work)
        first[what] = time.perf_counter() - begin
        if result is not None:
            found[what] = result.astype(np.float64)
    times = in_turn(report, {what: contenders[what] for what in found}, setup.device, setup.repeats)
    limit = report.attempt(case, f"limit, {dtype}", partial(_limit, setup, site, dtype))
    plain = np.median(times[PLAIN]) if PLAIN in times else None
    for what, taken in times.items():
        checked = {}
        if PLAIN in found and what != PLAIN:
            whole, single = difference(found[what], found[PLAIN])
            checked = {"difference": whole, "tolerance": PRECISIONS[dtype].tolerance, "of_each_value": single}
        report.row(
            case,
            f"{what}, {dtype}",
            unit="ms per point",
            **spread(taken, 1e3 / points),
            ratio=None if plain is None else plain / np.median(taken),
            share=None if limit is None else points * limit["seconds"] / np.median(taken),
            points=points,
            turns=len(taken),
            first_call=first[what],
            limit=limit,
            **checked,
        )
    for what in found.keys() - times.keys():
        report.row(case, f"{what}, {dtype}", note="not measured: out of time")


def _limit(setup: Setup, site: Site, dtype: str) -> dict[str, float]:
    """Return what a point costs at least: its products, and its parameters written and read once."""
    evaluate = site.evaluator("inplace", 1, dtype)
    evaluate(plane(2)[:1])  # finds out in which mode the loss runs
    flops = operations(lambda: evaluate(plane(2)[:1]))
    nbytes = 2.0 * site.size * PRECISIONS[dtype].dtype.itemsize
    limits = setup.limits
    return {
        "seconds": limits.seconds(dtype, flops, nbytes),
        "operations": flops,
        "bytes": nbytes,
        "operations_per_second": limits.rate(dtype),
        "bytes_per_second": limits.bandwidth(),
    }


def memory(setup: Setup) -> None:
    """What a batch of points was predicted to take, and what it took."""
    large = language(setup.small)
    cases: list[tuple[str, Any, tuple[int, ...]]] = [
        ("pinn", pinn(setup.small), (4,) if setup.small else (16, 256)),
        ("resnet20", resnet(setup.small), (2,) if setup.small else (2, 8)),
        ("transformer", large, (1, 2)),
    ]
    for case, problem, widths in cases:
        site = setup.report.attempt(case, "setting up", partial(Site, problem, setup.device))
        for width in widths if site is not None else ():
            what = f"batched, {width} at once, float32"
            setup.report.attempt(case, what, partial(_memory, setup, site, case, what, width))
        del site
        free()


def _memory(setup: Setup, site: Site, case: str, what: str, width: int) -> None:
    predicted = footprint(site.problem, site.model, 2, ("loss",), torch.float32)
    network = sum(x.nbytes for x in [*site.model.parameters(), *site.model.buffers()])

    def evaluate() -> None:
        data = Data.of(site.problem, setup.device, torch.float32)
        made = site.evaluator("batched", width, "float32")
        Evaluator(
            made.strategy,
            site.model,
            site.delta,
            data,
            device=setup.device,
            precision=PRECISIONS["float32"],
            width=width,
        )(np.resize(plane(2), (width, 2)))

    site.data(torch.float32)  # what the site keeps is there before
    evaluate()  # libraries take their workspaces
    free()
    with Memory(setup.device) as taken:
        evaluate()
    expected = predicted.at(width) + network
    setup.report.row(
        case,
        what,
        value=taken.peak / 1e6,
        unit="MB",
        predicted=predicted.at(width),
        network=network,
        measured=taken.peak,
        reserved=taken.reserved,
        vectors=predicted.vectors,
        data=predicted.data,
        point=predicted.point,
        note=f"predicted {expected / 1e6:.4g} MB with the strategy's network, {network / 1e6:.3g} MB: "
        f"measured / predicted {taken.peak / expected:.3f}",
    )


def hessian(setup: Setup) -> None:
    """Products against double backward, eigenvalues against the CPU."""
    report = setup.report
    cases = {
        "pinn": pinn(setup.small),
        "resnet20": resnet(setup.small, 256),
        "transformer, 1e5 parameters": language(True) if setup.small else small_language(),
    }
    for case, problem in cases.items():
        site = report.attempt(case, "setting up", partial(Site, problem, setup.device))
        if site is not None:
            _products(setup, case, site)
    for case in ("pinn",) if setup.small else ("pinn", "transformer, 1e5 parameters"):
        problem = pinn(True) if case == "pinn" else small_language()
        report.attempt(case, "top eigenvalue", partial(_eigenvalues, setup, case, problem))
    report.attempt("pinn", "extreme eigenvalues at 3 points", partial(_extremes, setup))


def _products(setup: Setup, case: str, site: Site) -> None:
    report, vectors = setup.report, {}
    row = random_rows(torch.zeros(site.size, device=setup.device), 1)[0]
    plain = PlainHessian(site)
    parts = plain.parts(row)
    works: dict[str, Callable[[], Any]] = {"plain, gradient and product": partial(plain.twice, parts)}
    if site.data(torch.float32).only is not None:
        works["plain, gradient kept"] = partial(plain.kept, parts)
    for method in ("reverse", "forward"):
        product = report.attempt(
            case,
            f"product, {method}",
            lambda method=method: CurvatureProduct(
                site.problem, site.model, site.data(torch.float32), setup.device, torch.float32, method=method
            ),
        )
        if product is not None:
            works[f"product, {method}"] = partial(product, row)
    ready = {}
    for what, work in works.items():
        result = report.attempt(case, what, work)
        if result is not None:
            ready[what], vectors[what] = work, result.double().cpu().numpy()
    expected = vectors.get("plain, gradient and product")
    times = in_turn(report, ready, setup.device, 1 if setup.small else 10)
    base = times.get("plain, gradient and product")
    for what, taken in times.items():
        checked = {}
        if expected is not None and what != "plain, gradient and product":
            apart = float(np.linalg.norm(vectors[what] - expected) / np.linalg.norm(expected))
            checked = {"difference": apart, "tolerance": 1e-3}
        ratio = None if base is None else float(np.median(base) / np.median(taken))
        report.row(case, what, unit="ms per product", **spread(taken, 1e3), ratio=ratio, **checked)


def _eigenvalues(setup: Setup, case: str, problem: Any) -> None:
    found = {}
    for place, dtype in ((CPU, torch.float64), (setup.device, torch.float64), (setup.device, torch.float32)):
        site = Site(problem, place)
        product = CurvatureProduct(problem, site.model, site.data(dtype), place, dtype)
        pair = eigenpairs(product, 1, "magnitude", 1e-4, most=500)
        name = f"top eigenvalue, {str(dtype).removeprefix('torch.')}" + (" on the CPU" if not found else "")
        found[name] = float(pair.values[0])
        expected = next(iter(found.values()))
        checked = (
            {}
            if len(found) == 1
            else {
                "difference": abs(found[name] / expected - 1),
                "tolerance": 1e-6 if dtype == torch.float64 else 1e-3,
            }
        )
        setup.report.row(case, name, value=found[name], note=f"{pair.products} products", **checked)


def _extremes(setup: Setup) -> None:
    problem, alpha, found = pinn(True), plane(2)[:3] * 0.3, []
    for place, name in ((CPU, "inplace"), (setup.device, "inplace"), (setup.device, "batched")):
        site = Site(problem, place)
        made = Extremes(
            name, problem, site.model, HESSIAN_FIELDS, place, torch.float64, 1e-3, steps=10 if setup.small else 40
        )
        data, precision = site.data(torch.float64), PRECISIONS["float64"]
        evaluate = Evaluator(made, site.model, site.delta, data, device=place, precision=precision, width=3)
        finish(setup.device)
        found.append(evaluate(alpha)["hessian_max"])
        if len(found) > 1:
            whole, _ = difference(found[-1], found[0])
            what = f"largest eigenvalue at 3 points, {name}, against the CPU"
            setup.report.row("pinn", what, difference=whole, tolerance=1e-4)


def compiled(setup: Setup) -> None:
    """``torch.compile``, at the widths that it is tried for."""
    for case, problem, jobs, steps in (
        ("pinn, N_f = 1000", pinn(False), (("float32", 1), ("float32", 64)), 16),
        ("resnet20, 1024 images", resnet(False), (("tf32", 1),), 4),
    ):
        site, alpha = Site(problem, setup.device), plane(steps)
        for dtype, width in jobs:
            loops = PlainLoops(site, dtype)
            contenders: dict[str, Callable[[], np.ndarray]] = {PLAIN: partial(loops.from_copies, alpha)}
            evaluate = setup.report.attempt(
                case, f"compiled, {width} at once, {dtype}", partial(site.evaluator, "compiled", width, dtype)
            )
            if evaluate is not None:
                contenders[f"compiled, {width} at once"] = lambda evaluate=evaluate, alpha=alpha: evaluate(alpha)[
                    "loss"
                ]
            _side_by_side(setup, case, site, dtype, contenders, len(alpha))


def processes(setup: Setup) -> None:
    """Points per second of several processes that share the device."""
    several.measure(setup.device, setup.small, setup.report)


def tests(setup: Setup) -> None:
    """The tests marked ``gpu``."""
    suite.run(setup.report)


PARTS: dict[str, Callable[[Setup], None]] = {
    "device": device,
    "values": values,
    "evaluation-pinn": evaluation_pinn,
    "evaluation-resnet": evaluation_resnet,
    "evaluation-transformer": evaluation_transformer,
    "memory": memory,
    "hessian": hessian,
    "tests": tests,
    "processes": processes,
    "compiled": compiled,
}
"""By the names of :mod:`gpu_parts.budgets`."""
