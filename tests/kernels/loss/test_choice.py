"""The strategy is chosen by what runs, agrees and is fast; everything else is dropped with its reason."""

import numpy as np
import pytest
import torch
from landsweep.kernels.loss import choice as module
from landsweep.kernels.loss.choice import choose

ALPHA = np.zeros((4, 2))


class Clock:
    """Time that goes by where a test says so, and a little whenever somebody looks."""

    now = 0.0

    def sleep(self, seconds):
        self.now += seconds

    def perf_counter(self):
        self.now += 1e-5
        return self.now


time = Clock()


@pytest.fixture(autouse=True)
def _measured_by_it(monkeypatch):
    monkeypatch.setattr(module, "time", time)


def contenders(**behaviour):
    """Evaluators that take ``seconds`` a batch, return ``value``, or raise ``error``, per strategy."""
    calls = []

    def make(name, width):
        how = behaviour[name]

        def evaluate(alpha):
            calls.append((name, width))
            if "error" in how and width >= how.get("from_width", 1):
                raise how["error"]
            time.sleep(how.get("seconds", 0) * (1 if how.get("flat", True) else width))
            return {"loss": np.full(len(alpha), how.get("value", 1.0))}

        return evaluate

    return make, calls


def test_the_fastest_wins_at_the_narrowest_width_that_is_about_as_fast():
    make, _ = contenders(inplace={"seconds": 0.01}, batched={"seconds": 0.004}, compiled={"seconds": 0.004})
    choice = choose(make, ALPHA, 1e-6, widest=8)
    assert choice.strategy == "batched"
    assert choice.width == 8  # a batch takes as long whatever its width
    assert choice.seconds == pytest.approx(0.0005, rel=0.5)
    assert set(choice.tried["batched"]) == {2, 4, 8}
    assert choice.reason.startswith("0.5")
    assert "inplace 10" in choice.reason


def test_wider_batches_that_gain_nothing_are_not_chosen():
    make, calls = contenders(inplace={"seconds": 0.1}, batched={"seconds": 0.005, "flat": False})
    choice = choose(make, ALPHA, 1e-6, candidates=("inplace", "batched"))
    assert choice.width == 2
    assert max(width for name, width in calls if name == "batched") <= 16


def test_what_does_not_run_or_agree_is_dropped_with_its_reason():
    make, _ = contenders(
        inplace={"seconds": 0.01}, batched={"error": ValueError("no rule\nfor this")}, compiled={"value": 1.1}
    )
    choice = choose(make, ALPHA, 1e-4)
    assert choice.strategy == "inplace"
    assert choice.dropped["batched"] == "cannot run this loss (ValueError: no rule)"
    assert choice.dropped["compiled"] == "differs by 0.1 in loss at the probe points"
    assert "batched cannot run this loss" in choice.reason


def test_memory_that_ends_ends_the_search():
    full = torch.cuda.OutOfMemoryError("CUDA out of memory")
    make, calls = contenders(inplace={"seconds": 0.01}, batched={"seconds": 0.001, "error": full, "from_width": 8})
    choice = choose(make, ALPHA, 1e-6, candidates=("inplace", "batched"))
    assert (choice.strategy, choice.width) == ("batched", 4)
    assert max(width for _, width in calls) == 8


def test_what_fails_or_differs_at_a_larger_width_only_ends_the_search():
    make, _ = contenders(
        inplace={"seconds": 0.01}, batched={"seconds": 0.001, "error": RuntimeError("no rule"), "from_width": 4}
    )
    choice = choose(make, ALPHA, 1e-6, candidates=("inplace", "batched"))
    assert (choice.strategy, choice.width) == ("batched", 2)

    def wrong_when_wide(name, width):
        return lambda alpha: {"loss": np.full(len(alpha), 7.0 if width > 2 else 1.0)}

    choice = choose(wrong_when_wide, ALPHA, 1e-6)
    assert choice.tried["batched"].keys() == {2}
    assert choice.tried["compiled"].keys() == {1}


def test_compiling_is_left_alone_where_it_cannot_pay():
    make, calls = contenders(inplace={"seconds": 0.01}, batched={"seconds": 0.002}, compiled={})
    choice = choose(make, ALPHA, 1e-6, points=100, widest=4)
    assert choice.strategy == "batched"
    assert choice.dropped["compiled"].endswith(" s for all points without it")
    assert not any(name == "compiled" for name, _ in calls)


def test_what_compiling_saves_must_exceed_what_it_takes():
    make, _ = contenders(inplace={"seconds": 0.1}, batched={"seconds": 0.101}, compiled={"seconds": 0.0995})
    slow = make

    def with_compiler(name, width):
        if name == "compiled" and (name, width) not in compiled:
            compiled.add((name, width))
            time.sleep(1.5)
        return slow(name, width)

    compiled = set()
    choice = choose(with_compiler, ALPHA, 1e-6, points=650, widest=2, width=1)
    assert choice.strategy == "inplace"
    assert "s to compile" in choice.dropped["compiled"]


def test_a_loss_that_runs_no_way_says_why():
    make, _ = contenders(inplace={"error": ZeroDivisionError("by zero")}, batched={"error": ValueError("other")})
    with pytest.raises(ZeroDivisionError, match="by zero"):
        choose(make, ALPHA, 1e-6, candidates=("inplace", "batched"))


def test_a_loss_that_draws_random_numbers_is_refused():
    calls = iter(range(100))

    def make(name, width):
        return lambda alpha: {"loss": np.full(len(alpha), 1.0 + next(calls))}

    with pytest.raises(ValueError, match="a second call at the same weights differs by 1 in loss, expected a fu"):
        choose(make, ALPHA, 1e-4)


def test_non_finite_losses_agree_with_themselves():
    make, _ = contenders(inplace={"value": np.nan}, batched={"value": np.nan})
    assert not choose(make, ALPHA, 1e-6, candidates=("inplace", "batched"), widest=2).dropped
