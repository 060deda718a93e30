"""The folder of a problem's file: modules beside it are imported from there, and those of two problems do not mix."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from landsweep.base.frames import INSTALLED, is_users


class _Folder:
    """A folder with a problem: while it is entered it comes first on ``sys.path``, as that of a script does.

    Modules that are imported from it are its own: they leave ``sys.modules`` with it, so that another folder's module
    of the same name is not taken for it, and come back with it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: set[str] = set()
        self.own: dict[str, ModuleType] = {}
        self._hidden: dict[str, ModuleType] = {}
        self._before: set[str] = set()

    def enter(self) -> None:
        """Put the folder on the path, and its modules in place of others of the same names."""
        names = {p.stem for p in self.path.glob("*.py")} | {p.parent.name for p in self.path.glob("*/__init__.py")}
        names -= self.problems  # which are executed under names of their own
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            top = name.partition(".")[0]
            if top in names and top != "landsweep" and file and not self._has(module) and is_users(file):
                self._hidden[name] = sys.modules.pop(name)
        self._before = set(sys.modules)
        sys.path.insert(0, str(self.path))
        importlib.invalidate_caches()  # a file may be younger than the folder's listing
        sys.modules.update(self.own)

    def leave(self) -> None:
        """Undo :meth:`enter`, and keep what has been imported from the folder."""
        if str(self.path) in sys.path:
            sys.path.remove(str(self.path))
        for name, module in list(sys.modules.items()):
            if name in self.own or (name not in self._before and self._has(module)):
                self.own[name] = sys.modules.pop(name)
        sys.modules.update(self._hidden)
        self._hidden = {}

    def _has(self, module: ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        if not file or not Path(file).is_relative_to(self.path):
            return False
        return not any(part in INSTALLED for part in Path(file).relative_to(self.path).parts)


_folders: dict[Path, _Folder] = {}
_entered: list[_Folder] = []


def enter(file: Path | None) -> None:
    """Let imports see the folder of a problem's file, and no other problem's; None is for a problem in a package."""
    path = None if file is None else file.resolve().parent
    if _entered and _entered[0].path == path:
        return
    for folder in _entered:
        folder.leave()
    _entered.clear()
    if file is not None and path is not None:
        folder = _folders.setdefault(path, _Folder(path))
        folder.problems.add(file.stem)
        folder.enter()
        _entered.append(folder)
