"""Where the page is: ports, hosts and prefixes."""

import socket

import pytest
from landsweep.base.errors import UserError
from landsweep.serving import addresses


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_is_asked_for_and_taken_is_said(taken):
    with pytest.raises(UserError) as caught:
        addresses.listening("127.0.0.1", taken)
    assert str(caught.value) == (
        f"--port is {taken}, which another program uses, expected a free one: leave --port out, or name another."
    )


def test_without_one_the_next_free_port_is_taken(taken, monkeypatch):
    monkeypatch.setattr(addresses, "FIRST_PORT", taken)
    with addresses.listening("127.0.0.1", None) as made:
        assert taken < made.getsockname()[1] < taken + addresses.PORTS
    monkeypatch.setattr(addresses, "PORTS", 1)
    with pytest.raises(UserError, match=f"The ports from {taken} to {taken} are all used by other programs, expected"):
        addresses.listening("127.0.0.1", None)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a" * 70])
def test_a_host_that_is_none_of_this_machine_is_said(host):
    with pytest.raises(UserError, match=rf"--host is '{host}', expected .* of this machine such as 127\.0\.0\.1\."):
        addresses.listening(host, 0)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("", ""), ("/", ""), ("user/me", "/user/me"), ("/user/me@x.org/proxy/8765/", "/user/me@x.org/proxy/8765")],
)
def test_a_prefix_begins_with_a_slash_and_ends_without(text, prefix):
    assert addresses.prefix_of(text) == prefix


@pytest.mark.parametrize("text", ["https://hub/user", "/a b", '/"><script>', "/../x", "/a?b", "/ä"])
def test_what_is_no_path_is_no_prefix(text):
    with pytest.raises(
        UserError, match=r"--prefix is .*, expected the path under which a proxy shows the page, such as"
    ):
        addresses.prefix_of(text)


@pytest.mark.parametrize("text", ["https://hub.lab", "hub.lab:443", "", "hub/lab", "*"])
def test_what_is_more_than_a_name_is_no_name(text):
    with pytest.raises(UserError, match=r"--allow-host is .*, expected a name alone, such as jupyter\.example\.org\."):
        addresses.checked_name(text)


def test_the_address_is_that_of_the_host():
    with addresses.listening("127.0.0.1", 0) as made:
        port = made.getsockname()[1]
        assert addresses.address_of(made, "127.0.0.1", "/p", "t") == f"http://127.0.0.1:{port}/p/?token=t"
        assert addresses.address_of(made, "::1", "", "t") == f"http://[::1]:{port}/?token=t"
        assert addresses.address_of(made, "0.0.0.0", "", "t") == f"http://{socket.gethostname()}:{port}/?token=t"
    assert addresses.names_of("127.0.0.1") == addresses.names_of("::1") == addresses.names_of("localhost") == set()
    assert {"0.0.0.0", socket.gethostname()} <= addresses.names_of("0.0.0.0")
