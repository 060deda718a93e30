"""A run that an earlier landsweep wrote (commit 4a6ec2b, before modules moved) opens and goes on."""

import tarfile

import landsweep
import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml
from landsweep.pipeline.status import stage_counts
from support import DATA, store_arrays


@pytest.fixture
def old(tmp_path):
    with tarfile.open(DATA / "run-of-4a6ec2b.tar.gz") as archive:
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # 3.11.4
    return tmp_path


def files(run):
    """Everything that stages have stored, but for tables and the report: they tell of the latest session."""
    kept = ("weights", "directions", "curvature", "topology", "certify", "segmentation.zarr")
    paths = [p for name in kept for p in sorted((run / name).rglob("*")) if p.is_file()]
    assert len(paths) > 50
    return {p.relative_to(run): p.read_bytes() for p in paths}


def test_it_opens(old):
    run = landsweep.open_run(old / "run")
    assert len(run.metrics) == 2 * 6  # two representations; of eigenvectors there is one landscape a model
    assert run.metrics["hessian_top_eigenvalue"].notna().all()
    assert run.dataset.loss.sel(beta=2.0, seed=0, subspace="random", direction_seed=1).shape == (7, 5)
    for representation in ("face", "knn"):
        tree = run.merge_tree(representation, beta=1.0, subspace="random", direction_seed=0)
        row = run.metrics.query("member == 0 and representation == @representation").iloc[0]
        assert len(tree.saddles) == row["n_saddles"]
    counts = stage_counts(run.directory, run.study, run.plan)
    assert [c.stage for c in counts] == ["train", "curvature", "subspace", "evaluate", "topology", "certify", "report"]
    assert all(c.done == c.total and not c.failed for c in counts)


def test_the_same_study_finds_nothing_to_do(old):
    before, arrays = files(old / "run"), store_arrays(old / "run")
    landsweep.run(old / "study.yaml", old / "run", progress=False)
    assert files(old / "run") == before
    after = store_arrays(old / "run")
    assert arrays.keys() == after.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(after[name], values, err_msg=name)


def test_it_can_be_extended(old):
    before, arrays = files(old / "run"), store_arrays(old / "run")
    rows = landsweep.open_run(old / "run").metrics.set_index(["member", "representation"])
    study = yaml.safe_load((old / "study.yaml").read_text())
    study["sweep"]["direction_seed"] = [0, 1, 2]
    study["report"] = {"figures": False, "page": False}
    (old / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    run = landsweep.run(old / "study.yaml", old / "run", progress=False, allow_mixed=True)  # on any CPU
    stored = files(old / "run")
    assert all(stored[name] == data for name, data in before.items() if name.parts[0] != "segmentation.zarr")
    assert len(run.plan.members) == 8
    with xr.open_zarr(old / "run" / "segmentation.zarr", group=run.study.connectivity[0], chunks=None) as parts:
        assert parts.sizes == run.dataset.loss.sizes
        assert parts.direction_seed.values.tolist() == [0, 1, 2]  # earlier versions stored no coordinates
    assert run.metrics["n_minima"].notna().all()
    again = run.metrics.set_index(["member", "representation"]).loc[rows.index, rows.columns]
    pd.testing.assert_frame_equal(again, rows)
    loss = store_arrays(old / "run")["loss"]
    assert loss.shape == (2, 1, 2, 3, 7, 5)
    np.testing.assert_array_equal(loss[:, :, :, :2], arrays["loss"])
    assert np.isfinite(loss[:, :, 0]).all()
