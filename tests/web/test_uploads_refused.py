"""What a page that was let in may put into the folder, and what it may not."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from passerby.files import PARTIAL
from passerby.web.uploads import Tray, safe_name
from review_server import Server, claiming, small_picture


@pytest.mark.parametrize(
    ("wish", "made"),
    [
        ("../../../evil.jpg", "evil.jpg"),
        ("..\\..\\evil2.jpg", "evil2.jpg"),
        ("/etc/cron.d/job.jpg", "job.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("..", "picture.jpg"),
        ("a\x00b\n.jpg", "a_b_.jpg"),
        ("\u202egpj.exe", "_gpj.exe.jpg"),
        ("CON.jpg", "picture.jpg"),
        ("-rf.jpg", "picture-rf.jpg"),
        ("<script>.svg", "_script_.svg.jpg"),
        ("x" * 900, "x" * 120 + ".jpg"),
    ],
)
def test_an_upload_lands_under_a_safe_name(tmp_path: Path, wish: str, made: str) -> None:
    assert "".join(safe_name(wish, (".jpg", ".jpeg"))) == made


def test_an_upload_replaces_nothing_and_follows_nothing(server: Server, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (server.folder / "trap.jpg").symlink_to(victim)
    (server.folder / "hanging.jpg").symlink_to(tmp_path / "nowhere")
    kept = (server.folder / "p0.jpg").read_bytes()
    made = []
    for name in ("p0.jpg", "trap.jpg", "hanging.jpg", "../../p0.jpg"):
        answer = server.write("PUT", "api/files", params={"name": name}, content=small_picture(5))
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["name"])
    assert made == ["p0-2.jpg", "trap-2.jpg", "hanging-2.jpg", "p0-3.jpg"]
    assert (server.folder / "p0.jpg").read_bytes() == kept
    assert victim.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    for name in made:
        assert (server.folder / name).stat().st_mode & 0o777 == 0o600
    for name in ("trap.jpg", "hanging.jpg"):
        (server.folder / name).unlink()


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", claiming(60_000, 60_000)],
    ids=["nothing", "text", "svg", "bomb"],
)
def test_an_upload_that_is_no_picture_leaves_nothing(server: Server, content: bytes) -> None:
    before = names(server)
    answer = server.write("PUT", "api/files", params={"name": "a.jpg"}, content=content)
    assert answer.status_code == 422
    assert str(server.folder) not in answer.text
    assert names(server) == before


def test_an_upload_that_breaks_off_or_is_too_large_leaves_nothing(server: Server) -> None:
    before = names(server)
    name, value = server.cookie
    head = (
        f"PUT {server.room}api/files?name=a.jpg HTTP/1.1\r\nHost: {server.host}\r\n"
        f"Cookie: {name}={value}\r\nOrigin: http://{server.host}\r\nX-Passerby: 1\r\n"
    )
    claim = head + "Content-Length: 99999999999\r\n\r\n"
    assert server.raw(claim.encode()).split()[1] == b"413"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall((head + "Content-Length: 5000000\r\n\r\n").encode() + bytes(100_000))
        server.wait_until(lambda: names(server) != before)
    server.wait_until(lambda: names(server) == before)


def test_an_upload_that_a_killed_server_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / f".upload.{2**22 + 1}-0123456789ab{PARTIAL}"
    others = [tmp_path / f".upload.{os.getppid()}-0123456789ab{PARTIAL}", tmp_path / ".upload.me"]
    for path in (left, *others):
        path.write_bytes(b"x")
    Tray(tmp_path).close()
    assert not left.exists()
    assert all(path.exists() for path in others)


def names(server: Server) -> set[str]:
    return {path.name for path in server.folder.iterdir()}
