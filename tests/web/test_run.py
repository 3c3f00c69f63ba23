"""The command from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from passerby.errors import Exit
from passerby.model.options import Limits
from passerby.web.answers import Refused
from passerby.web.door import LIFETIME, Door
from passerby.web.imagery import Imagery, wanted_bytes
from review_server import Server, command, environment, fill, serving, small_picture


def event(server: Server, kind: str, act: object) -> dict[str, object]:
    """Return the first event of a kind after something was done."""
    with server.client.stream("GET", "api/events") as stream:
        lines = stream.iter_lines()
        for line in lines:
            if line.startswith("data: "):
                found: dict[str, object] = json.loads(line[6:])
                if found["kind"] == "hello":
                    act()  # type: ignore[operator]
                if found["kind"] == kind:
                    return found
    raise AssertionError(kind)


def test_decisions_outlive_the_server_however_it_ends(tmp_path: Path) -> None:
    fill(tmp_path / "in", 1)
    added = {"kind": "add", "shape": "box", "box": [1, 2, 30, 40]}
    versions = []
    for number in (signal.SIGINT, signal.SIGKILL, signal.SIGTERM):
        with serving(tmp_path / "in", tmp_path / "out") as server:
            server.detected()
            (one,) = server.ids().values()
            state = server.client.get(f"api/pictures/{one}").json()
            drawn = [face for face in state["faces"] if face["origin"] == "drawn"]
            assert len(drawn) == len(versions)
            versions.append(state["version"])
            answer = server.write(
                "POST",
                f"api/pictures/{one}/changes",
                json={"base": state["version"], "do": [added, {"kind": "seen"}]},
            )
            assert answer.status_code == 200, answer.text
            start = time.monotonic()
            # A tab goes on listening.
            with (
                contextlib.suppress(httpx.TransportError),
                server.client.stream("GET", "api/events"),
            ):
                server.process.send_signal(number)
                code = server.process.wait(60)
            assert code == (0 if number is not signal.SIGKILL else -signal.SIGKILL)
            assert time.monotonic() - start < 20
            if code == 0:
                assert "Traceback" not in server.log.read_text()
                assert "the same command goes on" in server.log.read_text()
    assert versions == sorted(set(versions))


def test_two_tabs_see_each_other(server: Server) -> None:
    one = server.ids()["p1.jpg"]
    base = server.client.get(f"api/pictures/{one}").json()["version"]
    wish = {"base": base, "do": [{"kind": "add", "shape": "box", "box": [0, 0, 9, 9]}]}

    def change() -> None:
        done = server.write("POST", f"api/pictures/{one}/changes", json=wish)
        assert done.status_code == 200

    told = event(server, "picture", change)
    assert told["id"] == one
    assert told["version"] == base + 1
    late = server.write("POST", f"api/pictures/{one}/changes", json=wish)
    assert late.status_code == 409
    assert late.json()["error"]["code"] == "conflict"
    assert late.json()["current"]["version"] == base + 1


def test_publishing_from_the_page(tmp_path: Path) -> None:
    paths = fill(tmp_path / "in", 2)
    new = paths[1].read_bytes()
    paths[1].unlink()
    with serving(tmp_path / "in", tmp_path / "out") as server:
        second = subprocess.run(
            command(tmp_path / "in", tmp_path / "out", "--no-open"),
            capture_output=True,
            check=False,
        )
        assert second.returncode == Exit.STORE
        assert b"is running" in second.stderr
        assert second.stdout == b""
        assert listening_addresses(server.port) == ["0100007F"]

        def put() -> None:
            name = {"name": "new.jpg"}
            assert server.write("PUT", "api/files", params=name, content=new).status_code == 201

        event(server, "reload", put)
        assert sorted(server.ids()) == ["new.jpg", "p0.jpg"]
        server.detected()
        assert server.client.get("api/report").status_code == 404
        answer = server.write("POST", "api/publish", json={"pictures": "all"})
        assert answer.status_code == 202
        done = server.wait_until(
            lambda: (p := server.session()["publishing"]) and not p["running"] and p
        )
        assert [file["outcome"] for file in done["files"]] == ["published"] * 2
        assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["new.jpg", "p0.jpg"]
        report = server.client.get(server.client.get("api/report").json()["href"])
        assert report.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert {row["state"] for row in server.session()["pictures"]} == {"published"}


def listening_addresses(port: int) -> list[str]:
    """The addresses, hexadecimal as the kernel tells them, on which somebody listens."""
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
    ]
    return [
        row[1].partition(":")[0]
        for row in rows
        if row[1].endswith(f":{port:04X}") and row[3] == "0A"
    ]


def test_the_preview_is_of_exactly_the_version_that_was_asked_for(server: Server) -> None:
    one = server.ids()["p0.jpg"]
    version = server.client.get(f"api/pictures/{one}").json()["version"]
    path = f"pictures/{one}/preview?v={version}"
    answer = server.wait_until(lambda: (got := server.client.get(path)).status_code != 202 and got)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    for other in (version - 1, version + 1):
        stale = server.client.get(f"pictures/{one}/preview?v={other}")
        assert stale.status_code == 409


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    fill(tmp_path / "in", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            command(tmp_path / "in", tmp_path / "out", "--port", str(port)),
            capture_output=True,
            check=False,
        )
    assert done.returncode == Exit.USAGE
    assert done.stderr.decode() == (
        f"passerby: usage: port {port} is in use. Choose another --port, or leave it out.\n"
    )
    assert not (tmp_path / "out-report").exists()


def test_the_browser_is_given_a_file_and_no_token(tmp_path: Path) -> None:
    fill(tmp_path / "in", 1)
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {seen}.part\nmv {seen}.part {seen}\n')
    browser.chmod(0o755)
    process = subprocess.Popen(
        command(tmp_path / "in", tmp_path / "out"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(BROWSER=f"{browser} %s", TMPDIR=str(tmp_path)),
    )
    try:
        deadline = time.monotonic() + 60
        while not seen.exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        (argument,) = seen.read_text().split()
        assert argument.startswith("file://")
        page = Path(argument.removeprefix("file://"))
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
        text = page.read_text()
        address = text.partition("url=")[2].partition('"')[0]
        token = address.rpartition("/")[2]
        assert len(token) >= 43
        assert token not in argument
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert token.encode() not in arguments
        assert token.encode() not in Path(f"/proc/{process.pid}/environ").read_bytes()
        Server(
            process=process,
            folder=tmp_path / "in",
            output=tmp_path / "out",
            address=address,
            log=tmp_path / "none",
        ).login()
        # It was used: nobody can read it any more.
        assert not page.parent.exists()
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert out == b""
    assert token.encode() not in err


def test_a_token_is_good_once_and_not_for_long() -> None:
    now = 0.0
    door = Door(lambda: now)
    first, second = door.issue(), door.issue()
    assert door.redeem(first) is not None
    assert door.redeem(first) is None
    now = LIFETIME + 1
    assert door.redeem(second) is None
    assert door.redeem("") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_can_be_reviewed(tmp_path: Path) -> None:
    fill(tmp_path / "in", 1)
    (tmp_path / "in").chmod(0o555)
    try:
        with serving(tmp_path / "in", tmp_path / "out") as server:
            answer = server.write("PUT", "api/files", params={"name": "a.jpg"}, content=b"x")
            assert answer.status_code == 500
            assert str(tmp_path) not in answer.text
    finally:
        (tmp_path / "in").chmod(0o755)


def test_a_view_that_two_wait_for_is_made_though_the_first_one_goes() -> None:
    """Also when the first one who asked is gone before its turn."""

    async def both() -> tuple[bytes, int]:
        imagery = Imagery(Limits())
        turns = []

        async def gone() -> bool:
            turns.append(1)
            return True

        async def there() -> bool:
            return False

        wanted = wanted_bytes(small_picture())
        try:
            first = asyncio.create_task(imagery.thumbnail(wanted, gone))
            await asyncio.sleep(0)
            second = await imagery.thumbnail(wanted, there)
            with pytest.raises(Refused):
                await first
        finally:
            imagery.close()
        return second, len(turns)

    # In a thread of its own: the tests of the page hold a loop in this one.
    with ThreadPoolExecutor(1) as pool:
        made, asked = pool.submit(asyncio.run, both()).result()
    assert made.startswith(b"\xff\xd8")
    assert asked
