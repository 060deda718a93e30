"""What a part needs beside the project's dependencies; asked before anything is imported that takes seconds."""

from __future__ import annotations

import os
import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path

TESTING = ("pytest", "pytest_timeout", "hypothesis")


def lacking(part: str, device: str, small: bool) -> str:
    """Return why a part cannot be measured here, or an empty string."""
    if part == "tests":
        if device == "cpu":
            return "these tests need a CUDA device"
        missing = [name.replace("_", "-") for name in TESTING if find_spec(name) is None]
        return f"needs {', '.join(missing)}" if missing else ""
    if part == "compiled":
        if small:
            return "compiling takes longer than all other parts in small sizes"
        missing_tool = for_compiling(device)
        return f"needs {missing_tool}" if missing_tool else ""
    return ""


def for_compiling(device: str) -> str:
    """Return what ``torch.compile`` would miss: triton on GPUs, a C compiler (for CPUs of C++) and Python's headers."""
    if device != "cpu" and find_spec("triton") is None:
        return "triton"
    named = os.environ.get("CXX" if device == "cpu" else "CC")
    compilers = ("g++", "clang++") if device == "cpu" else ("gcc", "clang", "cc")
    if not any(shutil.which(name) for name in ((named,) if named else compilers)):
        return "a C compiler (gcc or clang)"
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "Python's headers (Python.h)"
    return ""
