"""The catalogue of detectors: nothing is used before its hash was checked."""

from __future__ import annotations

import hashlib
import io
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from passerby.errors import ModelError, NetworkForbidden, UsageError
from passerby.find import catalogue

DATA = b"weights of a detector"
ADDRESS = "https://example.org/tiny.onnx"
TINY = catalogue.Entry(
    name="tiny",
    title="Tiny",
    version="1",
    decoder="yunet",
    file="tiny.onnx",
    sha256=hashlib.sha256(DATA).hexdigest(),
    bytes=len(DATA),
    built_in=False,
    licence="MIT",
    source="https://example.org/",
    trained_on="nothing",
    address=ADDRESS,
)


@pytest.fixture(autouse=True)
def a_catalogue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = (*catalogue.entries(), TINY)
    monkeypatch.setattr(catalogue, "entries", lambda: known)
    monkeypatch.setenv(catalogue.FOLDER, str(tmp_path / "models"))
    monkeypatch.delenv(catalogue.OFFLINE, raising=False)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A web of known addresses; anything else cannot be reached."""
    pages: dict[str, bytes] = {}

    class Opener:
        def open(self, address: str, timeout: float) -> io.BytesIO:
            if address not in pages:
                raise urllib.error.URLError("no route")
            return io.BytesIO(pages[address])

    monkeypatch.setattr(urllib.request, "build_opener", lambda *handlers: Opener())
    return pages


def test_each_detector_names_licence_origin_and_training() -> None:
    found = {entry.name: entry for entry in catalogue.entries()}
    assert {"centerface", "yunet", "yunet-n"} <= found.keys()
    for entry in found.values():
        assert len(entry.sha256) == 64
        assert entry.bytes > 0
        assert entry.licence and entry.trained_on
        assert entry.source.startswith("https://")
        assert entry.address is None or entry.address.startswith("https://")


@pytest.mark.parametrize("name", ["centerface", "yunet"])
def test_built_in_weights_are_the_expected_files(name: str) -> None:
    data, identity = catalogue.load_weights(name)
    assert hashlib.sha256(data).hexdigest() == identity.sha256
    assert identity.name == name
    assert len(data) == catalogue.entry(name).bytes


def test_an_unknown_name_is_a_usage_error_that_lists_the_known() -> None:
    with pytest.raises(UsageError) as caught:
        catalogue.load_weights("nobody")
    assert "centerface" in caught.value.hint


def test_missing_weights_say_how_to_get_them() -> None:
    with pytest.raises(ModelError) as caught:
        catalogue.load_weights("tiny")
    assert "models add tiny" in caught.value.hint


def test_a_local_file_is_added_and_loaded(tmp_path: Path) -> None:
    file = tmp_path / "downloaded"
    file.write_bytes(DATA)
    assert catalogue.add("tiny", file) == catalogue.path("tiny")
    assert catalogue.load_weights("tiny") == (DATA, TINY.identity)


@pytest.mark.parametrize("other", [b"", b"something else", DATA + b"!", DATA[:-1]])
def test_another_file_is_neither_added_nor_loaded(tmp_path: Path, other: bytes) -> None:
    file = tmp_path / "downloaded"
    file.write_bytes(other)
    with pytest.raises(ModelError):
        catalogue.add("tiny", file)
    assert not catalogue.path("tiny").exists()
    catalogue.path("tiny").parent.mkdir(exist_ok=True)
    catalogue.path("tiny").write_bytes(other)
    with pytest.raises(ModelError):
        catalogue.load_weights("tiny")


def test_a_download_is_checked_before_it_is_stored(web: dict[str, bytes]) -> None:
    web[ADDRESS] = DATA + b"more"
    with pytest.raises(ModelError):
        catalogue.add("tiny")
    assert not catalogue.folder().exists()
    web[ADDRESS] = DATA
    place = catalogue.add("tiny")
    assert place.read_bytes() == DATA
    assert [p.name for p in place.parent.iterdir()] == ["tiny.onnx"]
    web.clear()
    assert catalogue.add("tiny") == place  # it is there: nothing is fetched again


def test_an_unreachable_address_is_one_clear_error(web: dict[str, bytes]) -> None:
    with pytest.raises(ModelError, match="no route"):
        catalogue.add("tiny")


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_offline_forbids_the_network(
    how: str, web: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    web[ADDRESS] = DATA
    if how == "environment":
        monkeypatch.setenv(catalogue.OFFLINE, "1")
    with pytest.raises(NetworkForbidden):
        catalogue.add("tiny", offline=how == "argument")
    file = tmp_path / "file"
    file.write_bytes(DATA)
    assert catalogue.add("tiny", file, offline=True).is_file()


def test_only_https_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(TINY, address="http://example.org/tiny.onnx")
    monkeypatch.setattr(catalogue, "entries", lambda: (plain,))
    with pytest.raises(ModelError):
        catalogue.add("tiny")
    request = urllib.request.Request(ADDRESS)
    with pytest.raises(urllib.error.URLError, match="not https"):
        catalogue._OnlyHttps().redirect_request(
            request, io.BytesIO(), 302, "Found", {}, "http://example.org/"
        )


def test_built_in_detectors_cannot_be_added() -> None:
    with pytest.raises(UsageError):
        catalogue.add("centerface")


def test_a_folder_that_cannot_be_written_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(DATA)
    monkeypatch.setenv(catalogue.FOLDER, str(file / "below a file"))
    with pytest.raises(ModelError, match="cannot be written"):
        catalogue.add("tiny", file)
