"""Bursts and slow clients: memory stays bounded, and the page is answered."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx

from passerby.web.server import HEADER_PATIENCE, MOST_CONNECTIONS
from review_server import Server

BURST = 10_000
_TENANTS = 20
_MOST_GROWTH = 60 * 2**20
"""Bytes: two streams of pictures at a time and the connections' buffers, not requests."""


def half_open(server: Server, count: int) -> list[socket.socket]:
    """Connections that begin a request and do not go on."""
    begun = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        with contextlib.suppress(OSError):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        begun.append(connection)
    return begun


def answered(server: Server) -> int:
    """Ask as a browser does: once more when a connection that was kept had made room for others."""
    for _ in range(3):
        with contextlib.suppress(httpx.TransportError):
            return server.client.get("api/session").status_code
    return server.client.get("api/session").status_code


def test_ten_thousand_requests_leave_the_memory_as_it_was(
    server: Server, record_property: Callable[[str, object], None]
) -> None:
    one = server.ids()["p0.jpg"]
    assert server.client.get(f"pictures/{one}/view").status_code == 200
    before, start = server.memory(), time.monotonic()
    seen: Counter[int] = Counter()
    peaks = []

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        cookie = {"Cookie": "=".join(server.cookie)} if number % 2 else {}
        targets = ("api/session", f"pictures/{one}/thumbnail", "static/index.html", "nothing")
        answers: Counter[int] = Counter()
        for turn in range(BURST // _TENANTS):
            connection.request("GET", server.room + targets[turn % 4], headers=cookie)
            answer = connection.getresponse()
            answer.read()
            answers[answer.status] += 1
        connection.close()
        seen.update(answers)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(_TENANTS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        peaks.append(server.memory())
        time.sleep(0.1)
    took = time.monotonic() - start
    assert sum(seen.values()) == BURST
    assert seen == {401: BURST // 2, 200: BURST * 3 // 8, 404: BURST // 8}
    growth = max(peaks) - before
    record_property("seconds", round(took, 1))
    record_property("MiB", round(growth / 2**20, 1))
    assert growth < _MOST_GROWTH
    assert server.client.get(f"pictures/{one}/view").status_code == 200


def test_connections_that_say_nothing_do_not_keep_the_page_out(server: Server) -> None:
    before = server.memory()
    idle = half_open(server, 3 * MOST_CONNECTIONS)
    try:
        for _ in range(5):
            begun = time.monotonic()
            assert answered(server) == 200
            assert time.monotonic() - begun < 5
        assert server.memory() - before < _MOST_GROWTH
        # The rest was closed: files that can be open are few.
        files = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
        assert MOST_CONNECTIONS <= files < 2 * MOST_CONNECTIONS
    finally:
        for connection in idle:
            connection.close()
    assert answered(server) == 200


def test_a_request_that_drips_is_dropped(server: Server) -> None:
    """Also when it comes after a request that was whole, on the same connection."""
    (dripping,) = half_open(server, 1)
    later = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    later.sendall(f"GET / HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
    begun = time.monotonic()
    open_ones = {dripping, later}
    while open_ones and time.monotonic() - begun < 2 * HEADER_PATIENCE:
        for connection in tuple(open_ones):
            connection.settimeout(0.2)
            try:
                connection.sendall(b"x")
                if connection.recv(65536) == b"":
                    open_ones.discard(connection)
            except TimeoutError:
                continue
            except OSError:
                open_ones.discard(connection)
    took = time.monotonic() - begun
    for connection in (dripping, later):
        connection.close()
    assert not open_ones
    assert took < HEADER_PATIENCE + 5


def test_whoever_does_not_read_costs_a_bounded_amount(server: Server) -> None:
    one = server.ids()["p0.jpg"]
    name, value = server.cookie
    request = (
        f"GET {server.room}pictures/{one}/view HTTP/1.1\r\nHost: {server.host}\r\n"
        f"Cookie: {name}={value}\r\n\r\n"
    ).encode()
    before = server.memory()
    deaf = []
    for _ in range(30):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(0.5)
        with contextlib.suppress(OSError):
            connection.sendall(request * 2000)
        deaf.append(connection)
    time.sleep(1)
    assert server.memory() - before < _MOST_GROWTH
    assert server.client.get("api/session").status_code == 200
    for connection in deaf:
        connection.close()
