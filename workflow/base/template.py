"""Making text from a template that is itself a valid shell script.

Lines that begin with ``#:`` are instructions (``#: if NAME``, ``elif NAME``, ``else``, ``each NAME``, ``end``); other
comments are left out, and so are directives of shellcheck. ``${ls_NAME}`` stands for a value. Alone on its line, quoted
or not, it may stand for a list, whose values get one line each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_VALUE = re.compile(r'"\$\{ls_(\w+)\}"|\$\{ls_(\w+)\}')
"""The pattern matches a place for a value, with its quotes if it is quoted."""
Values = Mapping[str, str | list[str]]
"""A mapping of this type holds, for each name, the text that stands for it, or a list of lines."""


def fill(template: str, conditions: Mapping[str, bool], values: Values, repeats: Mapping[str, Sequence[Values]]) -> str:
    """Return the text of a template.

    Parameters
    ----------
    template
        The text of the template.
    conditions
        The truth of each NAME in ``#: if NAME``.
    values
        The value for each ``${ls_NAME}``, already quoted for its place; quotes around ``${ls_NAME}`` are replaced with
        it.
    repeats
        For each ``#: each NAME``, the further values of every repetition.

    Raises
    ------
    KeyError
        For a NAME in the template that is not given.
    """
    return "".join(f"{line}\n" for line in _block(iter(template.splitlines()), conditions, values, repeats))


def _block(
    lines: Iterator[str], conditions: Mapping[str, bool], values: Values, repeats: Mapping[str, Sequence[Values]]
) -> Iterator[str]:
    """Yield the text of lines up to the end of the block they begin in."""
    wanted = [True]  # for each open ``if``: whether its present part is
    taken = [True]  # and whether one of its parts has been
    for line in lines:
        word, _, name = line.removeprefix("#:").strip().partition(" ") if line.startswith("#:") else ("", "", "")
        if word == "if":
            wanted.append(conditions[name])
            taken.append(conditions[name])
        elif word in ("elif", "else"):
            wanted[-1] = not taken[-1] and (word == "else" or conditions[name])
            taken[-1] |= wanted[-1]
        elif word == "each":
            inner = [next(lines)]
            while inner[-1] != "#: end":
                inner.append(next(lines))
            for more in repeats[name] if all(wanted) else ():
                yield from _block(iter(inner[:-1]), conditions, {**values, **more}, repeats)
        elif word == "end":
            wanted.pop()
            taken.pop()
        elif all(wanted) and not line.startswith(("#:", "# shellcheck ")):
            yield from _line(line, values)


def _line(line: str, values: Values) -> Iterator[str]:
    found = _VALUE.fullmatch(line.strip())
    if found is None:
        yield _VALUE.sub(lambda match: str(values[match[1] or match[2]]), line)
        return
    indent = line[: len(line) - len(line.lstrip())]
    several = values[found[1] or found[2]]
    yield from (indent + text for text in ([several] if isinstance(several, str) else several))
