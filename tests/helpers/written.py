"""Pages of runs, read as the browser reads them; runs of given arrays, which need no network."""

import base64
import gzip
import json
import re
from pathlib import Path

import numpy as np
from support import inside, once

QUIET = ("--set", "report.figures=false", "--set", "report.page=false")


def imported(out, arrays, *more):
    """Import arrays, one a member and all of one shape, as a run at ``out``."""
    files = []
    for name, loss in arrays.items():
        files.append(out.parent / f"{name}.npz")
        axes = [np.linspace(-1, 1, n) for n in loss.shape]
        np.savez(files[-1], loss=loss, coordinates=np.array(axes))
    done = inside("import", *files, "--out", out, *QUIET, *more)
    assert done.returncode == 0, done.stderr
    return out


def solid():
    """A run of one landscape of 6 x 6 x 6 points, two of which are not finite, made once. Only to read."""

    def make(folder):
        field = np.random.default_rng(2).normal(size=(6, 6, 6))
        field[1, 2, 3], field[5, 0, 0] = np.nan, np.inf
        field[4, 4, 4] = field[2, 2, 2] = field[np.isfinite(field)].min()  # the first of equal ones counts
        imported(folder / "run", {"solid": field})

    return once("page-solid", make) / "run"


def reported(run, *more):
    """Write the page of a run by the command line; the text of the page."""
    done = inside("report", run, *more)
    assert done.returncode == 0, done.stderr
    address = done.stdout.split("  (")[0]
    assert address.startswith("file:///")
    return Path(address.removeprefix("file://")).read_text(encoding="utf-8")


def content(text):
    """The data of a page."""
    return json.loads(re.search(r'<script type="application/json" id="page">(.*?)</script>', text, re.DOTALL)[1])


def landscapes(text):
    """The indices of the runs and members whose landscapes lie in a page."""
    return [tuple(map(int, pair)) for pair in re.findall(r'id="member-(\d+)-(\d+)"', text)]


def landscape(text, member, run=0):
    """The header and the arrays of a member that lies in a page."""
    found = re.search(rf'<script type="text/plain" id="member-{run}-{member}">(.*?)</script>', text, re.DOTALL)
    return unpacked(base64.b64decode(found[1]))


def unpacked(packed):
    """The header and the arrays of packed bytes, by the layout that the page's program reads."""
    data = gzip.decompress(packed)
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    arrays = {}
    for name, layout in header.pop("arrays").items():
        begin, size = 4 + length + layout["offset"], int(np.prod(layout["shape"]))
        arrays[name] = np.frombuffer(data, layout["dtype"], size, begin).reshape(layout["shape"])
    return header, arrays


def sentences(page, rank, run=0):
    """The sentences of the answer that have a rank."""
    return [said["text"] for said in page["runs"][run]["answer"] if said["rank"] == rank]
