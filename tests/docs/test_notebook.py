"""The code of docs/notebook.md, run as it stands around a reader's network, loader, two state_dicts and run."""

import re

import landsweep
import torch
from support import ROOT, reference_run

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/notebook.md").read_text(), re.MULTILINE | re.DOTALL)


def test_the_page_runs(monkeypatch):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    data = torch.utils.data.TensorDataset(torch.randn(12, 2), torch.randint(2, (12,)))
    before = {name: x.clone() for name, x in model.state_dict().items()}
    names = {
        "torch": torch,
        "model": model,
        "loader": torch.utils.data.DataLoader(data, batch_size=6, shuffle=True),
        "before": before,
        "after": {name: x + 1 for name, x in before.items()},
        "run": landsweep.open_run(reference_run()),
    }
    real = landsweep.landscape
    # as it stands, but for what takes its time: points and the choice of a strategy by a clock
    monkeypatch.setitem(
        vars(landsweep),
        "landscape",
        lambda *a, **k: real(*a, points=5, strategy="batched", batch=4, progress=False, **k),
    )
    for block in BLOCKS:
        exec(block, names)
    assert names["found"].data.shape == (5, 5)
    assert names["line"].data.dims == ("alpha_0",)
    assert names["line"].data.alpha_0.values.tolist() == [0, 0.25, 0.5, 0.75, 1]
