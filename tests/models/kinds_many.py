"""Many kinds in one study: the kind is a parameter that the study sweeps."""

from pathlib import Path

from kinds import all_kinds


class Many:
    """What a study names; it makes the problem of the kind."""

    def __new__(cls, kind):
        return all_kinds(Path(__file__).parent)[kind]()

    def build(self, seed): ...

    def batches(self, split="train", draw=0): ...

    def loss(self, model, batch): ...

    def train(self, model, seed, *, start=None, on_step=None): ...
