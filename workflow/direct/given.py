"""What is given to one call, checked and made into what a run has: a problem, a study, a device."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from landsweep.base.errors import ProblemError, UserError
from landsweep.base.frames import told, users_line
from landsweep.base.yamlfile import nearest
from landsweep.kernels.contract import contract, describe
from landsweep.kernels.loss.directions import DEPENDENT
from landsweep.kernels.loss.functional import copied
from landsweep.kernels.loss.theta import ThetaLayout, as_reals, real_dtype
from landsweep.kernels.parameters.structure import lazy, saved
from landsweep.kernels.problem import Batch, Problem, trainable_parameters
from landsweep.study.study import Study
from torch import Tensor, nn

CPU = torch.device("cpu")
SUBJECT = "landscape"
"""Sentences about mistakes begin with this word."""
SPAN = "directions"
"""The subspace of the call's study has this name."""
DTYPES = {torch.float64: "float64", torch.float32: "float32", torch.bfloat16: "bf16"}
"""Dtypes of torch, and what a study calls them."""
ARGUMENTS = (
    (re.compile(rf"\b(grid|evaluation|topology|subspaces\.{SPAN})\.(?=\w)"), ""),
    (
        re.compile(r"\bsweep\.direction_seed is \[(.*)\], expected whole numbers of"),
        r"seed is \1, expected a whole number of",
    ),
    (re.compile(r"\bsweep\.direction_seed\b"), "seed"),
    (re.compile(r"\bkind is (?!file)"), "directions is "),
    (re.compile(r"\bkind is file\b"), "directions are given"),
)
"""Keys of a study, and what each of them is as an argument of :func:`landsweep.landscape`."""


class Given:
    """The network, the data and the loss of one call, in the form of a user's problem."""

    def __init__(self, model: nn.Module, batches: Any, loss: Any) -> None:
        self._network, self._batches, self.loss = (model,), batches, loss

    def build(self, seed: int) -> nn.Module:
        """Return a copy of the network on the CPU, whatever the seed: the one that was given stays as it is."""
        return copied(self._network[0], CPU)

    def batches(self) -> Any:
        """Return the data as they were given."""
        return self._batches


def in_arguments(text: str) -> str:
    """Return a sentence in which keys of a study are arguments of :func:`landsweep.landscape`."""
    for pattern, words in ARGUMENTS:
        text = pattern.sub(words, text)
    return text


@contextmanager
def said_as_arguments() -> Iterator[None]:
    """Let errors of the block name arguments of :func:`landsweep.landscape`, and be mistakes of its caller."""
    try:
        yield
    except UserError as error:
        text = in_arguments(str(error))
        error.args = (text if text.startswith(SUBJECT) else f"{SUBJECT}: {text}",)
        raise
    except ProblemError as error:
        raise UserError(refusal(error)) from error.__cause__


def refusal(error: ProblemError) -> str:
    """Return in one sentence what the user's code raised, or what does not fit what it gave."""
    cause = error.__cause__ or error
    if line := users_line(cause):
        return f"{SUBJECT}: loss(model, batch) failed ({told(cause)} at {line}), expected it to run: mend it."
    ours = isinstance(cause, ValueError | TypeError | ProblemError) and str(cause)
    text = str(cause).splitlines()[0] if ours else told(cause)
    return f"{SUBJECT}: {text.rstrip('.')}."


def network_in(model: Any) -> nn.Module:
    """Return the network that was given, out of what ``torch.compile`` made of it.

    Raises
    ------
    UserError
        Where it is none, or has no weights to move.
    """
    if isinstance(model, type) and issubclass(model, nn.Module):
        raise UserError(f"{SUBJECT}: model is the class {model.__name__}, expected a network: an object of it.")
    if not isinstance(model, nn.Module):
        raise UserError(f"{SUBJECT}: model is {describe(model)}, expected a torch.nn.Module with its trained weights.")
    inner = getattr(model, "_orig_mod", model)
    model = inner if isinstance(inner, nn.Module) else model
    if unseen := lazy(model):
        raise UserError(
            f"{SUBJECT}: model has lazy layers without weights ({', '.join(unseen[:3])}), expected weights: call it "
            "once on data, or load them."
        )
    if not any(True for _ in trainable_parameters(model)):
        frozen = any(True for _ in model.parameters())
        why = "no parameter that requires gradients" if frozen else "no parameters"
        what = "call requires_grad_(True) on those that may move" if frozen else "weights are what a landscape moves"
        raise UserError(f"{SUBJECT}: model has {why}, expected at least one: {what}.")
    if any(t.is_meta for t in saved(model).values()):
        raise UserError(f"{SUBJECT}: model lies on the device meta, which holds no numbers, expected its weights.")
    return model


def device_of(model: nn.Module, device: Any) -> torch.device:
    """Return the device on which points are computed, by default the one on which the weights lie.

    Raises
    ------
    UserError
        Where there is no such device here, or landsweep does not compute on it.
    """
    try:
        found = next(p for _, p in trainable_parameters(model)).device if device is None else torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise UserError(f"{SUBJECT}: device is {device!r} ({told(error)}), expected cpu, cuda or cuda:0.") from None
    if found.type not in ("cpu", "cuda"):
        where = f"device is {found}" if device is not None else f"model lies on {found}"
        raise UserError(f"{SUBJECT}: {where}, expected cpu or cuda: say device='cpu'.")
    if found.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        index = (torch.cuda.current_device() if count else 0) if found.index is None else found.index
        if index >= count:
            raise UserError(
                f"{SUBJECT}: device is {found} but torch sees {count} GPUs here, expected one of them or cpu."
            )
        return torch.device("cuda", index)
    return CPU


def problem_of(model: nn.Module, batches: Any, loss: Any) -> Problem:
    """Return network, data and loss as everything else calls them.

    Raises
    ------
    UserError
        Where ``loss`` is no function of network and batch, or an iterator has nothing left.
    """
    criterion = isinstance(loss, nn.modules.loss._Loss) or getattr(loss, "__module__", "") == "torch.nn.functional"
    if criterion or not callable(loss):
        name = getattr(loss, "__name__", type(loss).__name__) if criterion else describe(loss)
        how = "loss(model(x), y), with x, y = batch" if criterion else "a mean over the batch"
        raise UserError(f"{SUBJECT}: loss is {name}, expected a function loss(model, batch) that returns {how}.")
    if isinstance(batches, Iterator):
        batches = _read(Given(model, batches, loss))
    return contract(Given(model, batches, loss))


def _read(given: Given) -> list[Batch]:
    """Return the batches of an iterator, which can be read only once: each is copied, as it may come again changed."""
    try:
        found = [batch.map(torch.clone) for batch in contract(given).batches()]
    except Exception as error:
        line = users_line(error)
        raise UserError(f"{SUBJECT}: batches failed ({told(error)}{f' at {line}' if line else ''}).") from error
    if not found:
        raise UserError(
            f"{SUBJECT}: batches is a {type(given.batches()).__name__} with nothing left, as it can be read only once, "
            "expected batches: give a list or a DataLoader."
        )
    return found


def vectors_of(model: nn.Module, directions: Any) -> tuple[np.ndarray, list[str]]:
    """Return given directions as ``(d, P)`` float64, and the names of tensors in them that never move.

    Parameters
    ----------
    directions
        A tensor ``(d, P)`` or ``(P,)``, or a list with an entry for each direction: a tensor ``(P,)``, a list of
        tensors shaped as the parameters that require gradients, in their order, or a dictionary of such tensors by
        name, in which those left out do not move.

    Raises
    ------
    UserError
        Where they have other shapes or names.
    """
    left: dict[str, None] = {}
    if isinstance(directions, Tensor | np.ndarray):
        rows = [directions] if directions.ndim == 1 else list(directions)
    elif isinstance(directions, Mapping):
        rows = [directions]
    elif isinstance(directions, Sequence) and not isinstance(directions, str):
        rows = list(directions)
    else:
        raise UserError(
            f"{SUBJECT}: directions is {describe(directions)}, expected random, hessian, or tensors: (d, numbers that "
            "move), or a list with a dictionary of tensors by the names of parameters for each direction."
        )
    if not rows:
        raise UserError(f"{SUBJECT}: directions is empty, expected at least one.")
    found = np.stack([_row(model, k, row, left) for k, row in enumerate(rows)])
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    if np.isfinite(lengths).all() and lengths.all():  # else the check of all directions says so
        cosines = (found / lengths) @ (found / lengths).T
        if np.linalg.eigvalsh(cosines)[0] < DEPENDENT:
            raise UserError(
                f"{SUBJECT}: directions depend on one another, expected directions of which none is a sum of multiples "
                "of the others."
            )
    return found, list(left)


def _row(model: nn.Module, k: int, row: Any, left: dict[str, None]) -> np.ndarray:
    """Return one direction ``(P,)`` float64; ``left`` collects the names of tensors in it that never move."""
    named = dict(trainable_parameters(model))
    size = sum(ThetaLayout(model).sizes)
    if isinstance(row, Sequence) and not isinstance(row, str) and len(row) == len(named):
        row = dict(zip(named, row, strict=True))
    if isinstance(row, Mapping):
        known = model.state_dict(keep_vars=True)
        if unknown := [name for name in row if name not in named and name not in known]:
            raise UserError(
                f"{SUBJECT}: direction {k} has {unknown[0]!r}, expected names of parameters such as "
                f"{next(iter(named))!r}{nearest(str(unknown[0]), list(named)) or '.'}"
            )
        left |= dict.fromkeys(name for name in row if name not in named)
        parts = [_part(k, name, p, row.get(name)) for name, p in named.items()]
        return np.concatenate(parts)
    flat = _tensor(row)
    if flat is None or flat.shape != (size,):
        got = "no tensor" if flat is None else f"shape {tuple(flat.shape)}"
        raise UserError(
            f"{SUBJECT}: direction {k} has {got}, expected ({size},), one number for each of the parameters that "
            f"require gradients, or {len(named)} tensors of their shapes, in their order or by name."
        )
    return flat.double().numpy()


def _part(k: int, name: str, own: Tensor, given: Any) -> np.ndarray:
    """Return a direction's part for one parameter, zeros where it has none."""
    found = torch.zeros_like(own, device=CPU) if given is None else _tensor(given)
    if found is None or found.shape != own.shape:
        got = "no tensor" if found is None else f"shape {tuple(found.shape)}"
        raise UserError(f"{SUBJECT}: direction {k} has {got} for {name}, expected {tuple(own.shape)}.")
    found = found.to(torch.complex128 if own.is_complex() else torch.float64)
    return as_reals(found.detach()).numpy()


def _tensor(value: Any) -> Tensor | None:
    """Return numbers as a tensor on the CPU, None for what is none."""
    try:
        return torch.as_tensor(value).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        return None


def study_of(
    model: nn.Module,
    kind: str,
    dims: Any,
    points: Any,
    range: Any,
    seed: Any,
    device: torch.device,
    dtype: Any,
    connectivity: Any,
    subspace: Mapping[str, Any],
    evaluation: Mapping[str, Any],
) -> Study:
    """Return the arguments of a call as the study of a run that has the same landscape.

    Raises
    ------
    UserError
        Where a value is none that a study takes.
    """
    if dtype is None:
        dtype = "float64" if real_dtype(model) == torch.float64 else "float32"
    span: dict[str, Any] = {"kind": kind, "range": _range(_plain(range))}
    span |= {"path": "directions.npy"} if kind == "file" else {}
    span |= {key: _plain(value) for key, value in subspace.items() if value is not None}
    data: dict[str, Any] = {
        "name": SUBJECT,
        "problem": {"path": f"{__name__}:{Given.__name__}"},
        "sweep": {"direction_seed": [_plain(seed)]},
        "subspaces": {SPAN: span},
        "grid": {"dims": _plain(dims), "points": _plain(points)},
        "evaluation": {"dtype": DTYPES.get(dtype, dtype), "device": device.type}
        | {key: _plain(value) for key, value in evaluation.items()},
    }
    if connectivity is not None:
        data["topology"] = {"connectivity": _plain(connectivity)}
    return Study.parse(data, SUBJECT)


def _range(given: Any) -> Any:
    """Return a range as a study has it: a number r stands for ``[-r, r]``."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        if not 0 < given < np.inf:
            raise UserError(
                f"{SUBJECT}: range is {given:g}, expected a finite number above 0, a pair (low, high), or one pair per "
                "axis."
            )
        return [-float(given), float(given)]
    return given


def _plain(value: Any) -> Any:
    """Return numbers of NumPy and torch, and tuples of them, as a study file would hold them."""
    if isinstance(value, np.generic | np.ndarray | Tensor):
        return value.tolist()
    return [_plain(x) for x in value] if isinstance(value, list | tuple) else value
