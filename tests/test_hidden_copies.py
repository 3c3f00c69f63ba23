"""Files full of hidden copies go through the whole way; afterwards nothing of them is found."""

from __future__ import annotations

from functools import cache

import pytest

from canaries import BUILDERS, Filled
from canaries.search import found_in, unexpected_tags
from passerby.compose import build_ports
from passerby.examine import inspect_bytes, verify_bytes
from passerby.model.media import Field
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from passerby.pipeline import redact_bytes
from passerby.ports import Ports
from people import face_box, portrait

_COPYRIGHTS = ("Exif Copyright", "TIFF Copyright")


@cache
def real_ports() -> Ports:
    return build_ports(Options(), threads=2)


@cache
def filled(kind: str) -> Filled:
    face = face_box("collins").grow(0.6, 0.6, 0.6, 0.6)
    return BUILDERS[kind](portrait("collins")[face.y0 : face.y1, face.x0 : face.x1].copy())


@cache
def redacted(kind: str, fields: tuple[Field, ...]) -> tuple[Report, bytes]:
    result = redact_bytes(
        filled(kind).data,
        shown=kind,
        options=Options(keep_fields=fields),
        given=None,
        ports=real_ports(),
    )
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.redacted is not None
    return result.report, result.redacted


@pytest.mark.parametrize("kind", BUILDERS)
def test_inspect_lists_every_carrier(kind: str) -> None:
    inspection = inspect_bytes(filled(kind).data, shown=kind, options=Options(), ports=real_ports())
    assert inspection.failure is None
    assert inspection.sightings
    names = [part.name for part in inspection.parts]
    for carrier in filled(kind).carriers:
        assert any(carrier.part in name for name in names), carrier


@pytest.mark.parametrize("kind", BUILDERS)
def test_the_file_holds_what_it_is_said_to_hold(kind: str) -> None:
    found = found_in(filled(kind).data, filled(kind))
    # What lies under transparent pixels is coded with them, and found by decoding.
    assert set(found) == set(filled(kind).canaries) - {"colour under alpha 0"}


@pytest.mark.parametrize("kind", BUILDERS)
def test_no_carrier_is_left(kind: str) -> None:
    report, data = redacted(kind, ())
    assert found_in(data, filled(kind)) == []
    assert unexpected_tags(data) == {}
    assert report.redacted >= 1
    assert report.dropped
    after = inspect_bytes(data, shown=kind, options=Options(), ports=real_ports())
    assert after.telling == ()


@pytest.mark.parametrize("kind", BUILDERS)
def test_kept_fields_are_all_that_is_left(kind: str) -> None:
    report, data = redacted(kind, (Field.COPYRIGHT, Field.CREDIT))
    tags = [name for name in filled(kind).canaries if name in _COPYRIGHTS]
    # A GIF has no Exif, and the packet in it says nothing of rights.
    assert len(tags) == (kind != "GIF")
    assert found_in(data, filled(kind)) == tags
    assert report.kept_fields == (("copyright",) if tags else ())
    result = verify_bytes(
        data,
        shown=kind,
        original=filled(kind).data,
        report=report,
        options=Options(),
        ports=real_ports(),
    )
    assert result.exit == 0, result
