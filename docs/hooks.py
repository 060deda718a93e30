"""What MkDocs calls while it builds the site: pages from files outside ``docs/``, and tables from the code.

Nothing that these functions write is committed, so nothing of it can go stale.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import walk_packages
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "build" / "docs-source"  # as in mkdocs.yml
OUTSIDE = {"CHANGELOG.md": "changes.md", "CONTRIBUTING.md": "contributing.md", "README.md": "overview.md"}
"""Files beside ``docs/``, and the pages that stand for them on the site."""


def on_startup(command: str, dirty: bool) -> None:
    """Link the packages' folders together under their import names, where mkdocstrings looks for them.

    An editable install has no such folder, as ``pyproject.toml`` maps packages to folders.
    """
    folders = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-dir"]
    shutil.rmtree(SOURCE, ignore_errors=True)
    for name, folder in folders.items():
        package = SOURCE.joinpath(*name.split("."))
        package.mkdir(parents=True, exist_ok=True)
        for path in (ROOT / folder).iterdir():
            (package / path.name).symlink_to(path)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of files that lie beside ``docs/``."""
    from mkdocs.structure.files import File

    for name, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Fill in tables and public names, and lead links to files beside ``docs/`` to their pages."""
    source = page.file.src_uri
    if source in OUTSIDE.values():
        markdown = re.sub(r"\]\(docs/", "](", markdown)
    up = "../" * source.count("/")
    for name, target in OUTSIDE.items():
        markdown = re.sub(rf"\]\((\.\./)*{re.escape(name)}", f"]({up}{target}", markdown)
    markdown = re.sub(r"\[([\w/]+\.md)\]\((?!https?:)", _titled, markdown)
    for name, table in TABLES.items():
        if (mark := f"<!-- {name} -->") in markdown:
            markdown = markdown.replace(mark, table())
    return re.sub(r"^::: (\S+)$", _public, markdown, flags=re.MULTILINE)


def _titled(match: re.Match[str]) -> str:
    """Return the beginning of a link whose text is the name of a page's file, with the page's title in its place."""
    path = ROOT / "docs" / match[1]
    title = re.search(r"^# (.+)$", path.read_text(), flags=re.MULTILINE) if path.is_file() else None
    return match[0] if title is None else f"[{title[1]}]("


def _public(match: re.Match[str]) -> str:
    """Return mkdocstrings' block of a public name, which names the module that defines it now."""
    name = match[1]
    module, _, last = name.rpartition(".")
    thing = getattr(import_module(module), last)
    options = f'    options:\n      heading: "{name}"\n      toc_label: "{last}"'
    return f"::: {thing.__module__}.{thing.__qualname__}\n{options}"


def study_keys() -> str:
    """Return tables of every key of a study, one for each section."""
    from landsweep import Study

    waiting, shown, parts = [("study", Study)], set(), []
    while waiting:
        name, model = waiting.pop(0)
        if model in shown:
            continue
        shown.add(model)
        title = "At the top" if model is Study else f"`{name}`"
        about = "" if model is Study else f"{(model.__doc__ or '').splitlines()[0]}\n\n"
        rows = [_row(key, field) for key, field in model.model_fields.items()]
        parts.append(
            f"## {title}\n\n{about}| key | type | default | expected |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
        )
        for key, field in model.model_fields.items():
            below = key if model is Study else f"{name}.{key}"
            waiting += [(f"{below}.NAME" if many else below, section) for section, many in _sections(field.annotation)]
    return "\n".join(parts)


def _row(key: str, field: FieldInfo) -> str:
    default = "required" if field.is_required() else f"`{_plain(field.get_default(call_default_factory=True))}`"
    return _cells(f"`{key}`", _type(field.annotation), default, field.description or "")


def _cells(*cells: str) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _plain(value: Any) -> str:
    """Return a default as YAML would have it on one line."""
    import yaml

    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_defaults=True)
    elif isinstance(value, dict):
        value = {key: {} if isinstance(below, BaseModel) else below for key, below in value.items()}
    elif isinstance(value, tuple):
        value = list(value)
    text: str = yaml.safe_dump(value, default_flow_style=True, width=1000)
    return text.removesuffix("\n").removesuffix("\n...")


def _type(annotation: Any) -> str:
    """Return a type in words."""
    if annotation is NoneType:
        return "null"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "section"
    if annotation is Any:
        return "anything"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(a) for a in inner))
    if origin is tuple:
        return f"list of {_type(inner[0])}" if inner[-1] is ... else f"[{', '.join(_type(a) for a in inner)}]"
    if origin is dict:
        return f"mapping from {_type(inner[0])} to {_type(inner[1])}"
    if origin is not None:  # Annotated
        return _type(inner[0])
    return {int: "whole number", float: "number", str: "text", bool: "true or false"}[annotation]


def _sections(annotation: Any) -> list[tuple[type[BaseModel], bool]]:
    """Return the sections that a key holds, and whether it holds one for each name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [(annotation, False)]
    if get_origin(annotation) is dict:
        return [(section, True) for section, _ in _sections(get_args(annotation)[1])]
    return []


def metrics() -> str:
    """Return the table of metrics, and the function that defines them."""
    import landsweep.kernels

    modules = walk_packages(landsweep.kernels.__path__, "landsweep.kernels.")
    (home,) = (module.name for module in modules if module.name.endswith(".metrics"))
    rows = "\n".join(_cells(f"`{name}`", meaning) for name, meaning in import_module(home).METRICS.items())
    return f"| metric | meaning (unit) |\n|---|---|\n{rows}\n\n::: {home}.topology_metrics"


def commands() -> str:
    """Return every command with its arguments and options."""
    import typer

    (script,) = entry_points(group="console_scripts", name="landsweep")
    group = typer.main.get_command(import_module(script.module).app)
    return "\n".join(_commands("landsweep", group))


def _commands(name: str, command: Any) -> list[str]:
    below = getattr(command, "commands", {})
    if below:
        return [part for key, one in below.items() for part in _commands(f"{name} {key}", one)]
    context = command.make_context(name, [], resilient_parsing=True)
    usage = f"{name} {' '.join(command.collect_usage_pieces(context))}".translate({ord(c): None for c in "{}"})
    help_ = re.sub(r"\s*\n\s*", " ", re.sub(r"\n{2,}", "\0", (command.help or "").strip())).replace("\0", "\n\n")
    text = f"## `{name}`\n\n```text\n{usage}\n```\n\n{help_}\n"
    if rows := [record for p in command.params if (record := p.get_help_record(context))]:
        text += "\n| option | meaning |\n|---|---|\n"
        text += "\n".join(_cells(f"`{option.replace('<int range>', 'N')}`", meaning) for option, meaning in rows) + "\n"
    return [text]


TABLES: dict[str, Callable[[], str]] = {"study keys": study_keys, "metrics": metrics, "commands": commands}
"""Comments in pages, such as ``<!-- metrics -->``, and what takes their place."""
