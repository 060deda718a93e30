"""Counts what a process does to files below $COUNT_BELOW, and writes it to $COUNT_TO when it ends; Python loads it."""

import atexit
import json
import os
import sys
from collections import Counter
from pathlib import Path

_below, _to = os.environ.get("COUNT_BELOW"), os.environ.get("COUNT_TO")
_counts = Counter()


def _count(what, path):
    if isinstance(path, str | bytes | os.PathLike):
        path = os.fsdecode(path)
        if path == _below or path.startswith(f"{_below}/"):
            _counts[f"{what} {path[len(_below) + 1 :]}"] += 1


def _hook(event, arguments):
    if event == "open":
        flags = arguments[2] or 0
        _count("write" if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else "read", arguments[0])
    elif event in ("os.listdir", "os.scandir"):
        _count("list", arguments[0])
    elif event == "os.mkdir":
        _count("mkdir", arguments[0])
    elif event in ("os.rename", "os.remove", "os.link", "os.rmdir", "os.utime"):
        _count("write", arguments[0])


def _counting(function, what):
    def counted(path, *more, **options):
        _count(what, path)
        return function(path, *more, **options)

    return counted


if _below and _to:
    sys.addaudithook(_hook)
    os.stat = _counting(os.stat, "stat")
    rank = os.environ.get("PMI_RANK", "0")
    atexit.register(lambda: Path(_to, f"{rank}.json").write_text(json.dumps(_counts)))
