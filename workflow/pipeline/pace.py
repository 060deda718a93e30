"""How fast the stage in hand is, and when it will end, from the small file that a running session keeps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from landsweep.base.errors import Damaged
from landsweep.base.text import duration
from landsweep.disk.rundir import read_json


@dataclass(frozen=True)
class Pace:
    """The speed of the stage in hand, and how far a long item in hand is, each text empty where it is not known.

    Parameters
    ----------
    count
        How much is done, such as ``evaluate: 120 of 140 points``.
    rate
        Items of the stage a second, such as ``12.5 points/s, 6.25 per rank``.
    end
        When the stage ends, such as ``ends in about 3 min (2026-11-30 12:00:00)``.
    in_hand
        How far the item in hand is.
    """

    count: str = ""
    rate: str = ""
    end: str = ""
    in_hand: str = ""


def pace(progress: Path) -> Pace:
    """Return the pace that ``progress.json`` tells; an empty one where there is no such file, or nothing is left."""
    if not progress.exists():
        return Pace()
    try:
        state = read_json(progress)
        failed = state.get("failed", 0)  # what an older version writes has none
        over, seconds = state["done"] + failed, state["time"] - state["began"]
        new = over - state["before"] - state.get("failed_before", 0)
        in_hand = str(state.get("in_hand", ""))
    except (Damaged, KeyError, TypeError):  # or of another version; the next one comes in seconds
        return Pace()
    if new <= 0 or seconds <= 0 or over == state["total"]:
        return Pace(in_hand=in_hand)
    rate, left = new / seconds, (state["total"] - over) / (new / seconds)
    each = state.get("gpus") or state.get("ranks") or 1
    what = "GPU" if state.get("gpus") else "rank"
    lost = f", {failed:,} failed" if failed else ""
    end = time.strftime("%F %T", time.localtime(state["time"] + left))
    noun = state["noun"]
    return Pace(
        f"{state['stage']}: {state['done']:,} of {state['total']:,} {noun}{lost}",
        f"{rate:,.3g} {noun}/s, {rate / each:,.3g} per {what}",
        f"ends in about {duration(left)} ({end})",
        in_hand,
    )
