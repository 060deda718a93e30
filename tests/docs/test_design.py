"""The picture of the rooms in the design, the folders and the import contracts tell the same; rooms stay small."""

import ast
import re
import tomllib

import pytest
from support import ROOT

FOLDERS = {"workflow": "landsweep", "kernels": "landsweep.kernels", "jobs": "landsweep.jobs"}
MODULES = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py")) if p.name != "__init__.py"]
ROOMS = sorted({p.parent for p in MODULES})
MOST_MODULES, MOST_LINES, MEDIAN_LINES = 14, 500, 200


def layers():
    """Return the rooms of the first import contract, from the top; those that stand beside one another in one set."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (rooms,) = (c for c in contracts if c["name"] == "Rooms import downwards only")
    return [set(layer.split(" | ")) for layer in rooms["layers"]]


def test_the_picture_shows_the_contract():
    text = (ROOT / "docs" / "design.md").read_text()
    picture = text[text.index("\ncli ") :].partition("```")[0].strip().splitlines()
    assert [set(re.findall(r"\w+", line[:26])) for line in picture] == layers()


def test_the_contract_names_every_room():
    named = set().union(*layers())
    there = {p.name for p in (ROOT / "workflow").iterdir() if (p / "__init__.py").exists()} | {"kernels", "jobs", "api"}
    assert named == there


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_room_is_small_and_says_what_lives_there(room):
    assert len([p for p in room.glob("*.py") if p.name != "__init__.py"]) <= MOST_MODULES
    assert ast.get_docstring(ast.parse((room / "__init__.py").read_text()))


def test_modules_are_short():
    lengths = sorted(len(p.read_text().splitlines()) for p in MODULES)
    assert lengths[-1] <= MOST_LINES
    assert lengths[len(lengths) // 2] < MEDIAN_LINES
