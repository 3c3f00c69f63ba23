"""The files that make up the page, read once when the server starts.

A request names one of them or none: no path is ever built from a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from passerby.web.answers import unknown

STATIC = Path(__file__).parent / "static"
INDEX = "index.html"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files by their names below the folder."""

    files: dict[str, tuple[bytes, str]]

    @classmethod
    def load(cls, folder: Path = STATIC) -> Shelf:
        """Read the files of known types."""
        found = sorted(path for path in folder.rglob("*") if path.suffix in _TYPES)
        return cls(
            {
                path.relative_to(folder).as_posix(): (path.read_bytes(), _TYPES[path.suffix])
                for path in found
                if path.is_file()
            }
        )

    def get(self, name: str) -> Response:
        """Return a file. Raises Refused."""
        if name not in self.files:
            raise unknown()
        data, kind = self.files[name]
        return Response(data, headers={"content-type": kind})

    async def index(self, request: Request) -> Response:  # noqa: ARG002 - the interface
        """Answer with the page."""
        return self.get(INDEX)

    async def file(self, request: Request) -> Response:
        """Answer with one of its parts."""
        return self.get(request.path_params["name"])
