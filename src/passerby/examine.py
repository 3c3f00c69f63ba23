"""Looking without changing anything: `inspect_bytes` and `verify_bytes`.

Neither raises a PasserbyError: what went wrong stands in the value that they return.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import takewhile

import numpy as np

from passerby.checks import (
    Plan,
    check_coefficients,
    check_container,
    check_form,
    check_outside_masks,
    check_under_masks,
)
from passerby.decide import explaining, unexplained
from passerby.errors import InputError, LimitExceeded
from passerby.inside import Insides, Saver
from passerby.look import look, second_look_check
from passerby.masking import paint
from passerby.model.finding import Sighting
from passerby.model.geometry import Box
from passerby.model.media import Item, Part
from passerby.model.options import Method, Options
from passerby.model.report import Check, Inspection, Report, Verification
from passerby.ports import CONVERTED, Finder, Looking, Picture, Ports, Rgb, Source
from passerby.work import bare_item, described_item, failure_of, full_item

CHANGED_LEVELS = 8
"""A pixel counts as changed when a channel differs by more than this of 255: beyond what saving
a JPEG again does to most pixels."""
FILL_LEVELS = 2
"""A pixel this near to the face's median colour is part of a fill: so a fill is told that happens
to have nearly the colour of what it covers."""
CHANGED_SHARE = 0.9
"""The share of a face's inscribed ellipse that has to be changed, or a fill."""
CONFIDENT = 0.65
"""The first detector's sightings count in a finished file from this score. Below it, it fires
on hands, helmets and what masks leave of heads: of 60 crowd photographs redacted by default, 15
have a sighting outside of the masks, 1 has one of at least this score."""


def inspect_bytes(
    data: bytes, *, shown: str, options: Options, ports: Looking, save: Saver | None = None
) -> Inspection:
    """Say what in a file would identify people.

    `save` is given each embedded picture; what it raises is the inspection's failure. Of a file
    whose picture cannot be read, what its container holds is told beside the failure.
    """
    item = bare_item(data, shown)
    source, finder = ports.source, ports.finder
    insides = Insides(source=source, finder=finder, options=options, save=save)
    try:
        picture = source.read(data, options.limits)
        item = full_item(item, picture)
        sightings = look(finder, picture, source)
        contents = source.contents(data)
        return Inspection(
            item=item,
            finder=finder.identity,
            sightings=tuple(s for s in sightings if s.box.height >= options.min_face),
            parts=(*contents.parts, *picture.hidden_parts),
            embedded=insides.look_into(contents.embedded),
            notes=_notes(picture),
        )
    except (InputError, LimitExceeded) as error:
        listed = _list(item, data, insides)
        return replace(listed, finder=finder.identity, failure=failure_of(error))
    except Exception as error:
        return Inspection(item=item, failure=failure_of(error))


def _notes(picture: Picture) -> tuple[str, ...]:
    """Return what people should know about the file: not what a copy of it would lack."""
    if picture.source is None:
        return picture.notes
    return tuple(takewhile(lambda note: not note.startswith(CONVERTED), picture.notes))


def list_bytes(
    data: bytes, *, shown: str, options: Options, source: Source, save: Saver | None = None
) -> Inspection:
    """Say what the container of a file holds. No face is looked for, and nothing is decoded."""
    item = bare_item(data, shown)
    return _list(item, data, Insides(source=source, finder=None, options=options, save=save))


def _list(item: Item, data: bytes, insides: Insides) -> Inspection:
    try:
        item = described_item(item, insides.source.describe(data))
        contents = insides.source.contents(data)
        embedded = insides.look_into(contents.embedded)
        return Inspection(item=item, parts=contents.parts, embedded=embedded)
    except Exception as error:
        return Inspection(item=item, failure=failure_of(error))


def verify_bytes(
    output: bytes,
    *,
    shown: str,
    original: bytes | None,
    report: Report | None,
    options: Options,
    ports: Ports,
) -> Verification:
    """Check a finished file, also one that another tool redacted.

    With a report, the masks and what they hold are checked against it; with the original, what
    lies outside of them as well. With neither, only the container is checked, and that no face
    is found: by both detectors then, because nobody has said where faces were.
    """
    item = bare_item(output, shown)
    try:
        written = ports.source.read_again(output, options.limits)
        item = full_item(item, written)
        before = None
        if original is not None:
            to = written.encoding.format
            before = ports.source.read_again(original, options.limits, to)
        checks = [Check(name="opens", passed=True, detail="read by a fresh decoder")]
        if report is not None:
            checks += _check_hashes(output, original, report)
        checks += _compare(output, written, before, report, ports)
        leftovers = (*_leftovers(output, written, before, report, ports), *written.hidden_parts)
        checks.append(check_container(leftovers))
        found = _find_again(written, report, options, ports)
        reports_only = report is not None and report.from_decisions
        checks.append(second_look_check(found, reports_only=reports_only))
        return Verification(
            item=item,
            checks=tuple(checks),
            unresolved=found,
            leftovers=leftovers,
            finders=tuple(finder.identity for finder in _lookers(report, ports)),
        )
    except Exception as error:
        return Verification(item=item, failure=failure_of(error))


def _lookers(report: Report | None, ports: Ports) -> tuple[Finder, ...]:
    return (ports.second,) if report is not None else (ports.finder, ports.second)


def _find_again(
    written: Picture, report: Report | None, options: Options, ports: Ports
) -> tuple[Sighting, ...]:
    """Return the faces that can still be seen, as far as nobody decided to keep them."""
    found = look(ports.second, written, ports.source)
    if report is None:
        first = look(ports.finder, written, ports.source)
        found += tuple(sighting for sighting in first if sighting.score >= CONFIDENT)
        return unexplained(found, (), options)
    told = explaining(report.decisions, from_decisions=report.from_decisions)
    return unexplained(found, told, replace(options, min_face=report.options.min_face))


def _leftovers(
    output: bytes, written: Picture, before: Picture | None, report: Report | None, ports: Ports
) -> tuple[Part, ...]:
    """List what should not be in the file. Colour profile and tags are held against the
    original's where both are of one format."""
    encoding = written.encoding
    if before is not None and before.encoding.format is encoding.format:
        encoding = replace(
            encoding,
            icc=before.encoding.icc,
            colour_tags=before.encoding.colour_tags,
            fields=before.encoding.fields,
        )
    keep = report.options.keep_fields if report else ()
    return ports.source.leftovers(output, encoding, keep)


def _check_hashes(output: bytes, original: bytes | None, report: Report) -> list[Check]:
    checks = [_check_hash("output", output, report.output_sha256)]
    if original is not None:
        checks.append(_check_hash("original", original, report.item.sha256))
    return checks


def _compare(
    output: bytes, written: Picture, before: Picture | None, report: Report | None, ports: Ports
) -> list[Check]:
    """Run the checks for which there is something to compare with."""
    if before is None:
        return [] if report is None else [_check_masks_alone(written, report, ports)]
    if report is None:
        found = look(ports.finder, before, ports.source)
        return [_check_size(written, before), _check_changed(written, before, found, ports.source)]
    plan = _plan(before, report, ports)
    form = check_form(written, plan.planned)
    if not form.passed:
        return [form]
    under = check_under_masks(written, plan.planned)
    checks = [form, under, check_outside_masks(written, plan.original, plan.planned)]
    if report.carried:
        checks.append(check_coefficients(output, plan.planned, ports.source))
    return checks


def _check_hash(what: str, data: bytes, expected: str | None) -> Check:
    same = hashlib.sha256(data).hexdigest() == expected
    detail = "the one in the report" if same else "not the one in the report"
    return Check(name=f"{what} sha256", passed=same, detail=detail)


def _plan(before: Picture, report: Report, ports: Ports) -> Plan:
    """Paint again what the report says was painted."""
    frames = [
        replace(
            frame,
            encoding=replace(frame.encoding, grid=report.grid_of(index)),
            coded=frame.coded if report.carried else None,
        )
        for index, frame in enumerate(before.frames)
    ]
    painted = paint(before.with_frames(frames), report.decisions, report.options, report.seed)
    return Plan(original=before, planned=ports.sink.fit(painted))


def _check_masks_alone(written: Picture, report: Report, ports: Ports) -> Check:
    """Check the masks without the original, which only works for fills that do not need it."""
    if report.options.method in (Method.BLUR, Method.MOSAIC):
        detail = "a cosmetic method can only be checked with --original"
        return Check(name="under the mask", passed=False, detail=detail)
    blank = written.with_frames(
        [frame.with_samples(np.zeros_like(frame.samples)) for frame in written.frames]
    )
    return check_under_masks(written, _plan(blank, report, ports).planned)


def _check_size(written: Picture, before: Picture) -> Check:
    one, other = written.canvas.sizes, before.canvas.sizes
    same = one == other
    detail = f"{written.size} beside {before.size} of the original"
    if len(one) > 1 or len(other) > 1:
        detail += f"; {len(one)} beside {len(other)} frames"
    return Check(name="form", passed=same, detail=detail)


def _check_changed(
    written: Picture, before: Picture, faces: tuple[Sighting, ...], source: Source
) -> Check:
    """Check that every face found in the original was changed. What another tool changed it
    into is not known, so this says nothing about whether the change can be undone."""
    name = "faces changed"
    if written.canvas.sizes != before.canvas.sizes:
        return Check(name=name, passed=False, detail="the size differs")
    left = []
    for index, (one, other) in enumerate(zip(before.frames, written.frames, strict=True)):
        # The first view is the colours, whatever the file's mode and depth.
        views = next(source.views(one)), next(source.views(other))
        here = [face for face in faces if face.frame == index]
        left += [face for face in here if _changed_share(*views, face.box) < CHANGED_SHARE]
    detail = f"{len(faces) - len(left)} of {len(faces)} faces of the original are changed"
    return Check(name=name, passed=not left, detail=detail, figures=(("left", len(left)),))


def _changed_share(before: Rgb, written: Rgb, face: Box) -> float:
    """Return the share of the ellipse in a face's box that differs noticeably, or is a fill."""
    height, width = before.shape[:2]
    box = face.clip(width, height)
    if box is None:
        return 1.0
    one = before[box.y0 : box.y1, box.x0 : box.x1].astype(np.int16)
    other = written[box.y0 : box.y1, box.x0 : box.x1].astype(np.int16)
    ys, xs = np.mgrid[box.y0 : box.y1, box.x0 : box.x1] + 0.5
    ellipse = ((xs - (face.x0 + face.x1) / 2) / (face.width / 2)) ** 2
    ellipse = ellipse + ((ys - (face.y0 + face.y1) / 2) / (face.height / 2)) ** 2 < 1
    inside, other = one[ellipse], other[ellipse]
    if not len(other):
        return 1.0
    changed = np.abs(inside - other).max(axis=1) > CHANGED_LEVELS
    fill = np.abs(other - np.median(other, axis=0)).max(axis=1) <= FILL_LEVELS
    return float((changed | fill).mean())
