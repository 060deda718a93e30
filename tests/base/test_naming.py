"""One column has one name in figures, tables and sentences."""

import pandas as pd
import pytest
from landsweep.base.naming import label
from landsweep.figures.curves import scatter
from landsweep.report import summary
from matplotlib.figure import Figure


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("hessian_top_eigenvalue", "top Hessian eigenvalue"),
        ("hessian_trace", "Hessian trace"),
        ("average_persistence_rel", "average persistence / loss range"),
        ("n_saddles", "saddles"),
        ("quality_absolute_error", "absolute error"),
        ("smad", "SMAD"),
    ],
)
def test_figures_tables_and_sentences_agree(column, name):
    made = pd.DataFrame({"beta": [1.0, 2.0], column: [3.0, 4.0]})
    assert scatter(made, column, "beta", Figure().subplots()).get_xlabel() == name
    assert summary.ends(made, "beta", column) == f"{name} 3 at beta = 1.0, 4 at beta = 2.0"
    assert label(column) == name
