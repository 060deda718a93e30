"""The tests marked ``gpu``, run by pytest where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_parts.report import NotMeasuredError, Report

TESTS = Path(__file__).parents[2] / "tests"


def run(report: Report) -> None:
    """Run them and add a row for each."""
    files = [str(p) for p in sorted(TESTS.glob("test_*.py")) if "mark.gpu" in p.read_text()]
    if not files:
        raise NotMeasuredError("needs the folder tests/ beside benchmarks/")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tests.xml"
        # Warnings are errors where versions are fixed; what those of a machine met by chance say is no failure.
        command = [sys.executable, "-m", "pytest", "-m", "gpu", "-q", "-p", "no:cacheprovider", "-W", "default"]
        command += [f"--junitxml={path}"]
        done = subprocess.run(
            [*command, *files],
            cwd=TESTS.parent,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=max(5.0, report.left()),
        )
        tail = (done.stdout + done.stderr)[-6000:]
        for case in xml.parse(path).iter("testcase") if path.exists() else ():
            where, what = case.get("classname", "").rpartition(".")[2], case.get("name", "")
            bad = case.find("failure") if case.find("failure") is not None else case.find("error")
            if bad is not None:
                report.error(where, what, bad.get("message", "").strip()[:300], bad.text or "")
            skipped = case.find("skipped")
            note = "FAILED" if bad is not None else "passed"
            if skipped is not None:
                note = f"skipped: {skipped.get('message', '')}"
            report.row(where, what, value=float(case.get("time", 0)), unit="s", note=note)
        if done.returncode and not report.errors:
            report.error("pytest", "exit status", f"is {done.returncode}, expected 0", tail)
