"""Where the live page is: hosts, ports, prefixes of proxies, and the address that people open."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket

from landsweep.base.errors import UserError

FIRST_PORT = 8765
"""Ports are tried from this number on where none is asked for."""
PORTS = 100
"""So many ports are tried."""


def listening(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens at a host and port, or at the first free port from :data:`FIRST_PORT` on for None.

    Raises
    ------
    UserError
        Where the port is taken or may not be used, or the host is none of this machine.
    """
    if port is not None:
        return _bound(host, port)
    for number in range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            return _bound(host, number)
        except _Taken:
            continue
    raise UserError(
        f"The ports from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all used by other programs, expected a free one: "
        "name one with --port."
    )


class _Taken(UserError):
    """Another program has the port."""


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise UserError(f"--host is {host!r}, expected a name or address of this machine such as 127.0.0.1.") from error
    made = socket.socket(family, kind)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the last server's closed connections do not count
        made.bind(address)
        made.listen(128)  # here, where another one's port is seen; binding alone may succeed
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise _Taken(
                f"--port is {port}, which another program uses, expected a free one: leave --port out, or name another."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise UserError(
                f"--port is {port}, which needs rights of the system, expected one from 1024 to 65535."
            ) from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise UserError(f"--host is {host!r}, expected an address of this machine such as 127.0.0.1.") from error
        raise
    return made


def prefix_of(text: str) -> str:
    """Return the prefix of a proxy as ``""`` or ``/part/...`` without a slash at its end.

    Raises
    ------
    UserError
        Where it has characters that no path of an address has.
    """
    if "://" in text or not re.fullmatch(r"[\w.~@:+%/-]*", text, re.ASCII) or ".." in text.split("/"):
        raise UserError(
            f"--prefix is {text!r}, expected the path under which a proxy shows the page, such as "
            "/user/NAME/proxy/8765."
        )
    parts = [part for part in text.split("/") if part]
    return "".join(f"/{part}" for part in parts)


def checked_name(text: str) -> str:
    """Return a name under which a proxy asks for the page.

    Raises
    ------
    UserError
        Where it is more, or less, than a name.
    """
    if not re.fullmatch(r"[\w.-]+", text, re.ASCII):
        raise UserError(f"--allow-host is {text!r}, expected a name alone, such as jupyter.example.org.")
    return text


def is_local(host: str) -> bool:
    """Return whether only this machine can reach a host: one of its loopback addresses."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_of(host: str) -> set[str]:
    """Return the names under which others may ask for a server at ``host``; none where only this machine can."""
    return set() if is_local(host) else {host, socket.gethostname(), socket.getfqdn()}


def address_of(made: socket.socket, host: str, prefix: str, token: str) -> str:
    """Return the address that a person opens."""
    port = made.getsockname()[1]
    everywhere = host in ("0.0.0.0", "::", "")
    shown = socket.gethostname() if everywhere else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}{prefix}/?token={token}"
