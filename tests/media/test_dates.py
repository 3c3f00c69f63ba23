"""Times of taking: only what is a possible date gets through, in one form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.media import dates, fields
from passerby.model.media import Field

FORM = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024"),
        ("2024-05", "2024-05"),
        ("2024-05-31", "2024-05-31"),
        ("2024-05-31T23:04", "2024-05-31T23:04"),
        ("2024-05-31T23:04:59", "2024-05-31T23:04:59"),
        ("2024-05-31T23:04:59.123456+05:30", "2024-05-31T23:04:59+05:30"),
        ("2024:05:31 23:04:59", "2024-05-31T23:04:59"),
        ("2024-05-31T23:04:59Z", "2024-05-31T23:04:59Z"),
        ("2024-05-31T23:04:59-0330", "2024-05-31T23:04:59-03:30"),
        ("2024-02-29", "2024-02-29"),
        # The day is good where the time or its offset is not.
        ("2024-05-31T25:00:00", "2024-05-31"),
        ("2024-05-31T23:04:59+19:00", "2024-05-31T23:04:59"),
        ("2024-05-31T23:04:59+05:77", "2024-05-31T23:04:59"),
        # No such day, none that anybody took a picture on, or words.
        ("2023-02-29", None),
        ("2024-13-01", None),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("1492-10-12", None),
        ("31.05.2024", None),
        ("2024-05-31 at Jane's", None),
        ("٢٠٢٤-05-31", None),
        ("", None),
    ],
)
def test_xmp(text: str, expected: str | None) -> None:
    assert dates.from_iso(text) == expected


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("2024:05:31 23:04:59", None, "2024-05-31T23:04:59"),
        ("2024:05:31 23:04:59", "+05:30", "2024-05-31T23:04:59+05:30"),
        ("2024:05:31 23:04:59", "Z", "2024-05-31T23:04:59Z"),
        ("2024:05:31 23:04:59", "   :  ", "2024-05-31T23:04:59"),
        ("2024:05:31", "+05:30", "2024-05-31"),
        ("", "+05:30", None),
    ],
)
def test_exif(text: str, offset: str | None, expected: str | None) -> None:
    assert dates.from_exif(text, offset) == expected


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("20240531", None, "2024-05-31"),
        ("20240531", "230459", "2024-05-31T23:04:59"),
        ("20240531", "230459+0530", "2024-05-31T23:04:59+05:30"),
        ("20240531", "noon", "2024-05-31"),
        ("20240531", "990459+0530", "2024-05-31"),
        ("20240500", None, "2024-05"),
        ("20240000", None, "2024"),
        ("20240500", "230459", "2024-05"),
        ("00000000", None, None),
        ("2024-05-31", None, None),
        ("", "230459", None),
    ],
)
def test_iptc(day: str, clock: str | None, expected: str | None) -> None:
    assert dates.from_iptc(day, clock) == expected


TEXTS = st.text(st.sampled_from("0123456789:-T +Z.\0x"), max_size=30)


@given(TEXTS, TEXTS)
def test_whatever_comes_in_has_the_form(one: str, other: str) -> None:
    for when in (dates.from_iso(one), dates.from_exif(one, other), dates.from_iptc(one, other)):
        if when is not None:
            assert FORM.fullmatch(when)
            assert dates.from_iso(when) == when
            assert dates.from_iso(dates.day_of(when)) == dates.day_of(when)


def test_the_time_goes_before_the_day_and_comes_only_when_named() -> None:
    values = ((Field.DATE, "2024-05-31"), (Field.TIME, "2024-05-31T23:04:59"))
    both = fields.packet(values, (Field.DATE, Field.TIME))
    assert both == fields.packet(values, (Field.TIME,))
    assert both is not None
    assert both.count(b"DateCreated>2024-05-31T23:04:59<") == 1
    day = fields.packet(values, (Field.DATE,))
    assert day is not None
    assert b"DateCreated>2024-05-31<" in day
    assert b"23:04" not in day


def test_photoshops_date_goes_before_that_of_exif_in_xmp() -> None:
    head = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-'
    head += b'syntax-ns#"><r:Description xmlns:e="http://ns.adobe.com/exif/1.0/" xmlns:p="http://'
    head += b'ns.adobe.com/photoshop/1.0/">'
    tail = b"</r:Description></r:RDF></x:xmpmeta>"
    taken = b"<e:DateTimeOriginal>2020-01-01T10:00:00</e:DateTimeOriginal>"
    created = b"<p:DateCreated>2021</p:DateCreated>"
    for body, expected in (
        (taken, "2020-01-01T10:00:00"),
        (taken + created, "2021"),
        (created + taken, "2021"),
        (b"<p:DateCreated>soon</p:DateCreated>" + taken, "2020-01-01T10:00:00"),
    ):
        sources = fields.Sources()
        sources.add_xmp(head + body + tail)
        assert dict(sources.values())[Field.TIME] == expected
