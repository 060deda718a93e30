"""Values of axes as people write them after an option: ``NAME=VALUE``, and which of an axis such a text means."""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from landsweep.base.errors import UserError

TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
"""The keys are the words for the two values of a yes-or-no, in small letters."""


def pairs_of(option: str, given: Sequence[str]) -> dict[str, str]:
    """Return ``NAME=VALUE`` texts as a mapping.

    Raises
    ------
    UserError
        For a text of another form, and a name that comes twice.
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise UserError(f"{option} is {text!r}, expected AXIS=VALUE.")
        if name in found:
            raise UserError(f"{option} names {name} twice, expected it once: list several values as {name}=[1,2].")
        found[name] = value
    return found


def texts_of(value: str) -> list[str]:
    """Return the texts of a list such as ``[0, 1]``, or the one text of anything else, without its quotes.

    Examples
    --------
    >>> texts_of("[1e-1, 007]"), texts_of("'no'")
    (['1e-1', '007'], ['no'])
    """
    try:
        read = yaml.load(value, yaml.BaseLoader)  # it makes texts alone
    except yaml.YAMLError:
        return [value]
    if isinstance(read, list) and all(isinstance(one, str) for one in read):
        return read
    return [read if isinstance(read, str) else value]


def means(text: str, value: float | str) -> bool:
    """Return whether a text means a value of an axis: as a number, as yes or no, or letter by letter.

    Examples
    --------
    >>> means("1e-1", 0.1), means("True", True), means("2", 2.0), means("no", "no"), means("x", 1)
    (True, True, True, True, False)
    """
    if isinstance(value, str):
        return text == value
    if text.lower() in TRUTHS:  # a yes-or-no may be stored as 1 or 0
        return TRUTHS[text.lower()] == value
    try:
        return float(text) == value
    except ValueError:
        return False
