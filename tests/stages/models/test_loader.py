"""Data that take long to read: how far that is, and that a stop ends it."""

import signal

from landsweep.pipeline import trial
from landsweep.stages.models import loader
from support import make_study, stopped_when

ENDLESS = """

class Endless(Toy):
    def batches(self, split="train", draw=0):
        for k in iter(int, 1):  # nothing tells that this does not end
            yield Batch(torch.randn(4, 2, generator=torch.Generator().manual_seed(k)), weight=4.0)

    def loss(self, model, batch):
        return {"loss": model(batch.data).square().mean()}

    def train(self, model, seed, *, start=None, on_step=None):
        return model

    def quality(self, model):
        return {}
"""


def test_the_first_signal_ends_reading_and_progress_says_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.05)
    monkeypatch.setattr(loader, "READING_SECONDS", 0.05)
    study = make_study(tmp_path, problem__path="toy.py:Endless", problem__params={})
    toy = tmp_path / "toy.py"
    toy.write_text(toy.read_text() + ENDLESS)
    done = stopped_when("Reading the data: ", signal.SIGTERM, "run", study, "--out", tmp_path / "run")
    assert done.returncode == 75, done.stderr
    assert " batches, " in done.stderr
    assert " GB so far." in done.stderr
    assert not list((tmp_path / "run").glob("failures/*"))
