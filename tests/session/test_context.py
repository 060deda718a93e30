"""Ranks are dealt over the GPUs of their node; no GPU is needed to see it."""

from types import SimpleNamespace

import pytest
import torch
from landsweep.session.context import Context


def device(monkeypatch, gpus, local_rank, wanted="auto"):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    context = SimpleNamespace(
        study=SimpleNamespace(evaluation=SimpleNamespace(device=wanted)),
        executor=SimpleNamespace(local_rank=local_rank),
    )
    return Context.device(context)


@pytest.mark.parametrize(
    ("gpus", "ranks", "expected"),
    [
        (4, 4, ["cuda:0", "cuda:1", "cuda:2", "cuda:3"]),
        (2, 5, ["cuda:0", "cuda:1", "cuda:0", "cuda:1", "cuda:0"]),  # several ranks a GPU
        (1, 2, ["cuda:0", "cuda:0"]),  # Slurm shows each rank its own one
        (0, 2, ["cpu", "cpu"]),
    ],
)
def test_gpus_are_dealt_by_node_local_rank(monkeypatch, gpus, ranks, expected):
    assert [str(device(monkeypatch, gpus, rank)) for rank in range(ranks)] == expected


def test_a_cpu_that_was_asked_for(monkeypatch):
    assert str(device(monkeypatch, 4, 3, "cpu")) == "cpu"
