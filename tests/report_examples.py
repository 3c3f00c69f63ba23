"""Reports to test with: one of everything, and strategies for many."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from passerby.errors import CorruptInput, Exit
from passerby.model.consent import End, Ended, Replaces, Withdrawn
from passerby.model.decision import Action, Decision
from passerby.model.finding import FinderId, Sighting, Track
from passerby.model.geometry import Box, Region, Shape
from passerby.model.media import Field, Format, Group, Item, Mode, Orientation, Part
from passerby.model.options import Effort, Limits, Method, Options
from passerby.model.report import (
    Check,
    EmbeddedPicture,
    Failure,
    Inspection,
    Outcome,
    Report,
    Verification,
)
from passerby.report.run import RunReport

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SHA = "ab" * 32
ITEM = Item(
    path="march/crowd.jpg",
    sha256=SHA,
    bytes=123_456,
    format=Format.JPEG,
    size=(640, 480),
    mode=Mode.RGB,
    depth=8,
    orientation=Orientation.RIGHT_TOP,
)
SEEN = Sighting(box=Box(100, 50, 140, 100), score=0.62, finder="centerface")
FINDER = FinderId(name="centerface", version="1", sha256="cd" * 32)


def decision(
    index: int = 1, action: Action = Action.REDACT, score: float = 0.62, reason: str = "face"
) -> Decision:
    box = Box(100 + 60 * index, 50, 140 + 60 * index, 100)
    seen = Sighting(box=box, score=score, finder="centerface")
    return Decision(
        track=Track(id=f"t{index}", sightings=(seen,)),
        action=action,
        region=Region(box=box.grow(0.2, 0.2, 0.2, 0.2)),
        reason=reason,
        at=NOON,
    )


PUBLISHED = Report(
    item=ITEM,
    outcome=Outcome.PUBLISHED,
    options=Options(),
    output="out/march/crowd.jpg",
    output_sha256="ef" * 32,
    finders=(FINDER,),
    decisions=(decision(1), decision(2, Action.KEEP, 0.99)),
    checks=(Check(name="opens", passed=True, detail="read back", figures=(("psnr", 48.5),)),),
    dropped=(
        Part(name="APP1/Exif/GPSInfo", group=Group.LOCATION, offset=20, size=64),
        Part(name="APP1/Exif/IFD1", group=Group.EMBEDDED, offset=84, size=8_000),
    ),
    kept_fields=("credit",),
    notes=("The name ends in .png; the bytes are JPEG.",),
    timings=(("find", 0.5),),
)
REVIEW = Report(
    item=ITEM,
    outcome=Outcome.NEEDS_REVIEW,
    options=Options(),
    decisions=(decision(1, score=0.3),),
    unresolved=(SEEN,),
    checks=(Check(name="second look", passed=False, detail="1 face is still found"),),
)
REFUSED = Report(
    item=ITEM,
    outcome=Outcome.REFUSED,
    options=Options(),
    failure=Failure.from_error(CorruptInput("the data ends in the middle of a segment")),
)


def run_of(*reports: Report, options: Options | None = None) -> RunReport:
    return RunReport(
        options=options or Options(), files=reports, started=NOON, finished=NOON, left_out=2
    )


INSPECTION = Inspection(
    item=ITEM,
    finder=FINDER,
    sightings=(SEEN,),
    parts=PUBLISHED.dropped,
    embedded=(
        EmbeddedPicture(
            path=("APP2/MPF/picture 2", "APP1/Exif/IFD1/embedded picture"),
            offset=9,
            bytes=7200,
            format=Format.JPEG,
            size=(160, 120),
            faces=3,
        ),
        EmbeddedPicture(path=("after the end/video",), offset=9, problem='not "looked" into\n'),
    ),
)
VERIFICATION = Verification(item=ITEM, checks=REVIEW.checks, unresolved=(SEEN,), finders=(FINDER,))

coordinates = st.integers(-(2**20), 2**20)
sides = st.integers(1, 2**20)
names = st.text(max_size=12)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
shares = st.floats(0, 1)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h), coordinates, coordinates, sides, sides
)
times = st.datetimes(timezones=st.just(UTC))
sightings = st.builds(Sighting, box=boxes, score=shares, finder=names, frame=st.integers(0, 9))
tracks = st.builds(Track, id=names, sightings=st.lists(sightings, max_size=2).map(tuple))
regions = st.builds(Region, box=boxes, shape=st.sampled_from(Shape))
decisions = st.builds(
    Decision,
    track=tracks,
    action=st.sampled_from(Action),
    region=regions,
    reason=names,
    by=names,
    at=st.none() | times,
    consent=st.none() | hashes,
)
items = st.builds(
    Item,
    path=names,
    sha256=hashes,
    bytes=st.integers(0, 2**40),
    format=st.none() | st.sampled_from(Format),
    size=st.none() | st.tuples(sides, sides),
    mode=st.none() | st.sampled_from(Mode),
    depth=st.none() | st.sampled_from((8, 16)),
    orientation=st.sampled_from(Orientation),
)
options = st.builds(
    Options,
    method=st.sampled_from(Method),
    color=st.tuples(*[st.integers(0, 255)] * 3),
    min_face=st.integers(0, 99),
    effort=st.sampled_from(Effort),
    keep_fields=st.lists(st.sampled_from(Field), unique=True).map(tuple),
    finder=names,
    second=st.none() | names,
    seed=st.none() | hashes,
    limits=st.builds(Limits, pixels=sides, memory=sides),
)
figures = st.dictionaries(names, st.floats(-1e9, 1e9), max_size=2).map(lambda d: tuple(d.items()))
checks = st.builds(Check, name=names, passed=st.booleans(), detail=names, figures=figures)
parts = st.builds(
    Part,
    name=names,
    group=st.sampled_from(Group),
    offset=sides,
    size=sides,
    required=st.booleans(),
)
failures = st.builds(Failure, code=names, message=names, advice=names, exit=st.sampled_from(Exit))
ended = st.lists(
    st.builds(Ended, consent=names, how=st.sampled_from(End), day=st.none() | st.dates()),
    max_size=2,
).map(tuple)
reports = st.builds(
    Report,
    item=items,
    outcome=st.sampled_from(Outcome),
    options=options,
    output=st.none() | names,
    output_sha256=st.none() | hashes,
    seed=st.none() | hashes,
    finders=st.lists(st.builds(FinderId, name=names, version=names, sha256=hashes)).map(tuple),
    decisions=st.lists(decisions, max_size=3).map(tuple),
    unresolved=st.lists(sightings, max_size=2).map(tuple),
    checks=st.lists(checks, max_size=2).map(tuple),
    dropped=st.lists(parts, max_size=2).map(tuple),
    kept_fields=st.lists(names, max_size=2).map(tuple),
    notes=st.lists(names, max_size=2).map(tuple),
    replaces=st.none() | st.builds(Replaces, output=names, output_sha256=hashes, ended=ended),
    withdrawn=st.none() | st.builds(Withdrawn, ended=ended, replaced_by=st.none() | names),
    failure=st.none() | failures,
)
