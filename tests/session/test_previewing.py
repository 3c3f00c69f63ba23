"""What a preview's process answers: the real output, or why there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_parts import picture, quick_ports
from passerby.model.decision import Action, Decision
from passerby.model.finding import Track
from passerby.model.geometry import Box, Region
from passerby.model.given import Given
from passerby.model.options import Options
from passerby.pipeline import redact_bytes
from passerby.session import previewing as module
from passerby.session.detecting import Wanted
from passerby.session.previewing import Ask, Maker, Studio
from session_parts import sha256_of


def given_for(sha256: str, box: Box) -> Given:
    decision = Decision(
        track=Track(id="p1"), action=Action.REDACT, region=Region(box=box), reason="drawn"
    )
    return Given(sha256=sha256, decisions=(decision,))


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setattr(module, "build_ports", lambda *_: quick_ports((), ()))
    return Maker(studio=Studio(options=Options()))


def test_it_is_what_the_pipeline_makes(tmp_path: Path, maker: Maker) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture(1))
    given = given_for(sha256_of(path), Box(5, 5, 30, 30))
    made = maker.work(Ask(file=Wanted(source=path, sha256=given.sha256), given=given))
    result = redact_bytes(
        picture(1), shown="a", options=Options(), given=given, ports=quick_ports((), ())
    )
    assert made.data == result.redacted
    assert made.data is not None
    assert made.failure is None


@pytest.mark.parametrize(
    ("data", "code"),
    [(picture(2), "input.changed"), (None, "input.unreadable")],
    ids=["changed", "gone"],
)
def test_what_is_another_file_by_now_is_not_shown(
    tmp_path: Path, maker: Maker, data: bytes | None, code: str
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture(1))
    given = given_for(sha256_of(path), Box(5, 5, 30, 30))
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)
    for wish in (given, None):
        made = maker.work(Ask(file=Wanted(source=path, sha256=given.sha256), given=wish))
        assert made.data is None
        assert made.failure is not None
        assert made.failure.code == code


def test_decisions_outside_of_the_picture_show_nothing(tmp_path: Path, maker: Maker) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture(1))
    given = given_for(sha256_of(path), Box(500, 500, 600, 600))
    made = maker.work(Ask(file=Wanted(source=path, sha256=given.sha256), given=given))
    assert made.data is None
    assert made.failure is not None


def test_fields_are_told_without_decisions(tmp_path: Path, maker: Maker) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture(1))
    made = maker.work(Ask(file=Wanted(source=path, sha256=sha256_of(path))))
    assert (made.data, made.fields, made.failure) == (None, (), None)
