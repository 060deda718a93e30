"""Functions that a module keeps and that refer to the module, in a copy of it.

``deepcopy`` leaves functions as they are. In the copy of a module with ``self.branch = lambda x: self.skip(x)``, or
with a hook that writes into ``self``, they would compute with the parameters of the module that was copied.
"""

from __future__ import annotations

import weakref
from functools import partial
from types import CellType, FunctionType, MethodType
from typing import Any

from torch import nn

OWN = ("_parameters", "_buffers", "_modules")
"""These attributes of modules hold no functions."""


def rebind(network: nn.Module, memo: dict[int, Any]) -> None:
    """Let the functions that the modules of a copy keep refer to the copy.

    Parameters
    ----------
    network
        The copy.
    memo
        What was copied: each copy by the id of what it is a copy of, as ``deepcopy`` notes it.
    """
    for module in network.modules():
        kept = vars(module)
        for name, value in list(kept.items()):
            if name not in OWN and (bound := rebound(value, memo)) is not value:
                kept[name] = bound


def rebound(value: Any, memo: dict[int, Any]) -> Any:
    """Return what refers to copies wherever ``value`` refers to what they are copies of; ``value`` where it does not.

    Examples
    --------
    >>> original, copy = [1], [2]
    >>> function = (lambda kept: lambda: kept[0])(original)
    >>> rebound(function, {id(original): copy})(), function()
    (2, 1)
    """
    if id(value) in memo:
        return memo[id(value)]
    if not _refers(value, memo):
        return value
    if type(value) is list:
        changed: list[Any] = _noted(value, [], memo)
        changed += [rebound(x, memo) for x in value]
        return changed
    if type(value) is tuple:
        return tuple(rebound(x, memo) for x in value)
    if isinstance(value, dict):
        _noted(value, value, memo)
        for key, inner in list(value.items()):  # in place: hooks are removed from the dictionary that holds them
            if (bound := rebound(inner, memo)) is not inner:
                value[key] = bound
        return value
    if isinstance(value, MethodType):
        return MethodType(value.__func__, memo[id(value.__self__)])
    if type(value) is weakref.ref:
        return weakref.ref(memo[id(value())])
    if type(value) is partial:
        function, *given = [rebound(x, memo) for x in (value.func, *value.args)]
        return partial(function, *given, **{name: rebound(x, memo) for name, x in value.keywords.items()})
    return _function(value, memo)


def _refers(value: Any, memo: dict[int, Any]) -> bool:
    """Return whether something that was copied is reached from ``value``, which may refer to itself."""
    seen, left = set(), [value]
    while left:
        one = left.pop()
        if memo.get(id(one), one) is not one:
            return True
        if id(one) not in seen and id(one) not in memo:
            seen.add(id(one))
            left += _parts(one, memo)
    return False


def _parts(value: Any, memo: dict[int, Any]) -> list[Any]:
    """Return what of ``value`` refers to copies in what :func:`rebound` returns."""
    if type(value) in (list, tuple):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    if type(value) is partial:
        return [value.func, *value.args, *value.keywords.values()]
    parts: list[Any] = []
    if isinstance(value, FunctionType):
        parts = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
    elif isinstance(value, MethodType):
        parts = [value.__self__]
    elif type(value) is weakref.ref:
        parts = [value()]
    parts = [x for x in parts if id(x) in memo]
    return parts + [x for cell in getattr(value, "__closure__", None) or () for x in _content(cell, memo)]


def _function(value: FunctionType, memo: dict[int, Any]) -> FunctionType:
    """Return a copy of a function, with cells of its own for what refers to copies; it may refer to itself."""
    before = value.__closure__ or ()
    cells, empty = [], []
    for cell in before:
        if id(cell) not in memo and any(_refers(x, memo) for x in _content(cell, memo)):
            empty.append(cell)
            _noted(cell, CellType(), memo)
        cells.append(memo.get(id(cell), cell))
    defaults = tuple(memo.get(id(x), x) for x in value.__defaults__ or ())
    bound = FunctionType(value.__code__, value.__globals__, value.__name__, defaults or None, tuple(cells) or None)
    bound.__kwdefaults__ = {name: memo.get(id(x), x) for name, x in (value.__kwdefaults__ or {}).items()} or None
    bound.__dict__.update(value.__dict__)
    _noted(value, bound, memo)
    for cell in empty:
        memo[id(cell)].cell_contents = rebound(cell.cell_contents, memo)
    return bound


def _content(cell: CellType, memo: dict[int, Any]) -> list[Any]:
    """Return what a variable holds, if it has a value yet and is not the user's own dictionary, which others use."""
    try:
        content = cell.cell_contents
    except ValueError:
        return []
    return [] if isinstance(content, dict) and id(content) not in memo else [content]


def _noted(value: Any, made: Any, memo: dict[int, Any]) -> Any:
    """Return what was made of ``value``, once it is noted as its copy, before what it refers to is looked at."""
    memo[id(value)] = made
    memo.setdefault(id(memo), []).append(value)  # as deepcopy keeps it: another one must not get its id
    return made
