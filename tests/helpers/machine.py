"""What this machine has: tests that need what it lacks are skipped, with the reason at the end of `make test`."""

import os
import shutil
import sysconfig
from pathlib import Path

import pytest


def lacks_compiler() -> str | None:
    """Return why torch.compile cannot build anything here, or None."""
    if not any(shutil.which(name) for name in (os.environ.get("CXX") or "g++", "clang++")):
        return "no C++ compiler is installed, which torch.compile needs: apt-get install g++"
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "Python's headers are not installed, which torch.compile needs: apt-get install python3-dev"
    return None


needs_compiler = pytest.mark.skipif(lacks_compiler() is not None, reason=lacks_compiler() or "")
