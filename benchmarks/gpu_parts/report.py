"""What a part found, on disk after every row, and the table that all parts make.

A row is a flat dictionary: ``case`` and ``what`` name it; ``value``, ``low``, ``high`` with ``unit`` is what was
measured (a median and its spread); ``ratio`` compares it with the plain loop from copies of the same case; ``share`` is
that of the device's limit; ``difference`` is checked against ``tolerance``; ``note`` says what else there is to say.
Further keys are in the JSON alone.
"""

from __future__ import annotations

import gc
import json
import math
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
OUT_OF_TIME = "not measured: out of time"


class NotMeasuredError(Exception):
    """Something that this machine lacks; no failure."""


class Report:
    """One part's rows and errors.

    Parameters
    ----------
    path
        The JSON that is written again after each row, so that a part that is killed leaves what it had.
    seconds
        How long the part may take; what comes later is not measured.
    """

    def __init__(self, path: Path, seconds: float) -> None:
        self._path, self._end = path, time.monotonic() + seconds
        self.rows: list[dict[str, Any]] = []
        self.errors: list[dict[str, str]] = []

    def left(self) -> float:
        """Return the seconds that are left."""
        return self._end - time.monotonic()

    def row(self, case: str, what: str, **found: Any) -> None:
        """Add a row and save; a difference beyond its tolerance, or one that is no number, is an error."""
        self.rows.append({"case": case, "what": what, **found})
        difference, tolerance = found.get("difference"), found.get("tolerance")
        if difference is not None and tolerance is not None and not difference <= tolerance:
            self.error(case, what, f"differs by {difference:.3g}, expected at most {tolerance:.3g}")
        self.save()

    def error(self, case: str, what: str, message: str, trace: str = "") -> None:
        """Note that something failed."""
        self.errors.append({"case": case, "what": what, "error": message, "traceback": trace})
        self.save()

    def attempt(self, case: str, what: str, work: Callable[[], T]) -> T | None:
        """Return what ``work`` returns; where it cannot, say why in a row and return None, and the others go on."""
        if self.left() <= 0:
            self.row(case, what, note=OUT_OF_TIME)
            return None
        try:
            return work()
        except NotMeasuredError as error:
            note = f"not measured: {error}"
        except Exception as error:
            message = f"{type(error).__name__}: {first_line(error)}"
            if out_of_memory(error):
                note = "not measured: out of memory"
            else:
                note = f"FAILED: {message}"
                self.error(case, what, message, traceback.format_exc())
        free()  # here the exception, whose frames hold tensors, is gone
        self.row(case, what, note=note)
        return None

    def save(self) -> None:
        write(self._path, {"rows": self.rows, "errors": self.errors})


def first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), "")


def out_of_memory(error: BaseException) -> bool:
    import torch

    return isinstance(error, torch.cuda.OutOfMemoryError | MemoryError)


def free() -> None:
    """Give back what nobody holds any more."""
    import torch

    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def write(path: Path, data: Any) -> None:
    """Write JSON under another name and rename it: a file that is there is whole."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(finite(data), indent=1, default=str))
    partial.replace(path)


def finite(data: Any) -> Any:
    """Return data with numbers that JSON has no word for as text."""
    if isinstance(data, dict):
        return {str(key): finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return str(data)
    return data


COLUMNS = ("part", "case", "what", "measured", "times plain", "share of limit", "difference (allowed)", "note")


def table(result: dict[str, Any]) -> str:
    """Return the Markdown of a result: where and how, and one table."""
    about = result["machine"]
    lines = [
        "# GPU check",
        "",
        f"`{result['command']}`, {result['date']}, {result['seconds']:.0f} s: "
        f"{about.get('device', 'unknown device')}; "
        + ", ".join(f"{name} {version}" for name, version in result["versions"].items()),
        "",
        "Times are medians (lowest to highest) of turns in which all contenders of a case took part. `times plain` is "
        "how many times as fast as the plain loop from copies; the limit is the device's own matrix rate and bandwidth "
        "as measured beside it.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
    ]
    for name, part in result["parts"].items():
        took = "" if part["seconds"] is None else f"{part['seconds']:.1f} s"
        what = {"ok": "done"}.get(part["status"], part["status"].upper() if part["status"] == "failed" else "")
        lines.append(_line(f"**{name}**", "", what, took, "", "", "", part["reason"] or ""))
        lines += [_shown(name, row) for row in part["rows"]]
        lines += [
            _line(name, error["case"], error["what"], "", "", "", "", f"ERROR: {error['error']}")
            for error in part["errors"]
        ]
    return "\n".join(lines) + "\n"


def _shown(part: str, row: dict[str, Any]) -> str:
    measured = ""
    if row.get("value") is not None:
        spread = f" ({row['low']:.4g} to {row['high']:.4g})" if row.get("low") is not None else ""
        measured = f"{_number(row['value'])}{spread} {row.get('unit', '')}".strip()
    difference = ""
    if row.get("difference") is not None:
        difference = _number(row["difference"])
        difference += f" ({row['tolerance']:.2g})" if row.get("tolerance") is not None else ""
    return _line(
        part,
        row["case"],
        row["what"],
        measured,
        f"{row['ratio']:.2f}" if row.get("ratio") is not None else "",
        f"{100 * row['share']:.3g} %" if row.get("share") is not None else "",
        difference,
        row.get("note") or "",
    )


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
