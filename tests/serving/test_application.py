"""The addresses of the live page: what they answer is what the store holds, what is not there is said."""

import json

import numpy as np
import pytest
from landsweep.api import Run
from landsweep.disk.store import Landscape
from landsweep.disk.trees import read_tree
from landsweep.page.content import run_page
from landsweep.serving import application as module
from support import copy_of, reference_run
from visiting import TOKEN, asked, visitor
from written import unpacked


@pytest.fixture(scope="module")
def client():
    return visitor(reference_run())


@pytest.fixture(scope="module")
def behind():
    return visitor(reference_run(), prefix="/user/me/proxy/8765")


def test_what_the_page_asks_for_is_what_the_store_holds():
    run = Run(reference_run())
    client = visitor(run.path, run.path)
    page = client.get("/api/page").json()
    assert page["live"] is True
    assert page["runs"][1] == json.loads(json.dumps(run_page(run)))
    whole = run.dataset.loss.to_numpy()
    for member in run.plan.members:
        header, arrays = unpacked(client.get(f"/api/members/1/{member.index}").content)
        assert header["strides"] == [1, 1]
        assert [len(arrays[f"axis/{k}"]) for k in range(2)] == [7, 5]
        assert not any(name.startswith("field/") or name.endswith("/labels") for name in arrays)
        loss = whole[member.position]
        assert header["ranges"]["loss"] == [loss.min(), loss.max()]
        assert loss[tuple(header["start"])] == loss.min()
        for vertical, horizontal in ((0, 1), (1, 0)):
            query = asked("loss", "freudenthal", vertical, horizontal)
            _, cut = unpacked(client.get(f"/api/slices/1/{member.index}", params=query).content)
            shown = loss if vertical == 0 else loss.T
            np.testing.assert_array_equal(cut["values"], shown)
            assert [cut["rows"].tolist(), cut["columns"].tolist()] == [list(range(n)) for n in shown.shape]
            tree = read_tree(run.directory, member.index, "freudenthal")
            best = np.unravel_index(tree.global_min, loss.shape)
            assert cut["labels"][best if vertical == 0 else best[::-1]] == 0  # the branch that never ends
            assert len(np.unique(cut["labels"])) == len(arrays["freudenthal/birth"])


def test_a_page_that_has_not_changed_is_not_sent_again(client):
    first = client.get("/api/page")
    again = client.get("/api/page", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    weak = {"If-None-Match": f"W/{first.headers['etag']}"}  # of a proxy
    assert client.get("/api/page", headers=weak).status_code == 304
    assert client.get("/api/page", headers={"If-None-Match": '"other"'}).content == first.content


def test_head_has_no_body(client):
    for path in ("/", "/page.js", "/api/page", "/api/members/0/0"):
        said = client.head(path)
        assert (said.status_code, said.content) == (200, b"")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/members/1/0", 404, "Run 1 is not served, expected a number from 0 to 0."),
        ("/api/members/0/4", 404, "Member 4 is none of the run's, expected a number from 0 to 3."),
        ("/api/members/0/999999999", 404, "Member 999999999 is none of the run's, expected a number from 0 to 3."),
        ("/api/members/0/" + "9" * 5000, 400, f"member is '{'9' * 40}', expected whole numbers from 0 on."),
        ("/api/members/-1/0", 400, "run is '-1', expected whole numbers from 0 on."),
        ("/api/members/0/0%0a", 400, "member is '0\\n', expected whole numbers from 0 on."),
        ("/api/slices/0/%00", 400, "member is '\\x00', expected whole numbers from 0 on."),
        ("/api/slices/0/0?", 400, "vertical is '', expected whole numbers from 0 on."),
        (
            "/api/slices/0/0?vertical=0&horizontal=-1&at=0,0",
            400,
            "horizontal is '-1', expected whole numbers from 0 on.",
        ),
        ("/api/slices/0/0?vertical=0&horizontal=1&at=0,x", 400, "at is 'x', expected whole numbers from 0 on."),
        ("/api/slices/0/0?vertical=0&horizontal=1&at=0,0", 404, "field is '', expected one of loss."),
        (
            "/api/slices/0/0?field=loss&representation=x&vertical=0&horizontal=1&at=0,0",
            404,
            "representation is 'x', expected one of freudenthal.",
        ),
        (
            "/api/slices/0/0?field=loss&vertical=0&horizontal=2&at=0,0",
            404,
            "horizontal is 2, expected an axis of the grid, from 0 to 1.",
        ),
        (
            "/api/slices/0/0?field=loss&vertical=1&horizontal=1&at=0,0",
            404,
            "vertical and horizontal are both 1, expected two axes of the grid.",
        ),
        (
            "/api/slices/0/0?field=loss&vertical=0&horizontal=1&at=0",
            404,
            "at has 1 indices, expected 2, one for each axis of the grid.",
        ),
        (
            "/api/slices/0/0?field=loss&vertical=0&horizontal=1&at=0,5",
            404,
            "at has 5 for axis 1, expected an index from 0 to 4.",
        ),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(client, path, status, said):
    found = client.get(path)
    assert (found.status_code, found.text) == (status, said)
    assert found.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    [
        "/../study.yaml", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd",
        "/page.js/../../../study.yaml",
        "/static/page.js", "/study.yaml", "/landscape.zarr/zarr.json", "/api/members/0/..%2f..%2fstudy.yaml",
        "/api/members/0/../../study.yaml", "/api/members/0/0/", "/api/", "/page.js%00.css", "/page.js/", "/%ff",
    ],
)  # fmt: skip
def test_no_address_leads_to_a_file(client, path):
    found = client.get(path)
    assert (found.status_code, found.text) == (404, "There is nothing at this address: the page is at its root.")


def test_names_in_a_query_are_looked_up_and_name_no_files(client):
    for name in ("../status", "status", "loss/c/0", "../../study.yaml", "\x00", "loss "):
        assert client.get("/api/slices/0/0", params=asked(name)).status_code == 404
        assert client.get("/api/slices/0/0", params=asked("loss", name)).status_code == 404


@pytest.mark.parametrize("under", ["/user/me/proxy/8765", ""])
def test_a_proxy_may_leave_its_prefix_in_the_path_or_take_it_out(behind, under):
    shell = behind.get(f"{under}/")
    assert shell.status_code == 200
    assert '<base href="/user/me/proxy/8765/">' in shell.text
    for path in ("page.js", "page.css", "api/page", "api/members/0/0"):
        assert behind.get(f"{under}/{path}").status_code == 200
    assert behind.get("/user/me/proxy/87650/api/page").status_code == 404


def test_addresses_are_relative_without_a_prefix(client):
    text = client.get("/").text
    assert "<base" not in text
    assert 'src="page.js"' in text
    assert 'href="page.css"' in text
    assert TOKEN not in text


def test_a_fault_of_ours_is_one_sentence_there_and_a_traceback_here(monkeypatch, capsys):
    client = visitor(reference_run())
    monkeypatch.setattr(module.Members, "member", lambda *_: 1 / 0)
    client._transport.raise_server_exceptions = False
    found = client.get("/api/members/0/0")
    assert (found.status_code, "ZeroDivisionError" in found.text) == (500, False)
    assert found.text == "landsweep failed here: what went wrong is said where `landsweep serve` runs."
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_damaged_shard_is_a_sentence_and_other_members_go_on(tmp_path):
    run = Run(copy_of(reference_run(), tmp_path))
    landscape = Landscape(run.directory.landscape)
    bad = run.plan.members[1]
    file = landscape.path.joinpath("loss", "c", *map(str, next(iter(landscape.keys_of(bad.position)))))
    file.write_bytes(b"no shard")
    client = visitor(run.path)
    found = client.get("/api/members/0/1")
    assert found.status_code == 409
    assert found.text.startswith(f"{file} is damaged (")
    assert "`landsweep run STUDY --repair`" in found.text
    assert client.get("/api/members/0/0").status_code == 200
    assert client.get("/api/page").json()["runs"][0]["members"][0]["state"] == "finished"
