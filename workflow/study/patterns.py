"""Names of files with axes of the sweep in braces, such as ``seed{seed}/step{step:03d}.pt``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from string import Formatter
from typing import Any


def places(pattern: str, key: str) -> list[str]:
    """Return the names in braces; ``key`` is what the study calls the pattern.

    Raises
    ------
    ValueError
        Where a brace is open, or something else than a name stands in braces: nothing of an object may be asked for.
    """
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise ValueError(f"{key} is {pattern!r} ({error}), expected names in braces") from None
    found = []
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or conversion or "{" in (form or ""):
            shown = name + (f"!{conversion}" if conversion else "") + (f":{form}" if "{" in (form or "") else "")
            raise ValueError(
                f"{key} has {{{shown}}}, expected the name of an axis in braces, such as {{step}} or {{step:06d}}"
            )
        found.append(name)
    return list(dict.fromkeys(found))


def filled(pattern: str, coords: Mapping[str, Any]) -> str:
    """Return a file's name with values in place of the axes in braces.

    Examples
    --------
    >>> filled("seed{seed}/step{step:03d}.pt", {"seed": 3, "step": 7})
    'seed3/step007.pt'
    """
    return pattern.format_map(coords)


def names(pattern: str, key: str, axes: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Yield the file's name at each combination of values of the axes that stand in it.

    Raises
    ------
    ValueError
        Where a value does not fit the form in which it is asked for.
    """
    found = places(pattern, key)
    for values in product(*(axes[name] for name in found)):
        coords = dict(zip(found, values, strict=True))
        try:
            yield filled(pattern, coords)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{key} is {pattern!r}, which does not fit {coords} ({error}), expected a form such as {{step:06d}} "
                "for whole numbers"
            ) from None
