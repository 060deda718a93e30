"""``landsweep new --module``: a study and a problem around a network and weights that exist.

What is written is tried before: the names are imported, the checkpoint is loaded, and the loss of the first batch is
computed by the text that will be the problem.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from landsweep.base.errors import UserError
from landsweep.base.frames import told
from landsweep.base.yamlfile import nearest
from landsweep.cli import around_text as text
from landsweep.study.study import Study

if TYPE_CHECKING:
    from torch import nn


_LOADERS = ("train_dataloader", "get_dataloader", "dataloader", "train_loader")
"""Methods that return a loader, as a data module of Lightning has."""


@dataclass(frozen=True)
class Around:
    """What a user names on the command line."""

    module: str
    checkpoint: Path
    arguments: tuple[str, ...] = ()
    data: str | None = None
    loss: str | None = None
    key: str | None = None
    prefix: str | None = None

    @property
    def keywords(self) -> dict[str, Any]:
        """The arguments of the network; values are read as YAML.

        Raises
        ------
        UserError
            Where one of them is not ``name=value``.
        """
        found = {}
        for argument in self.arguments:
            name, equals, value = argument.partition("=")
            if not equals or not name.isidentifier():
                raise UserError(f"--args got {argument!r}, expected NAME=VALUE such as --args width=16.")
            try:
                found[name] = yaml.safe_load(value)
            except yaml.YAMLError:
                found[name] = value
        return found


@dataclass(frozen=True)
class _Named:
    """Something in a user's module: where its module is imported from, under which name, and what it is."""

    option: str
    source: str
    name: str
    root: Path | None
    found: Any

    @classmethod
    def of(cls, option: str, path: str, here: Path) -> _Named:
        """Import what ``path`` names; modules in the folder ``here`` come first.

        Raises
        ------
        UserError
            Where it does not import, or there is no such name.
        """
        source, colon, name = path.rpartition(":")
        if not colon or not name.isidentifier() or not source:
            raise UserError(f"{option} is {path!r}, expected MODULE:NAME such as my_code:Net.")
        file, top = (here / source).resolve(), source.partition(".")[0]
        root: Path | None = None  # where an installed module lies is no matter
        if source.endswith(".py"):
            root, source = file.parent, file.stem
        elif (here / f"{top}.py").is_file() or (here / top).is_dir():
            root = here
        try:
            with _first(root):
                module = importlib.import_module(source)
        except Exception as error:
            raise UserError(
                f"{option} {path}: {source} does not import ({told(error)}), expected a module in {here} or an "
                "installed one: mend it, or start in the folder where it lies."
            ) from error
        if not hasattr(module, name):
            names = [n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", "") == source]
            raise UserError(
                f"{option} {path}: {source} has no {name}, expected one of {', '.join(names) or '(it defines nothing)'}"
                f"{nearest(name, names) or '.'}"
            )
        return cls(option, source, name, root, getattr(module, name))


@contextmanager
def _first(folder: Path | None) -> Iterator[None]:
    """Let imports look into a folder first."""
    before = list(sys.path)
    sys.path[:0] = [str(folder)] if folder is not None else []
    try:
        yield
    finally:
        sys.path[:] = before


def write(folder: Path, around: Around) -> tuple[str, str, str]:
    """Return the texts of study and problem for a new folder, and a sentence on what is to be filled in, if anything.

    Raises
    ------
    UserError
        Where something cannot be imported, made, loaded or computed.
    """
    here = Path.cwd()
    make = _Named.of("--module", around.module, here)
    network = _network(make, around)
    data = _Named.of("--data", around.data, here) if around.data else None
    loss = _Named.of("--loss", around.loss, here) if around.loss else None
    used = [named for named in (make, data, loss) if named is not None]
    examples = text.from_loader(data.name, _batch(data)) if data else _shapes(network, make.name)
    scored, guessed = _loss(loss, network, examples)
    problem = text.problem(
        imports=[(n.source, n.name, None if n.root is None else _relative(n.root, folder)) for n in used],
        network=make.name,
        arguments=", ".join(f"{name}={value!r}" for name, value in around.keywords.items()),
        checkpoint=around.checkpoint.name,
        examples=examples,
        loss=scored,
    )
    study = text.study(
        folder.name,
        f"problem.py:{text.title(make.name)}",
        _relative(around.checkpoint, folder),
        around.key,
        around.prefix,
    )
    Study.parse(yaml.safe_load(study))
    _try(problem, folder, make.name, examples)
    return study, problem, text.to_do(examples, guessed)


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path.resolve(), folder.resolve())


def _network(make: _Named, around: Around) -> nn.Module:
    """Return the user's network with the weights of the checkpoint, in evaluation mode."""
    from landsweep.disk.checkpoints.loading import load
    from torch import nn

    if isinstance(make.found, nn.Module) or not callable(make.found):
        what = (
            f"a {type(make.found).__name__} that is made already" if isinstance(make.found, nn.Module) else "no class"
        )
        raise UserError(
            f"--module {around.module} is {what}, expected a class or a function that makes the network: write `def "
            "make(): return ...`."
        )
    given = around.keywords
    try:
        network = make.found(**given)
    except Exception as error:
        raise UserError(
            f"--module {around.module}: {make.name}({', '.join(f'{k}={v!r}' for k, v in given.items())}) failed "
            f"({told(error)}): expected arguments that it accepts, give them with --args NAME=VALUE."
        ) from error
    if not isinstance(network, nn.Module):
        raise UserError(
            f"--module {around.module} makes a {type(network).__name__}, expected a torch.nn.Module: name the class of "
            "the network."
        )
    load(network, around.checkpoint, around.key, around.prefix)
    return network.eval()


def _batch(data: _Named) -> tuple[bool | None, Any]:
    """Return whether a loader is a function that takes ``split``, None where it is none, and its first batch.

    Raises
    ------
    UserError
        Where it is something else than a loader: samples, several loaders, what has loaders, or is used up.
    """
    from landsweep.kernels.containers import tensors_in
    from landsweep.kernels.contract import checked, describe
    from torch.utils.data import Dataset, IterableDataset

    splits = None
    loader = data.found
    if callable(loader):
        splits = _accepts(loader, "split")
        try:
            loader = loader(split="train") if splits else loader()
        except Exception as error:
            raise UserError(
                f"--data {data.source}:{data.name}: {data.name}({'split=split' if splits else ''}) failed "
                f"({told(error)}): expected a function without arguments, or with split, that returns batches."
            ) from error
    what = f"--data {data.source}:{data.name}"
    if isinstance(loader, Dataset) and not isinstance(loader, IterableDataset):
        raise UserError(
            f"{what} is a {type(loader).__name__}, whose items are single samples, expected a DataLoader or batches: "
            f"name a function such as `def loader(): return DataLoader({_again(data)}, batch_size=64)`."
        )
    if isinstance(loader, Iterator):
        if data.found is loader:
            raise UserError(
                f"{what} is a {type(loader).__name__}, which is used up by one pass, expected a DataLoader or batches "
                "that can be read again: name the function that makes it."
            )
    elif isinstance(loader, Mapping) and loader and all(map(_is_loader, loader.values())):
        raise UserError(
            f"{what} is a dictionary of loaders ({', '.join(map(str, loader))}), expected one DataLoader: name a "
            f"function such as `def loader(split='train'): return {_again(data)}[split]`."
        )
    elif ways := [name for name in _LOADERS if callable(getattr(loader, name, None))]:
        raise UserError(
            f"{what} is a {type(loader).__name__}, which has loaders but is none, expected a DataLoader: name a "
            f"function such as `def loader(): return {_again(data)}.{ways[0]}()`."
        )
    try:
        batches = checked(loader)
    except TypeError as error:
        raise UserError(
            f"{what} gives {type(loader).__name__}, expected a DataLoader or batches, at least one ({told(error)})."
        ) from error
    nothing = object()
    try:
        first = next(iter(batches), nothing)
    except Exception as error:
        raise UserError(
            f"{what} gives no first batch ({told(error)}), expected one: mend its data, or what makes batches of them."
        ) from error
    if first is nothing or not tensors_in(first):
        found = "no batches" if first is nothing else f"{describe(first)}, without a tensor"
        raise UserError(
            f"{what} gives {found}, expected a DataLoader or batches of tensors, at least one: name a function that "
            "returns them."
        )
    return splits, first


def _again(data: _Named) -> str:
    """Return the expression of what ``--data`` names."""
    return f"{data.name}()" if callable(data.found) else data.name


def _is_loader(value: Any) -> bool:
    from torch.utils.data import DataLoader, Dataset

    return isinstance(value, DataLoader | Dataset)


def _accepts(function: Callable[..., Any], name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _shapes(network: nn.Module, name: str) -> text.Examples:
    """Return inputs that the network takes, as its first layer says, and the shape of what it returns.

    Where nothing fits, the user has to say what the data are.
    """
    import torch
    from torch import Tensor, nn

    guesses: list[text.Inputs] = []
    for layer in network.modules():
        match layer:
            case nn.Linear():
                guesses = [text.Inputs((layer.in_features,))]
            case nn.Conv1d():
                guesses = [text.Inputs((layer.in_channels, n)) for n in (64, 128, 1024)]
            case nn.Conv2d():
                guesses = [text.Inputs((layer.in_channels, n, n)) for n in (32, 28, 64, 224)]
            case nn.Conv3d():
                guesses = [text.Inputs((layer.in_channels, n, n, n)) for n in (16, 32)]
            case nn.Embedding():
                guesses = [text.Inputs((16,), layer.num_embeddings)]
            case nn.RNNBase() if layer.batch_first:
                guesses = [text.Inputs((16, layer.input_size))]
            case _:
                continue
        break
    for inputs in guesses:
        try:
            with torch.no_grad():
                output = network(inputs.draw())
        except Exception:
            continue
        if isinstance(output, Tensor) and output.is_floating_point() and output.shape[:1] == (text.SAMPLES,):
            return text.random(name, inputs, tuple(output.shape[1:]))
    return text.unknown(name)


def _loss(loss: _Named | None, network: nn.Module, examples: text.Examples) -> tuple[str, bool]:
    """Return the expression of the loss of ``model`` on ``batch``, and whether it was guessed."""
    import torch
    from landsweep.kernels.contract import describe
    from torch import Tensor, nn

    if loss is None:
        return text.guessed(examples, network), True
    name, function = loss.name, loss.found
    if isinstance(function, type) and issubclass(function, nn.Module):
        name, function = f"{name}()", function()
    if examples.sample is None:
        return f"{name}(model, batch)", False
    tried = []
    with torch.no_grad(), warnings.catch_warnings(action="ignore"):  # of ways that are not the right one
        for call, tried_so in text.CALLS.items():
            expression = call.format(name=name)
            try:
                value = tried_so(function, network, examples.sample)
            except Exception as error:
                tried.append(told(error))
                continue
            if isinstance(value, dict) and "loss" in value:
                return expression, False
            if isinstance(value, Tensor) and value.numel() == 1:
                return f'{{"loss": {expression}}}', False
            tried.append(f"it returned {type(value).__name__}")
    raise UserError(
        f"--loss {loss.source}:{loss.name} computes no loss of the first batch, {describe(examples.sample)} "
        f"({'; '.join(dict.fromkeys((tried[0], tried[-1])))}), expected {name}(model, batch), "
        f"{name}(model, *batch) or {name}(model(x), y) that returns one number."
    )


def _try(problem: str, folder: Path, network: str, examples: text.Examples) -> None:
    """Execute the problem as it will be written, and compute the loss of its first batch.

    Raises
    ------
    UserError
        Where this fails.
    """
    import torch
    from landsweep.kernels.contract import contract, describe

    scope: dict[str, Any] = {"__file__": str((folder / "problem.py").resolve()), "__name__": "problem"}
    try:
        with _first(None):  # what the text adds to the path of imports stays until then
            exec(compile(problem, str(folder / "problem.py"), "exec"), scope)
            made = contract(scope[text.title(network)]())
            model = made.build(0).eval()
            if examples.sample is None:
                return
            with torch.no_grad():
                value = float(made.loss(model, next(iter(made.batches())))["loss"])
    except Exception as error:
        raise UserError(
            f"The problem around {network} does not run ({told(error)}), expected a loss of the first batch, "
            f"{describe(examples.sample)}: give --data and --loss that fit the network."
        ) from error
    if value != value:
        raise UserError(
            f"The loss of {network} on the first batch is not a number, expected one: give --data and --loss that fit "
            "the network."
        )
