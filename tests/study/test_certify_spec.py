"""The section certify of a study: what is refused, each in one sentence."""

import pytest
from landsweep import UserError
from landsweep.study.study import Study
from support import study_data


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({"draws": -1}, '"certify.draws" is -1 (int), expected 0 or a whole number of at least 2 draws of the data'),
        ({"draws": 1}, '"certify.draws" is 1 (int), expected 0 or a whole number of at least 2 draws of the data'),
        ({"float64": "some"}, "\"certify.float64\" is 'some' (str), expected none, all or the number of points"),
        ({"float64": 0}, '"certify.float64" is 0 (int), expected none, all or the number of points'),
        ({"float32": "all"}, 'unknown key "certify.float32", expected float64, draws; did you mean "float64"?'),
    ],
)
def test_a_mistake_gets_one_sentence(section, text):
    with pytest.raises(UserError) as caught:
        Study.parse(study_data(certify=section), "my.yaml")
    assert str(caught.value).startswith(f"my.yaml: {text}")
    assert "\n" not in str(caught.value)


def test_float64_is_not_compared_with_itself():
    with pytest.raises(
        UserError, match=r"certify.float64 is 'all' but evaluation.dtype is float64, .* expected certify"
    ):
        Study.parse(study_data(evaluation={"dtype": "float64"}, certify={"float64": "all"}))
    Study.parse(study_data(evaluation={"dtype": "float64"}, certify={"draws": 3}))
