"""A real server for the tests of the review page, and clients that do as a browser does, or not."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, PngImagePlugin

import people

PATIENCE = 60.0
SCRIPT = "<img src=x onerror=alert(1)>.jpg"
OUTSIDE = "the neighbour"
"""A folder beside the one that is opened."""


@dataclass(slots=True, kw_only=True)
class Server:
    """A running `passerby review`."""

    process: subprocess.Popen[bytes]
    folder: Path
    output: Path
    address: str
    log: Path
    room: str = ""
    client: httpx.Client = field(default_factory=httpx.Client)
    """The page, in the browser of the person."""
    stranger: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=PATIENCE))
    """Somebody who has not come in, and says nothing by herself."""

    @property
    def port(self) -> int:
        return int(self.host.rpartition(":")[2])

    @property
    def host(self) -> str:
        return self.address.split("/")[2]

    @property
    def cookie(self) -> tuple[str, str]:
        """Name and value."""
        ((name, value),) = self.client.cookies.items()
        return name, value

    def login(self) -> None:
        """Come in, as the browser does."""
        navigation = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        welcome = self.client.get(self.address, headers=navigation)
        assert welcome.status_code == 200
        found = re.search(r'url=(/[^"/]+/)"', welcome.text)
        assert found is not None
        self.room = found[1]
        base = f"http://{self.host}{self.room}"
        cookies = self.client.cookies
        self.client.close()
        self.client = httpx.Client(
            base_url=base,
            cookies=cookies,
            timeout=PATIENCE,
            headers={"sec-fetch-site": "same-origin"},
        )

    def write(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Send what the page sends when it changes something."""
        headers = {"x-passerby": "1", "origin": f"http://{self.host}"}
        return self.client.request(method, path, headers=headers, **kwargs)

    def session(self) -> dict[str, Any]:
        answer = self.client.get("api/session")
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def ids(self) -> dict[str, str]:
        """The pictures' ids by their names."""
        return {row["name"]: row["id"] for row in self.session()["pictures"]}

    def wait_until(self, met: Any) -> Any:
        """Return what a function returns, once that is true."""
        deadline = time.monotonic() + PATIENCE
        while not (value := met()):
            assert time.monotonic() < deadline, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        return value

    def detected(self) -> None:
        """Wait until all pictures were looked at, or cannot be."""
        self.wait_until(
            lambda: all(r["detected"] or r["problem"] for r in self.session()["pictures"])
        )

    def raw(self, request: bytes, *, wait: float = 10.0) -> bytes:
        """Send bytes and return all that comes back until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(request)
            return read_all(connection)

    def get_raw(self, target: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """GET a target exactly as it is written, with the cookie; return status and body."""
        name, value = self.cookie
        sent = {"Host": self.host, "Cookie": f"{name}={value}", **(headers or {})}
        lines = "".join(f"{key}: {text}\r\n" for key, text in sent.items())
        request = f"GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n"
        answer = self.raw(request.encode("latin-1"))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def processes(self) -> list[int]:
        """The server's process and those below it."""
        found, waiting = [], [self.process.pid]
        while waiting:
            number = waiting.pop()
            found.append(number)
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{number}/task").iterdir():
                    waiting += map(int, (task / "children").read_text().split())
        return found

    def memory(self, number: int | None = None) -> int:
        """Return the resident bytes of the server's own process, or of another."""
        text = Path(f"/proc/{number or self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", text)
        assert found is not None
        return int(found[1]) * 1024

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.client.close()
        self.stranger.close()
        return self.process.wait(PATIENCE)


def read_all(connection: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


def command(folder: Path, output: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "passerby", "review", str(folder), "-o", str(output), *more]


@contextlib.contextmanager
def serving(folder: Path, output: Path, *more: str, login: bool = True) -> Iterator[Server]:
    """Run the page's server over a folder."""
    log = output.with_name(f"{output.name}.log")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command(folder, output, "--no-open", "--workers", "1", *more),
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        text = b""
        while not text.endswith(b"}\n"):
            line = process.stdout.readline()
            assert line, log.read_text()
            text += line
        address = json.loads(text)["address"]
        server = Server(process=process, folder=folder, output=output, address=address, log=log)
        if login:
            server.login()
        yield server
        server.stop()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def small_picture(seed: int = 0, faces: int = 1) -> bytes:
    """A JPEG that is quick to look at."""
    out = io.BytesIO()
    Image.fromarray(people.crowd(320, 240, faces, 64, seed)).save(out, "JPEG", quality=90)
    return out.getvalue()


def fill(folder: Path, count: int) -> list[Path]:
    """Write small pictures with a face each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"p{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(small_picture(number))
    return paths


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, **more}


def with_metadata() -> bytes:
    """A JPEG whose Exif holds a picture, words that are a script, and a place."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "<script>alert('description')</script>"
    exif[0x013B] = "Canary Artist"
    exif[0x0112] = 6
    image = Image.fromarray(people.portrait()[:240, :320])
    image.save(out, "JPEG", exif=exif, comment=b"Canary comment")
    return out.getvalue()


def chunk(name: bytes, payload: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + payload))
    return struct.pack(">I", len(payload)) + name + payload + check


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", body), chunk(b"IEND", b"")]
    )


def with_inflating_text() -> bytes:
    """A PNG whose compressed text unpacks to 400 MB."""
    packer = zlib.compressobj(1)
    packed = b"".join([packer.compress(bytes(1 << 24)) for _ in range(24)]) + packer.flush()
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add(b"zTXt", b"Comment\0\0" + packed)
    Image.fromarray(people.portrait()[:100, :100]).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def fill_with_traps(root: Path) -> Path:
    """Write a folder of good pictures, and of those that somebody made with care."""
    folder, other = root / "march", root / OUTSIDE
    fill(folder, 2)
    for number, name in enumerate((SCRIPT, "swapped.jpg", "changed.jpg")):
        (folder / name).write_bytes(small_picture(7 + number))
    (folder / "told.jpg").write_bytes(with_metadata())
    fill(other, 1)
    (folder / "link.jpg").symlink_to(other / "p0.jpg")
    (folder / "linked").symlink_to(other)
    (folder / "bomb.png").write_bytes(claiming(60_000, 60_000))
    (folder / "balloon.png").write_bytes(with_inflating_text())
    return folder
