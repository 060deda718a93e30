"""The server: nobody who is slow keeps others from it."""

import errno
import socket
import urllib.request
from types import SimpleNamespace

import pytest
import uvicorn
from answering import served
from landsweep.serving import server
from support import TIMEOUT, reference_run


def port_of(address):
    return int(address.split("/")[2].rpartition(":")[2])


@pytest.mark.parametrize("sent", ["", "GET / HTTP/1.1\r\nHo", "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\nGET"])
def test_who_sends_no_whole_request_is_let_go(sent, monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 0.05)
    with served(reference_run()) as address, socket.create_connection(("127.0.0.1", port_of(address))) as slow:
        slow.settimeout(TIMEOUT)
        slow.sendall(sent.encode())
        try:
            while slow.recv(4096):
                pass
        except ConnectionResetError:  # at once, with what it has sent
            pass
        with urllib.request.urlopen(address.replace("?", "page.css?"), timeout=TIMEOUT) as answer:
            assert answer.status == 200


@pytest.fixture
def made():
    return server._Server(uvicorn.Config(lambda: None), SimpleNamespace(requested=False))


def test_who_asks_now_and_then_and_who_waits_for_an_answer_stay(made, monkeypatch):
    class Connection:
        def __init__(self):
            self.aborted, self.cycle = False, None
            self.transport = SimpleNamespace(abort=lambda: setattr(self, "aborted", True))

    silent, waiting, asking = Connection(), Connection(), Connection()
    made.server_state.connections |= {silent, waiting, asking}
    waiting.cycle = SimpleNamespace(response_complete=False)
    for now in range(0, 100, 10):
        monkeypatch.setattr(server.time, "monotonic", lambda now=now: now)
        asking.cycle = SimpleNamespace(response_complete=True)  # another one each time
        made._close_slow()
        assert [c.aborted for c in (silent, waiting, asking)] == [now > server.SLOW_SECONDS, False, False]


def test_a_system_without_room_for_connections_is_said_once(made, capsys):
    for _ in range(3):
        made._failed(None, {"exception": OSError(errno.EMFILE, "Too many open files")})
    assert capsys.readouterr().err == (
        "landsweep: so many connections are open that the system refuses more (Too many open files): others wait until "
        "some of them end.\n"
    )
