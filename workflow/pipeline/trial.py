"""The trial of a study's problem before anything is trained: one batch, its loss, derivatives that the study needs.

A mistake in the user's code is one sentence with the user's own line. What can only be known later, such as a point at
which the loss raises an error because of the numbers there, is none.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from landsweep.base.errors import ProblemError, UserError
from landsweep.base.frames import in_users_call, line_of, told, users_line
from landsweep.base.text import size
from landsweep.disk import weights
from landsweep.disk.checkpoints.loading import load
from landsweep.disk.rundir import RunDir
from landsweep.kernels.contract import Contract, describe, takes
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.loss.batchnorm import normalisation_layers, of_batches
from landsweep.kernels.loss.choice import difference
from landsweep.kernels.loss.data import Data
from landsweep.kernels.loss.directions import flatten
from landsweep.kernels.loss.evaluation import Evaluator
from landsweep.kernels.loss.functional import copied
from landsweep.kernels.loss.precision import PRECISIONS
from landsweep.kernels.loss.raising import is_of_a_point
from landsweep.kernels.loss.strategies import StrategyName, make_strategy
from landsweep.kernels.loss.theta import real_dtype
from landsweep.kernels.parameters.structure import lazy
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from landsweep.kernels.sampling import restored, watched
from landsweep.pipeline import identity
from landsweep.pipeline.described import describe_network, describe_problem, digest, head, of_user
from landsweep.stages import reserved
from landsweep.stages.models.loader import part_of
from landsweep.study import beside
from landsweep.study.plan import Model, Plan, make_plan
from landsweep.study.problems import check, make_problem
from landsweep.study.study import Study
from torch import nn

BATCHES, BYTES, SECONDS = 8, 1 << 28, 2.0
"""Of each split this many batches are compared, and the others counted, as far as these bytes and seconds go."""
SHIFTS = (1.0, 10.0, 100.0, -100.0)
"""The weights are moved by these multiples of about a tenth of themselves, until the loss moves."""
DIRECTIONS = 16
"""They are moved along so many random directions: a count of errors on few samples need not change along one."""
TWIN = 100_000_000
"""Networks of at most so many parameters are built twice."""
OF_NUMBERS = (torch.linalg.LinAlgError, ArithmeticError)  # type: ignore[attr-defined]  # torch
"""Errors of these types come from the weights at hand, not from a mistake: other weights may do."""
MISTAKES = (TypeError, AttributeError, LookupError, NameError)
"""Errors of these types are mistakes, whatever the weights."""
OF_SHAPES = re.compile(r"batch_size|target size|shapes|broadcast|dimension|reshape")
"""What a ValueError says that is a mistake where it is the same at all weights; others may be of numbers."""

CPU = torch.device("cpu")


class Refused(UserError):
    """The problem has a mistake that shows before anything is trained."""


@dataclass(frozen=True)
class Step:
    """One thing that was tried, what was found, and the seconds that it took."""

    name: str
    found: str
    seconds: float


@dataclass
class Trial:
    """What was tried of a study's problem; ``notes`` are sentences on what is no mistake, and good to know."""

    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_due(study: Study, run: RunDir, stages: tuple[str, ...], *, forced: bool) -> bool:
    """Return whether a run has anything left to compute with the problem; ``forced``: results are to be made again."""
    if forced or not run.members.exists():
        return True
    try:
        change = identity.compare(run, study, redo=False)
        return identity.works(run, study, make_plan(study, change.history), change, stages)
    except UserError:  # it is told where the run is opened
        return False


def device_of(study: Study) -> torch.device:
    """Return the device on which this process alone would compute."""
    on_gpu = study.evaluation.device != "cpu" and torch.cuda.is_available()
    return torch.device("cuda", 0) if on_gpu else CPU


def try_problem(study: Study, folder: Path, plan: Plan, device: torch.device, ranks: int = 1) -> Trial:
    """Try the problem of a study's first model, and those of others where that one fails.

    Random numbers, and all that the run will use, stay as they were. ``ranks`` is how many processes of MPI there are.

    Raises
    ------
    UserError
        Where all models that were tried fail, with the mistake of the first one.
    """
    first: Refused | None = None
    count = len(plan.models)
    for index in dict.fromkeys((0, count - 1, count // 2)):
        model = plan.models[index]
        try:
            with restored():
                trial = _Try(study, folder, plan, model, device, ranks)()
        except Refused as error:
            first = first or error
            continue
        if first is not None:
            trial.notes.append(f"Of the models that were tried, {model.index} works and another does not: {first}")
        return trial
    assert first is not None
    raise first


def check_study(study: Study, folder: Path) -> Trial:
    """Check a study's problem as a run does first, with nothing done yet."""
    try:
        check(study, folder, reserved())
        return try_problem(study, folder, make_plan(study), device_of(study))
    finally:
        beside.enter(None)


def try_given(study: Study, problem: Problem, device: torch.device, subject: str) -> Trial:
    """Try a problem that is at hand, whose ``build`` returns the weights that landscapes are made around.

    ``subject`` begins the sentences about mistakes.

    Raises
    ------
    UserError
        Where it has one.
    """
    plan = make_plan(study)
    with restored():
        return _Try(study, Path(), plan, plan.models[0], device, given=problem, subject=subject)()


class _Try:
    """The trial of one model's problem: that of the study, or one that is ``given``, with its weights."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        plan: Plan,
        model: Model,
        device: torch.device,
        ranks: int = 1,
        given: Problem | None = None,
        subject: str = "",
    ) -> None:
        self._study, self._folder, self._model, self._device, self._ranks = study, folder, model, device, ranks
        self._members = [member for member in plan.members if member.model == model.index]
        self._trial = Trial()
        self._given, self._subject = given, subject or f"problem.path {study.problem.path!r}"
        self._weights = "the untrained weights" if given is None else "the weights"
        self._end = "; nothing was trained" if given is None else ""

    def __call__(self) -> Trial:
        with watched() as drew:
            problem = self._timed("problem", self._make, describe_problem)
        self._drew = drew[0]
        network = self._timed("build", lambda: self._build(problem), describe_network)
        if (source := self._study.checkpoint_of(self._model.coords)) is not None:
            network = self._timed("weights", lambda: self._loaded(problem, network, source), itemgetter(1))[0]
        network.eval()
        parts = self._parts()
        batch: Batch | None = None
        for split in dict.fromkeys(split for split, _ in parts):
            draws = [draw for s, draw in parts if s == split]
            found = self._timed("batches", partial(self._batches, problem, split, draws), itemgetter(1))
            batch = batch or found[0]
        assert batch is not None
        if lazy(network) and (unseen := self._timed("lazy layers", partial(self._seen, problem, network, batch), str)):
            self._trial.notes.append(f"The loss was not tried, as lazy layers see no data in it ({unseen}).")
            return self._trial
        if self._ranks > 1 and isinstance(problem, Contract) and problem.forks:
            self._trial.notes.append(
                f"Each of the {self._ranks} ranks forks {problem.forks} process(es) of a DataLoader, which some "
                "implementations of MPI do not survive: expected num_workers=0 where a rank crashes or hangs."
            )
        finite = self._timed("loss", lambda: self._loss(problem, network, batch), itemgetter(1))[0]
        if not self._derivatives:
            self._timed("gradient", lambda: self._gradient(problem, network, batch), str)
        elif finite:
            self._timed("hessian", lambda: self._hessian(problem, network, batch), str)
        return self._trial

    def _parts(self) -> list[tuple[str, int]]:
        """Return each split and draw that the model's landscapes are of, or that their directions are made from."""
        subspaces = {str(member.coords["subspace"]): None for member in self._members}
        spanning = (self._study.subspaces[name] for name in subspaces)
        more = [(subspace.split, subspace.draw) for subspace in spanning if subspace.kind == "hessian"]
        return list(dict.fromkeys([*map(part_of, self._members), *more]))

    def _make(self) -> Problem:
        return self._given or make_problem(self._study, self._folder, self._model.coords)

    @property
    def _derivatives(self) -> tuple[Any, str] | None:
        """The dtype in which second derivatives are needed, and the kind of matrix; None where the study needs none."""
        study = self._study
        if study.curvature.asked and study.curvature.engine != "pyhessian":
            return PRECISIONS[study.curvature.dtype].dtype, study.curvature.matrix
        of_subspaces = any(study.subspaces[str(m.coords["subspace"])].kind == "hessian" for m in self._members)
        derived = study.hessian_fields or study.alpha_fields
        return (PRECISIONS[study.evaluation.stored].dtype, "hessian") if derived or of_subspaces else None

    def _timed(self, name: str, work: Callable[[], Any], words: Callable[[Any], str]) -> Any:
        begin = time.perf_counter()
        found = work()
        self._trial.steps.append(Step(name, words(found), time.perf_counter() - begin))
        return found

    @contextmanager
    def _told(self, what: str, method: str, problem: Any) -> Iterator[None]:
        """Turn whatever the user's code raises into one sentence with the user's line."""
        try:
            yield
        except UserError:
            raise
        except (Exception, SystemExit) as error:
            cause = error.__cause__ if isinstance(error, ProblemError) and error.__cause__ else error
            if line := users_line(cause):
                text = f"{what} failed ({told(cause)} at {line}), expected it to run: mend it"
            else:  # ours, on what the user's code returned
                at = line_of(getattr(of_user(problem), method))
                words = str(cause.args[0] if isinstance(cause, KeyError) and cause.args else cause)
                reason = words.splitlines()[0] if words else type(cause).__name__
                text = f"{reason}{f' ({method} at {at})' if at else ''}"
            raise Refused(f"{self._subject}: {text.rstrip('.')}{self._end}.") from error

    def _build(self, problem: Problem) -> nn.Module:
        if self._given is not None:  # what no file of weights holds is no matter where none is written
            return problem.build(0)
        with self._told("build", "build", problem):
            return weights.build(problem, int(self._model.coords["seed"]))

    def _loaded(self, problem: Problem, network: nn.Module, source: str) -> tuple[nn.Module, str]:
        """Return the network with the weights of its checkpoint, or as it is built where these cannot be loaded."""
        where = self._study.checkpoint
        try:
            notes = load(network, self._folder / source, where.key, where.prefix)
        except Exception as error:  # the model fails where it is to be used, and others need not
            return self._build(problem), f"as built, since {source} cannot be loaded ({told(error)})"
        self._weights = f"the weights of {source}"
        return network, "; ".join((source, *notes))

    def _batches(self, problem: Problem, split: str, draws: list[int]) -> tuple[Batch, str]:
        draw, given = draws[0], of_user(problem).batches
        call = f"batches(split={split!r}, draw={draw})" if self._given is None else "batches"
        with self._told(call, "batches", problem):
            if split != "train" and not takes(given, "split"):
                raise ValueError(
                    f"batches takes no split, but the study asks for {split!r}, expected batches(split, draw)"
                )
            first, digests, count, nbytes, ended = None, [], 0, 0, True
            begin = time.perf_counter()
            for batch in problem.batches(split=split, draw=draw):
                count, nbytes = count + 1, nbytes + batch.nbytes
                if first is None:
                    first = batch.map(torch.clone)  # a generator may fill the same tensors again
                if count <= BATCHES:
                    digests.append(digest(batch))
                if count >= BATCHES and (nbytes > BYTES or time.perf_counter() - begin > SECONDS):
                    ended = False
                    break
            if first is None:
                raise ValueError(f"{call} gave no batches, expected at least one")
            if not first.weight > 0:
                raise ValueError(f"{call} gave a batch of weight {first.weight}, expected a weight above 0")
            again = head(problem.batches(split=split, draw=draw), len(digests))
            wrong = next((k for k, (a, b) in enumerate(zip(digests, again, strict=False)) if a != b), None)
            if wrong is not None or len(again) < len(digests):
                where = f"batch {wrong + 1} differs" if wrong is not None else f"{len(again)} batches the second time"
                raise ValueError(
                    f"two calls of {call} gave different data ({where}), expected the same, as every process reads "
                    "them itself: seed what it draws by draw, and keep nothing from one call to the next"
                )
            if self._drew and digests != head(self._make().batches(split=split, draw=draw), len(digests)):
                raise ValueError(
                    f"{call} gave other data once the problem was made again, so that each process would have its own, "
                    "expected the same: seed what the constructor draws"
                )
            sampled = (
                isinstance(problem, Contract)
                and problem.sampled
                and digests != head(problem.batches(split=split, draw=draw, sampling=draw + 1), len(digests))
            )
            if draws != [0] and not takes(given, "draw") and not sampled:
                raise ValueError(
                    f"batches takes no draw, but the study asks for draws {draws}, all would be the same, expected "
                    "batches(split, draw), or no other draw than 0"
                )
        if sampled:
            self._trial.notes.append(
                f"{call} draws random numbers: they are seeded by the draw, so that each process reads the same data."
            )
        kind = "" if type(first) is Batch else f", each {describe(first.data)}"
        read = f"{count} batches, {size(nbytes)}{'' if ended else ' and more'}"
        return first, f"{split}: {read}, the first of weight {first.weight:g}{kind}"

    def _seen(self, problem: Problem, network: nn.Module, batch: Batch) -> str:
        """Show lazy layers their first data; return the names of tensors that still have no shape."""
        with self._told("loss(model, batch)", "loss", problem), torch.no_grad():
            problem.loss(network, batch.to(CPU, real_dtype(network)))
        return ", ".join(lazy(network)[:3])

    def _loss(self, problem: Problem, network: nn.Module, batch: Batch) -> tuple[bool, str]:
        """Evaluate the loss at the weights, again, and at other weights, as the run will."""
        study = self._study.evaluation
        precision, fields = PRECISIONS[study.dtype], self._study.loss_fields
        name: StrategyName = "batched" if study.strategy == "batched" else "inplace"
        width = 1 if name == "inplace" else 2
        with self._told("loss(model, batch)", "loss", problem):

            def evaluator(network: nn.Module, direction: int = 0) -> Evaluator:
                strategy = make_strategy(
                    name, problem, network, fields, self._device, precision.dtype, study.batchnorm, width
                )
                data = Data(
                    lambda: [batch],
                    self._device,
                    precision.dtype,
                    channels_last=strategy.channels_last,
                    budget=float("inf"),
                )
                return Evaluator(
                    strategy,
                    network,
                    _shift(network, direction),
                    data,
                    device=self._device,
                    precision=precision,
                    width=width,
                    deterministic=study.deterministic,
                )

            evaluate = evaluator(network)
            try:
                here = evaluate(np.zeros((1, 1)))
            except Exception as error:
                if not _is_of_numbers(error, evaluate):
                    raise
                self._trial.notes.append(f"The loss cannot be computed at {self._weights} ({told(error)}).")
                return False, f"none at {self._weights} ({told(error)})"
            further = (evaluator(network, direction) for direction in range(1, DIRECTIONS))
            self._moves(problem, chain([evaluate], further), here["loss"])
            # At other weights in between: what a network remembers of its last call shows only then.
            if differs := difference(evaluate(np.zeros((1, 1))), here, precision.tolerance):
                raise ValueError(
                    f"a second call of loss at the same weights {differs}, expected a function of weights and batch "
                    "alone: draw random numbers in batches(draw=...), and let dropout depend on model.training"
                )
            if (twin := self._twin(problem, network)) is not None:
                there = evaluator(twin)(np.zeros((1, 1)))
                if differs := difference(there, here, precision.tolerance):
                    raise ValueError(
                        f"another network of build(seed={self._model.coords['seed']}) with the same weights {differs}, "
                        "expected the same, as every process builds it: call torch.manual_seed(seed) first, or "
                        "register what is random in it as a buffer"
                    )
            if normalisation_layers(network) and (layers := of_batches(problem, copied(network), _on(network, batch))):
                more = f" and {len(layers) - 2} more" if len(layers) > 2 else ""
                self._trial.notes.append(
                    f"The loss puts the network into training mode: normalisation ({', '.join(layers[:2])}{more}) goes "
                    "by the mean and variance of each batch, so that the loss depends on how the data are cut into "
                    "batches; without model.train() the running statistics count."
                )
        value = float(here["loss"][0])
        if not np.isfinite(value):
            self._trial.notes.append(f"The loss is {value} at {self._weights}.")
        others = ", ".join(f"{name} {float(column[0]):.6g}" for name, column in here.items() if name != "loss")
        return bool(np.isfinite(value)), f"{value:.6g} at {self._weights}{f', {others}' if others else ''}"

    def _twin(self, problem: Problem, network: nn.Module) -> nn.Module | None:
        """Return another network of the same seed with the same weights; None where it is large, or not so copied."""
        if sum(p.numel() for p in network.parameters()) > TWIN:
            return None
        twin = self._build(problem)
        try:
            twin.load_state_dict(network.state_dict())
        except Exception:  # a network may have its own ways
            return None
        return twin.eval()

    def _moves(self, problem: Problem, along: Iterable[Evaluator], here: np.ndarray) -> None:
        """Check that the loss depends on the weights that it is given, ``along`` one direction or another."""
        tried = 0
        for evaluate, shift in ((evaluate, shift) for evaluate in along for shift in SHIFTS):
            try:
                there = evaluate(np.full((1, 1), shift))["loss"]
            except Exception:  # a point may raise
                continue
            tried += 1
            if not np.array_equal(here, there, equal_nan=True):
                return
        if not tried or not np.isfinite(here).all():
            return
        networks = [name for name, value in vars(of_user(problem)).items() if isinstance(value, nn.Module)]
        own = f", not self.{networks[0]}" if networks else ""
        raise ValueError(
            f"the loss does not depend on the weights ({here[0]:.6g} wherever they are moved to), expected it to use "
            f"the network that it is given: its argument{own}"
        )

    def _gradient(self, problem: Problem, network: nn.Module, batch: Batch) -> str:
        """Return what is known of the gradient, which landscapes alone do not need."""
        try:
            return _gradient(problem, network, batch)
        except Exception as error:
            if self._study.resolve.enabled and not isinstance(error, OF_NUMBERS):
                with self._told("the gradient of loss(model, batch)", "loss", problem):
                    raise ValueError(
                        f"resolve.enabled is true but the loss has no gradient by the weights ({told(error)}), "
                        "expected a loss that torch can differentiate, or resolve.enabled: false"
                    ) from error
            return f"none ({told(error)}); the study needs none"

    def _hessian(self, problem: Problem, network: nn.Module, batch: Batch) -> str:
        assert self._derivatives is not None
        dtype, kind = self._derivatives
        with self._told("the second derivative of loss(model, batch)", "loss", problem):
            try:
                data = Data(lambda: [batch], self._device, dtype, budget=float("inf"))
                product = CurvatureProduct(problem, network, data, self._device, dtype, kind=cast(Any, kind))
                found = product(torch.randn(product.size, generator=torch.Generator().manual_seed(0)))
            except OF_NUMBERS as error:
                return f"none at {self._weights} ({told(error)})"
        return (
            f"|gradient| {float(product.gradient.norm()):.4g}, {kind} times a random vector {float(found.norm()):.4g}"
        )


def _is_of_numbers(error: Exception, evaluate: Evaluator) -> bool:
    """Return whether an error of the loss may come from the weights at hand, so that at others there may be none."""
    if isinstance(error, OF_NUMBERS):
        return True
    if isinstance(error, MISTAKES) or not is_of_a_point(error) or not in_users_call(error):
        return False
    if isinstance(error, ValueError) and not OF_SHAPES.search(str(error)):
        return True
    for shift in SHIFTS:
        try:
            evaluate(np.full((1, 1), shift))
        except Exception as other:
            if type(other) is type(error) and str(other) == str(error):
                continue
        return True
    return False


def _gradient(problem: Problem, network: nn.Module, batch: Batch) -> str:
    """Return the norm of the gradient, and which parameters have none."""
    named = list(trainable_parameters(network))
    loss = problem.loss(network, _on(network, batch))["loss"]
    found = torch.autograd.grad(loss, [p for _, p in named], allow_unused=True)
    unused = [name for (name, _), part in zip(named, found, strict=True) if part is None]
    norm = torch.stack([part.norm().double() for part in found if part is not None]).norm()
    return f"norm {float(norm):.4g}" + (f"; none for {', '.join(unused[:3])}" if unused else "")


def _on(network: nn.Module, batch: Batch) -> Batch:
    """Return a batch on the device and in the precision of a network."""
    return batch.to(next(p for _, p in trainable_parameters(network)).device, real_dtype(network))


def _shift(network: nn.Module, seed: int = 0) -> torch.Tensor:
    """Return a random direction ``(1, P)`` that moves every parameter by about a tenth."""
    theta = flatten(network)
    rms = float(theta.abs().square().mean().sqrt()) or 1.0
    noise = torch.randn(theta.shape, generator=torch.Generator().manual_seed(seed), dtype=theta.dtype).to(theta.device)
    return (0.1 * noise * (theta.abs() + 0.1 * rms))[None]
