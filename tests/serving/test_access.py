"""Who may read the page: everybody else gets a sentence, and no answer lets others in."""

import pytest
from starlette.websockets import WebSocketDisconnect
from support import reference_run
from visiting import TOKEN, visitor


@pytest.fixture(scope="module")
def stranger():
    return visitor(reference_run(), token=False)


@pytest.fixture(scope="module")
def client():
    return visitor(reference_run(), names=["Hub.Lab"])


@pytest.mark.parametrize("path", ["/", "/page.js", "/page.css", "/api/page", "/api/members/0/0", "/nothing"])
@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=a", f"?token={TOKEN}x", "?token=%ff", "?Token=" + TOKEN, "?" + "a=1&" * 2000]
)
def test_nothing_is_read_without_the_token(stranger, path, query):
    said = stranger.get(path + query)
    assert (said.status_code, said.headers["content-type"]) == (401, "text/plain; charset=utf-8")
    assert said.text.startswith("This page wants a token, a new one each time that `landsweep serve` starts: open the")
    assert "set-cookie" not in said.headers
    assert TOKEN not in said.text


def test_the_token_comes_once_then_as_a_cookie_that_only_this_server_reads():
    client = visitor(reference_run(), token=False, cookie="landsweep-8765")
    assert client.get("/api/page", headers={"Cookie": f"landsweep-9999={TOKEN}"}).status_code == 401
    first = client.get(f"/?token={TOKEN}")
    assert first.headers["set-cookie"] == f"landsweep-8765={TOKEN}; HttpOnly; SameSite=Strict"
    again = client.get("/api/page")
    assert (again.status_code, "set-cookie" in again.headers) == (200, False)
    both = {"Cookie": f"landsweep-8765=of-an-earlier-server; landsweep-8765={TOKEN}"}  # one for each path
    assert visitor(reference_run(), token=False, cookie="landsweep-8765").get("/", headers=both).status_code == 200


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.org", "", "a" * 9999]
)
def test_a_page_of_another_name_is_refused_whatever_it_knows(client, name):
    said = client.get(f"/api/page?token={TOKEN}", headers={"Host": name})
    assert said.status_code == 403
    shown = name.partition(":")[0][:253] or "(none)"
    assert said.text.startswith(f"This page was asked for under the name {shown}, expected localhost or 127.0.0.1")
    assert "--allow-host" in said.text
    assert "set-cookie" not in said.headers


@pytest.mark.parametrize(
    "name", ["localhost:1", "LOCALHOST", "127.0.0.1", "127.0.0.2:80", "[::1]:8765", "10.0.0.7", "hub.lab"]
)
def test_names_of_this_machine_numbers_and_allowed_names_are_not(client, name):
    assert client.get("/api/page", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/api/page", "/api/members/0/0"])
def test_nothing_can_be_written(client, method, path):
    said = client.request(method, path)
    assert (said.status_code, said.headers["allow"]) == (405, "GET, HEAD")
    assert said.text == f"{method} is refused, expected GET or HEAD: this page only reads."


@pytest.mark.parametrize("path", ["/", "/page.js", "/api/page", "/api/members/0/0", "/api/members/9/0", "/nothing"])
def test_every_answer_keeps_others_out(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
    ):
        assert part in policy.split("; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_a_websocket_is_closed(client):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/"):
        pass
