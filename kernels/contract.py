"""A user's problem as everything else calls it: one form of batches, losses and arguments, whatever form it has."""

from __future__ import annotations

import ast
import inspect
import itertools
import multiprocessing
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from types import GeneratorType
from typing import Any, cast

import torch
from landsweep.kernels.containers import samples
from landsweep.kernels.problem import Batch, OnStep, Problem, Start
from landsweep.kernels.sampling import Sampling, frozen
from torch import Tensor, nn
from torch.utils.data import Dataset, IterableDataset

MOST_BATCHES = 250_000
"""Data that do not say how many batches they are may be at most so many."""
MOST_BYTES = 1 << 40
"""Data that do not say how many batches they are may take at most so many bytes."""
MOST_SECONDS = 3600.0
"""Data that do not say how many batches they are may take at most so long to read once."""
RETURN = 'a dictionary such as {"loss": loss, "accuracy": accuracy} of 0-d tensors, or the loss alone as a tensor'


@dataclass(frozen=True)
class Bare(Batch):
    """A batch as a user's iterable gave it, which :meth:`Problem.loss` is given as it is."""


class Contract:
    """A problem in the form that :class:`landsweep.kernels.problem.Problem` describes, made from a user's object.

    - ``batches`` yields a :class:`Batch` for whatever the user's method yields, with random numbers that depend on the
      draw alone, and ends with an error where the data do not end;
    - ``loss`` returns a dictionary of tensors;
    - methods are called with those of their arguments that they take.

    Everything else is the user's own attribute.
    """

    def __init__(self, problem: Any) -> None:
        self.problem = problem
        self.forks = 0
        """How many processes a ``DataLoader`` forks to read data."""
        self.sampled = False
        """Whether reading data has drawn random numbers from generators that are seeded by the draw.

        A ``DataLoader`` always draws one, so this does not say that the data depend on them.
        """

    def __getattr__(self, name: str) -> Any:
        if name in ("problem", "sampled", "forks") or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)  # while it is copied or unpickled
        return getattr(self.problem, name)

    def build(self, seed: int) -> nn.Module:
        """Return the untrained network; for a method without ``seed``, torch is seeded with it."""
        if takes(self.problem.build, "seed", position=0):
            return cast(nn.Module, self.problem.build(seed))
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            return cast(nn.Module, self.problem.build())

    def train(
        self, model: nn.Module, seed: int, *, start: Start | None = None, on_step: OnStep | None = None
    ) -> nn.Module:
        """Train by the user's method; one that takes no ``start`` cannot be resumed, so nothing is reported to it."""
        train = self.problem.train
        more = {"start": start, "on_step": on_step} if takes(train, "start") and takes(train, "on_step") else {}
        seeds = (seed,) if takes(train, "seed", position=1) else ()
        return train(model, *seeds, **more)

    def batches(self, split: str = "train", draw: int = 0, sampling: int | None = None) -> Stream:
        """Return the batches of a split and draw; each iteration over them reads them again.

        ``sampling`` seeds the random numbers that they draw, by default ``draw`` does.
        """
        method = self.problem.batches
        arguments = {name: value for name, value in (("split", split), ("draw", draw)) if takes(method, name)}
        return Stream(self, lambda: method(**arguments), draw if sampling is None else sampling)

    def loss(self, model: Any, batch: Batch) -> dict[str, Tensor]:
        """Return the user's fields as a dictionary of tensors, those of one element without dimensions."""
        return as_fields(self.problem.loss(model, batch.data if isinstance(batch, Bare) else batch))


class Stream:
    """The batches of one split and draw; they are read anew, from the same random numbers, by each iteration."""

    def __init__(self, contract: Contract, source: Callable[[], Any], draw: int) -> None:
        self._contract, self._source, self._draw = contract, source, draw

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches.

        Raises
        ------
        TypeError, ValueError
            Where the user's method returned no batches, batches whose weight is not known, or batches without end.
        """
        sampling = Sampling(self._draw)
        length: list[int | None] = [None]

        def make() -> Iterable[Any]:
            found = checked(self._source())
            if endless := without_end(found):
                raise ValueError(
                    f"batches never end ({endless}), expected those of one pass over the data: a list, a DataLoader "
                    "or a generator that stops"
                )
            length[0] = length_of(found)
            self._contract.forks = max(self._contract.forks, forks_of(found))
            return found

        spent, nbytes, doubtful = 0.0, 0, ""
        items = frozen(make, sampling)
        try:
            for count in itertools.count(1):
                begin = time.perf_counter()
                item = next(items, self)
                spent += time.perf_counter() - begin
                if item is self:
                    return
                batch, known = as_batch(item)
                doubtful = doubtful or ("" if known else f"batch {count} ({describe(item)})")
                if doubtful and count > 1:  # alone, a batch may have any weight
                    raise ValueError(
                        f"{doubtful} does not say how many samples it has, expected tensors with one first dimension: "
                        "yield landsweep.Batch(data, weight=samples)"
                    )
                if length[0] is None:
                    nbytes += batch.nbytes
                    if count > MOST_BATCHES or nbytes > MOST_BYTES or spent > MOST_SECONDS:
                        raise ValueError(
                            f"batches do not end: {count:,} batches ({nbytes / 1e9:.3g} GB) were read in {spent:.0f} "
                            "s, expected those of one pass over the data; if they do end, return a list or a "
                            "DataLoader, which says how many there are"
                        )
                yield batch
        finally:
            self._contract.sampled |= sampling.used


def contract(problem: Any) -> Problem:
    """Return the problem in the form in which everything else calls it; one in that form as it is."""
    return cast(Problem, problem if isinstance(problem, Contract) else Contract(problem))


def takes(method: Callable[..., Any], name: str, position: int | None = None) -> bool:
    """Return whether a method takes an argument of this name, or, with ``position``, one by its place.

    Examples
    --------
    >>> takes(lambda split, draw=0: None, "draw"), takes(lambda: None, "draw"), takes(lambda s: None, "seed", 0)
    (True, False, True)
    """
    try:
        parameters = list(inspect.signature(method).parameters.values())
    except (TypeError, ValueError):  # one written in C does not say
        return True
    named = any(p.name == name and p.kind != p.POSITIONAL_ONLY for p in parameters)
    placed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    by_place = position is not None and (len(placed) > position or any(p.kind == p.VAR_POSITIONAL for p in parameters))
    return named or by_place or any(p.kind == p.VAR_KEYWORD for p in parameters)


def checked(found: Any) -> Iterable[Any]:
    """Return what ``batches()`` returned, where it is an iterable of batches.

    Raises
    ------
    TypeError
        Where it is none, or is one batch.
    """
    expected = "expected an iterable of batches, such as a DataLoader or [(x, y)]"
    if isinstance(found, Batch | Tensor | Mapping | str):
        raise TypeError(f"batches() returned one {_kind(found)}, {expected}: put it into a list")
    if isinstance(found, tuple) and found and all(isinstance(x, Tensor) for x in found):
        raise TypeError(f"batches() returned {describe(found)}, which is one batch, {expected}")
    if isinstance(found, Dataset) and not isinstance(found, IterableDataset):
        raise TypeError(
            f"batches() returned a {_kind(found)}, whose items are samples, {expected}: put it into a DataLoader with "
            "a batch_size"
        )
    if not isinstance(found, Iterable) and not hasattr(found, "__getitem__"):
        raise TypeError(f"batches() returned {_kind(found)}, {expected}: is a return or yield missing?")
    return cast("Iterable[Any]", found)


def as_batch(item: Any) -> tuple[Batch, bool]:
    """Return what a user yielded as a :class:`Batch`, and whether its weight is known."""
    if isinstance(item, Batch):
        return item, True
    count = samples(item)
    return Bare(item, weight=1.0 if count is None else float(count)), count is not None


def as_fields(found: Any) -> dict[str, Tensor]:
    """Return what ``loss()`` returned as a dictionary of tensors.

    A tensor or number alone is the loss. Tensors of one element lose their dimensions, and numbers become tensors.

    Raises
    ------
    TypeError, ValueError
        Where it is neither a tensor nor a dictionary with ``"loss"``, or the loss is complex.
    """
    if type(found) is dict and "loss" in found and all(isinstance(x, Tensor) and not x.ndim for x in found.values()):
        fields = found  # also what a compiler can follow
    else:
        fields = _as_fields(found)
    if fields["loss"].is_complex():
        raise ValueError("loss returned a complex tensor, expected a real one: take its abs() or real part")
    return fields


def _as_fields(found: Any) -> dict[str, Tensor]:
    if isinstance(found, Tensor | Real):
        found = {"loss": found}
    if not isinstance(found, Mapping):
        hint = ": is a return missing?" if found is None else ""
        raise TypeError(f"loss returned {describe(found)}, expected {RETURN}{hint}")
    if "loss" not in found:
        names = ", ".join(map(repr, found)) or "nothing"
        raise ValueError(f'loss returned a dictionary of {names} without "loss", expected {RETURN}')
    fields = {name: _scalar(value) for name, value in found.items()}
    if not isinstance(fields["loss"], Tensor):
        raise TypeError(f'loss returned {describe(fields["loss"])} as "loss", expected a 0-d tensor: a mean')
    return fields


def _scalar(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.reshape(()) if value.ndim and value.numel() == 1 else value
    return torch.tensor(float(value), dtype=torch.float64) if isinstance(value, Real) else value


def describe(value: Any) -> str:
    """Return the kind of a value with the shapes of the tensors in it.

    Examples
    --------
    >>> describe((torch.zeros(3, 2), "a")), describe(None), describe({"x": torch.zeros(4)})
    ('a tuple (Tensor (3, 2), str)', 'None', 'a dict (x: Tensor (4,))')
    """
    if isinstance(value, Tensor):
        return f"a {_inside(value)}"
    if isinstance(value, Mapping):
        inside = [f"{key}: {_inside(x)}" for key, x in value.items()]
    elif isinstance(value, list | tuple):
        inside = [_inside(x) for x in value]
    else:
        return _kind(value)
    more = ", ..." if len(inside) > 4 else ""
    return f"a {type(value).__name__} ({', '.join(inside[:4])}{more})"


def _inside(value: Any) -> str:
    return f"{type(value).__name__} {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__


def _kind(value: Any) -> str:
    return "None" if value is None else type(value).__name__


def length_of(found: Any) -> int | None:
    """Return how many batches an iterable says it has, None where it does not."""
    try:
        return len(found)
    except (TypeError, NotImplementedError):
        return None


def without_end(found: Any) -> str:
    """Return why an iterable has no end, or an empty string where that cannot be told from its code."""
    if isinstance(found, itertools.count | itertools.cycle):
        return f"itertools.{type(found).__name__}"
    if isinstance(found, itertools.repeat) and "repeat" in repr(found) and length_hint(found) is None:
        return "itertools.repeat"
    if isinstance(found, GeneratorType):
        return _endless_loop(found.gi_code)
    if length_of(found) is not None:
        return ""
    batches = getattr(found, "batch_sampler", None)
    parts = (getattr(found, name, None) for name in ("dataset", "sampler"))
    for part in (found, *parts, batches, getattr(batches, "sampler", None)):  # what a loader goes through
        code = getattr(getattr(type(part), "__iter__", None), "__code__", None)
        # torch has a sampler without end, for data without a length.
        torchs_own = type(part).__module__.startswith("torch.utils.data")
        if code is not None and not torchs_own and (why := _endless_loop(code)):
            return why
    return ""


def forks_of(found: Any) -> int:
    """Return how many processes a loader forks."""
    count = getattr(found, "num_workers", 0)
    if not isinstance(count, int) or not count:
        return 0
    chosen = getattr(found, "multiprocessing_context", None)
    method = getattr(chosen, "get_start_method", multiprocessing.get_start_method)()
    return count if method == "fork" else 0


def length_hint(found: Any) -> int | None:
    """Return the number of items that are left of an iterator of Python's own, None where they have no end."""
    try:
        return int(found.__length_hint__())
    except TypeError:
        return None


def _endless_loop(code: Any) -> str:
    """Return where a generator comes to a loop over a true constant that yields and that nothing leaves."""
    try:
        lines, first = inspect.getsourcelines(code)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):  # typed into a notebook that has gone, or a lambda
        return ""
    outer = tree.body[0]
    loop = _endless(outer.body) if isinstance(outer, ast.FunctionDef) else None
    if loop is None:
        return ""
    return f"`while {ast.unparse(loop.test)}` without break or return at {code.co_filename}:{first + loop.lineno - 1}"


def _endless(body: Iterable[ast.stmt]) -> ast.While | None:
    """Return the loop without end to which a function's statements lead, whatever its arguments; None where none is."""
    for statement in body:
        if isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant) and statement.test.value:
            inside = list(_of_loop(statement.body, breaks=True))
            leaves = any(isinstance(node, ast.Break | ast.Return | ast.Raise | ast.Try) for node in inside)
            if not leaves and any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inside):
                return statement
        if isinstance(statement, ast.If) and (loop := _endless(statement.body)) and _endless(statement.orelse):
            return loop
        if any(isinstance(node, ast.Return | ast.Raise) for node in _of_loop([statement], breaks=True)):
            return None
    return None


def _of_loop(body: Iterable[ast.AST], *, breaks: bool) -> Iterator[ast.AST]:
    """Yield the nodes of a loop's body, without functions inside it and without the breaks of loops inside it."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Break) and not breaks:
            continue
        yield node
        if isinstance(node, ast.For | ast.While):
            yield from _of_loop(node.body, breaks=False)
            yield from _of_loop(node.orelse, breaks=breaks)
        else:
            yield from _of_loop(ast.iter_child_nodes(node), breaks=breaks)
