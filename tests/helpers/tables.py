"""Made tables of metrics, as a run of many models would have them."""

from itertools import product

import numpy as np
import pandas as pd

MEASURED = {
    "member": ["n_saddles", "average_persistence", "loss_range"],
    "model": ["quality_error"],
    "site": ["hessian_trace"],
}


def table(sweep, *, directions=2, seed=0, representations=("moore",), **columns):
    """One row a landscape of each combination of ``sweep``; ``columns`` are functions of a row and of noise."""
    random = np.random.default_rng(seed)
    rows, models = [], {}
    for values in product(*sweep.values()):
        at = dict(zip(sweep, values, strict=True))
        model = models.setdefault(tuple(v for k, v in at.items() if k not in ("split", "draw")), len(models))
        for direction in range(directions):
            for representation in representations:
                row = {"model": model, **at, "subspace": "random", "direction_seed": direction}
                row["representation"] = representation
                rows.append(row | {name: make(row, random.standard_normal()) for name, make in columns.items()})
    made = pd.DataFrame(rows)
    keys = [name for name in (*sweep, "direction_seed") if name in made]
    made.insert(0, "member", made.groupby(keys, sort=False).ngroup())
    return made


def axes(sweep):
    """The axes of such a table."""
    return [*sweep, "subspace", "direction_seed"]
