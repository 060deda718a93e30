"""What a person sees of a run in progress: what is done, what failed, and how far an item is that takes long."""

import io

import pytest
from landsweep.base.events import ItemDone, StageFinished, StageStarted
from landsweep.session.progress import Bars
from rich.console import Console
from support import inside


def said(done, stage):
    return [line for line in done.stdout.splitlines() + done.stderr.splitlines() if line.startswith(f"{stage}: ")]


def test_what_failed_is_not_counted_as_done(write_study, tmp_path):
    """Five Hessians that failed were "5 of 5 Hessians"."""
    study, out = write_study(curvature={"largest": 30}, sweep__beta=[1.0, 2.0, 3.0, 4.0, 5.0]), tmp_path / "run"
    done = inside("run", study, "--out", out, "--stages", "train,curvature")
    assert done.returncode == 3, done.stderr
    assert said(done, "curvature")[-1].startswith("curvature: 0 of 5 Hessians, 5 failed, in ")
    done = inside("run", study, "--out", out, "--set", "curvature.largest=1", "--stages", "train,curvature")
    assert said(done, "curvature")[-1].startswith("curvature: 5 of 5 Hessians in ")


def test_what_failed_is_told_in_every_stage_and_later_sessions(write_study, tmp_path):
    """A model that cannot be trained: it and everything that needs it is missing, and not done before."""
    changes = {"problem__params": {"steps": 20, "raise_in": "train", "raise_at": 2.0}, "curvature": {"largest": 1}}
    study, out = write_study(**changes), tmp_path / "run"
    done = inside("run", study, "--out", out)
    assert done.returncode == 3, done.stderr
    assert said(done, "train")[-1].startswith("train: 1 of 2 models, 1 failed, in ")
    assert said(done, "curvature")[0] == "curvature: 0 of 2 Hessians done before, 1 failed before"
    assert said(done, "evaluate")[-1].startswith("evaluate: 70 of 140 points, 70 failed, in ")
    done = inside("run", write_study(**changes, sweep__beta=[1.0, 2.0, 3.0]), "--out", out)
    assert said(done, "train")[0] == "train: 1 of 3 models done before, 1 failed before"
    assert said(done, "train")[-1].startswith("train: 2 of 3 models, 1 failed, in ")
    assert said(done, "evaluate")[0] == "evaluate: 70 of 210 points done before, 70 failed before"


@pytest.mark.parametrize("failed", [0, 2])
def test_bars_tell_it_too(failed):
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with Bars(console) as bars:
        bars(StageStarted("train", 3, 3, "models"))
        for k in range(3):
            bars(ItemDone("train", k, 1, 0.1, 0, failed=k < failed, lost=int(k < failed)))
        bars(StageFinished("train", 0.3))
    shown = console.file.getvalue()
    assert ("1 of 3 models, 2 failed" if failed else "3 of 3 models") in shown
