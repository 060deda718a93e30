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
    >>> function = lambda: original[0]
    >>> rebound(function, {id(original): copy})(), function()
    (2, 1)
    """
    if id(value) in memo:
        return memo[id(value)]
    if type(value) in (list, tuple):
        items = [rebound(x, memo) for x in value]
        changed: Any = tuple(items) if isinstance(value, tuple) else items
        return value if _same(items, value) else changed
    if isinstance(value, dict):
        for key, inner in list(value.items()):  # in place: hooks are removed from the dictionary that holds them
            if (bound := rebound(inner, memo)) is not inner:
                value[key] = bound
        return value
    if isinstance(value, MethodType):
        owner = memo.get(id(value.__self__), value.__self__)
        return value if owner is value.__self__ else MethodType(value.__func__, owner)
    if type(value) is weakref.ref:
        referred = memo.get(id(value()), value()) if value() is not None else None
        return value if referred is value() else weakref.ref(referred)
    if type(value) is partial:
        parts = [rebound(x, memo) for x in (value.func, *value.args)]
        keywords = {name: rebound(x, memo) for name, x in value.keywords.items()}
        same = _same(parts, [value.func, *value.args]) and _same(list(keywords.values()), list(value.keywords.values()))
        return value if same else partial(parts[0], *parts[1:], **keywords)
    return _function(value, memo) if isinstance(value, FunctionType) else value


def _function(value: FunctionType, memo: dict[int, Any]) -> FunctionType:
    before = value.__closure__ or ()
    cells = [_cell(cell, memo) for cell in before]
    given, named = value.__defaults__ or (), value.__kwdefaults__ or {}
    defaults = [memo.get(id(x), x) for x in given]
    keywords = {name: memo.get(id(x), x) for name, x in named.items()}
    if _same(cells, before) and _same(defaults, given) and _same(list(keywords.values()), list(named.values())):
        return value
    bound = FunctionType(
        value.__code__, value.__globals__, value.__name__, tuple(defaults) or None, tuple(cells) or None
    )
    bound.__kwdefaults__ = keywords or None
    bound.__dict__.update(value.__dict__)
    return bound


def _cell(cell: CellType, memo: dict[int, Any]) -> CellType:
    try:
        content = cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return cell
    if isinstance(content, dict) and id(content) not in memo:
        return cell  # the user's own, which others write into or read
    other = rebound(content, memo)
    return cell if other is content else CellType(other)


def _same(items: Any, others: Any) -> bool:
    return all(one is other for one, other in zip(items, others, strict=True))
