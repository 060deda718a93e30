"""The folder of a problem's file: modules beside it are imported from there, and those of two problems do not mix."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

from landsweep.base.frames import INSTALLED, is_users


class _Folder:
    """A folder with a problem: while it is entered it comes first on ``sys.path``, as that of a script does.

    Modules of the user's that are imported meanwhile, from it or from folders that the problem puts on the path, are
    its own: they leave ``sys.modules`` with it, as such folders leave the path, so that another problem's module of the
    same name is not taken for it, and come back with it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: set[str] = set()
        self.own: dict[str, ModuleType] = {}
        self._hidden: dict[str, ModuleType] = {}
        self._before: set[str] = set()
        self._path: list[str] = []
        self._more = [str(path)]

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
        self._path = list(sys.path)
        sys.path[:0] = self._more
        importlib.invalidate_caches()  # a file may be younger than the folder's listing
        sys.modules.update(self.own)

    def leave(self) -> None:
        """Undo :meth:`enter`, and keep what has been imported from the folder."""
        more = Counter(sys.path) - Counter(self._path)
        self._more = list(more if str(self.path) in more else (str(self.path), *more))
        sys.path[:] = self._path
        new = {name: module for name, module in sys.modules.items() if name not in self._before}
        users = {name for name, module in new.items() if name != "landsweep" and _is_users(module)}
        for name, module in new.items():
            if name in self.own or self._has(module) or name.partition(".")[0] in users:
                self.own[name] = sys.modules.pop(name)
        importlib.invalidate_caches()
        sys.modules.update(self._hidden)
        self._hidden = {}

    def _has(self, module: ModuleType) -> bool:
        file = getattr(module, "__file__", None)
        if not file or not Path(file).is_relative_to(self.path):
            return False
        return not any(part in INSTALLED for part in Path(file).relative_to(self.path).parts)


def _is_users(module: ModuleType) -> bool:
    """Return whether a module, or a folder of modules, is the user's."""
    file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
    return isinstance(file, str) and is_users(file)


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
