"""What the modules of a network keep beside tensors and parts, which a call may change: caches, counters, last outputs.

A cache that a network fills in its first call, such as a ``cached_property`` of its weights, would be that of the first
point for all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn

OWN = frozenset({"_parameters", "_buffers", "_modules", "training"})
"""These attributes of modules are looked after by others."""
HOOKS = frozenset(vars(nn.Module()))
"""Every module has these attributes; what torch keeps in them is not looked at at each call."""


class Attributes:
    """The attributes of modules as they are now, to be put back.

    Containers (dictionaries, lists and sets) are remembered with what they hold, not what those hold in turn.

    Parameters
    ----------
    modules
        The modules of a network.

    Examples
    --------
    >>> module = nn.Linear(1, 1)
    >>> module.seen = []
    >>> before = Attributes([module])
    >>> module.seen.append(1)
    >>> module.last = 2
    >>> before.put_back(), module.seen, hasattr(module, "last")
    (True, [], False)
    """

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        self._kept = [(vars(module), dict(vars(module)), tuple(map(id, vars(module).values()))) for module in modules]
        self._held = [
            (value, value.copy())
            for _, before, _ in self._kept
            for name, value in before.items()
            if name not in HOOKS and type(value) in (dict, list, set)
        ]

    def put_back(self) -> bool:
        """Put back what has changed, and return whether anything had."""
        changed = False
        for now, before, ids in self._kept:
            if tuple(map(id, now.values())) == ids:
                continue
            for name in _differs(now, before):
                changed = True
                if name in before:
                    now[name] = before[name]
                else:
                    del now[name]
        for value, content in self._held:
            if not _same(value, content):
                changed = True
                value.clear()
                (value.extend if isinstance(value, list) else value.update)(content)
        return changed


def _differs(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    names = [name for name in (*before, *now) if name not in OWN]
    return [name for name in dict.fromkeys(names) if now.get(name, OWN) is not before.get(name, OWN)]


def _same(value: Any, content: Any) -> bool:
    if len(value) != len(content):
        return False
    if isinstance(value, set):
        return bool(value == content)
    pairs = (
        zip(value.items(), content.items(), strict=True)
        if isinstance(value, dict)
        else zip(value, content, strict=True)
    )
    if isinstance(value, dict):
        return all(a == b and x is y for (a, x), (b, y) in pairs)
    return all(x is y for x, y in pairs)
