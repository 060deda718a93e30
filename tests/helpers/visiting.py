"""Visits to the live page of runs, without a network."""

from landsweep.serving.application import application
from landsweep.serving.watch import Watched
from starlette.testclient import TestClient

TOKEN = "a-secret-that-nobody-guesses"
HERE = "http://127.0.0.1:8765"


def visitor(*runs, token=True, address=HERE, **options):
    """A client of the application that shows runs; with the token it has opened the page, and so has the cookie."""
    found = TestClient(application([Watched(run) for run in runs], TOKEN, **options), base_url=address)
    if token:
        assert found.get(f"/?token={TOKEN}").status_code == 200
    return found


def asked(field="loss", representation="", vertical=0, horizontal=1, at=(0, 0)):
    """The query of a slice."""
    at = ",".join(map(str, at))
    return {
        "field": field,
        "representation": representation,
        "vertical": vertical,
        "horizontal": horizontal,
        "at": at,
    }
