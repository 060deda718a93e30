"""Fixtures."""

from functools import partial

import pytest
from resolving import make_run, two_himmelblaus


@pytest.fixture
def run(tmp_path):
    """Make a run of a known function in this test's folder."""
    return partial(make_run, tmp_path)


@pytest.fixture(scope="session")
def known():
    """A run of two landscapes, of which all is known: only to read."""
    return two_himmelblaus()
