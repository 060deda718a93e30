"""What the text on methods says of subspaces, for every kind."""

import pytest
from landsweep import Study
from landsweep.report.methods import _subspace
from landsweep.study.subspace_spec import OWN, THROUGH
from support import study_data


@pytest.mark.parametrize("kind", OWN)
def test_every_kind_of_subspace_has_its_words(kind):
    through = THROUGH.get(kind)
    dims = (through.dims if through else None) or 2
    files = {"files": ["a.pt", "b.pt", "c.pt", "d.pt"][: through.corners or dims + 1 if through else 4]}
    more = {"random": {}, "hessian": {}, "file": {"path": "d.npy"}}.get(kind, files)
    study = Study.parse(study_data(subspaces={"random": {"kind": kind, **more}}, grid={"dims": dims, "points": 3}))
    said = _subspace("random", study.subspaces["random"], study)
    assert said.startswith("Subspace 'random': ")
    assert "None" not in said
