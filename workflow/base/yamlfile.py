"""Reading and writing YAML, ``--set`` overrides, and validation errors as plain sentences."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import yaml
from landsweep.base.errors import UserError
from pydantic import BaseModel, ValidationError

EXAMPLES = {"--set": "--set grid.points=21", "--site-set": "--site-set ranks_per_node=8"}
"""Error messages about an option show this example of it."""


class _Loader(yaml.SafeLoader):
    """Safe YAML that reads 1e-3 as a number and 12:00:00 as text (as YAML 1.2 does) and refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(problem=f"key {key!r} stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


_INT = "tag:yaml.org,2002:int"
"""YAML calls whole numbers by this tag."""
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != _INT]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    _INT, re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)\Z"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+0123456789.")
)


def read(path: Path, wanted: str = "a study file, make one with `landsweep new NAME`") -> dict[str, Any]:
    """Return a YAML file's mapping; raise :class:`UserError` for any other content, where ``wanted`` is expected."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: expected {wanted}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}): expected YAML.") from None
    data = _parse(text, str(path))
    if not isinstance(data, dict):
        raise UserError(f"{path} holds {_show(data)}, expected a mapping of keys to values.")
    return data


def _parse(text: str, source: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UserError(f"{source}{line} is not valid YAML: {error.problem or error}.") from None
    except yaml.YAMLError as error:
        raise UserError(f"{source} is not valid YAML: {' '.join(str(error).split())}.") from None


def dump(data: Any) -> str:
    """Return data as YAML, with keys in their order and short lists on one line."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)


def with_overrides(data: dict[str, Any], overrides: tuple[str, ...], option: str = "--set") -> dict[str, Any]:
    """Return ``data`` with each override ``a.b=value`` of an ``option`` applied; values are read as YAML."""
    result = deepcopy(data)
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key.strip():
            raise UserError(f"{option} got {override!r}, expected KEY=VALUE such as {EXAMPLES[option]}.")
        *parents, last = key.strip().split(".")
        target = result
        for parent in parents:
            target = target.setdefault(parent, {})
            if not isinstance(target, dict):
                raise UserError(f"{option} {key}: {parent} is {_show(target)}, expected a key that holds a mapping.")
        target[last] = _parse(text, f"{option} {key}")
    return result


def _show(value: Any) -> str:
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def nearest(name: str, names: list[str]) -> str:
    """Return ``; did you mean "x"?`` for the closest of ``names``, or an empty string."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else ""


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """Turn the first validation error into one sentence: what, got, expected."""
    first = error.errors()[0]
    loc = [part for part in first["loc"] if isinstance(part, str | int)]
    where, expected, names = _describe(loc, model)
    kind = first["type"]
    if kind == "extra_forbidden":
        listed = ", ".join(names) if names else "nothing"
        guess = nearest(str(loc[-1]), names) or "."
        return f'unknown key "{where}", expected {listed}{guess}'
    if kind == "missing":
        return f'"{where}" is missing, expected {expected}.'
    if kind == "value_error":
        text = str(first["ctx"]["error"])
        return f"{where + '.' if where else ''}{text}."
    return f'"{where}" is {_show(first["input"])}, expected {expected}.'


def _describe(loc: list[str | int], model: type[BaseModel]) -> tuple[str, str, list[str]]:
    """Return what an error's location means: its dotted name, what the field expects, and the names in its section."""
    path: list[str] = []
    expected = "another value"
    section: type[BaseModel] | None = model
    inside_mapping = False
    for part in loc:
        if inside_mapping:  # a free name such as subspaces.NAME
            path.append(str(part))
            inside_mapping = False
            continue
        if section is None:  # inside a list or union: numbers and type tags mean nothing to a reader
            continue
        path.append(str(part))
        field = section.model_fields.get(str(part))
        if field is None:
            break
        expected = field.description or expected
        candidates = [field.annotation, *get_args(field.annotation)]
        sections = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        inside_mapping = bool(sections) and sections[0] is not field.annotation
        section = sections[0] if sections else None
        if section is None and getattr(field.annotation, "__origin__", None) is dict:
            inside_mapping = True
    return ".".join(path), expected, list(section.model_fields) if section else []
