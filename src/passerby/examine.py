"""Looking without changing anything: `inspect_bytes` and `verify_bytes`.

Neither raises a PasserbyError: what went wrong stands in the value that they return.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from passerby.checks import (
    Plan,
    check_container,
    check_depth_and_size,
    check_outside,
    check_under_mask,
)
from passerby.decide import unexplained
from passerby.look import look, second_look_check
from passerby.masking import apply, build_mask, masked_regions
from passerby.model.finding import Sighting
from passerby.model.geometry import Box
from passerby.model.options import Method, Options
from passerby.model.report import Check, Inspection, Report, Verification
from passerby.ports import Picture, Ports
from passerby.work import bare_item, failure_of, full_item

CHANGED_LEVELS = 8
"""A pixel counts as changed when it differs by more than this of 255: beyond what saving a
JPEG again does to most pixels."""
CHANGED_SHARE = 0.9
"""The share of a face's inscribed ellipse that has to be changed."""


def inspect_bytes(data: bytes, *, shown: str, options: Options, ports: Ports) -> Inspection:
    """Say what in a file would identify people."""
    item = bare_item(data, shown)
    try:
        picture = ports.source.read(data, options.limits)
        item = full_item(item, picture)
        sightings = look(ports.finder, picture, ports.source)
        return Inspection(
            item=item,
            finder=ports.finder.identity,
            sightings=tuple(s for s in sightings if s.box.height >= options.min_face),
            parts=ports.source.parts(data),
            notes=picture.notes,
        )
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
    is found.
    """
    item = bare_item(output, shown)
    try:
        written = ports.source.read_again(output, options.limits)
        item = full_item(item, written)
        checks = [Check(name="opens", passed=True, detail="read by a fresh decoder")]
        checks += _compare(output, written, original, report, options, ports)
        keep = report.options.keep_fields if report else ()
        checks.append(check_container(ports.source, output, written.encoding, keep))
        found = look(ports.second, written, ports.source)
        found = unexplained(found, report.decisions if report else (), options)
        checks.append(second_look_check(found, reports_only=False))
        return Verification(
            item=item,
            checks=tuple(checks),
            unresolved=found,
            leftovers=ports.source.leftovers(output, written.encoding, keep),
            finder=ports.second.identity,
        )
    except Exception as error:
        return Verification(item=item, failure=failure_of(error))


def _compare(
    output: bytes,
    written: Picture,
    original: bytes | None,
    report: Report | None,
    options: Options,
    ports: Ports,
) -> list[Check]:
    """Run the checks for which there is something to compare with."""
    checks = []
    if report is not None:
        checks.append(_check_hash("output", output, report.output_sha256))
        if original is not None:
            checks.append(_check_hash("original", original, report.item.sha256))
    if original is None:
        if report is not None:
            checks.append(_check_masks_alone(written, report))
        return checks
    before = ports.source.read_again(original, options.limits)
    if report is None:
        found = look(ports.finder, before, ports.source)
        return [*checks, _check_size(written, before), _check_changed(written, before, found)]
    plan = _plan(before, report)
    form = check_depth_and_size(written, plan.planned)
    if not form.passed:
        return [*checks, form]
    under = check_under_mask(written, plan.planned, plan.mask)
    return [*checks, form, under, check_outside(written, plan.original, plan.mask)]


def _check_hash(what: str, data: bytes, expected: str | None) -> Check:
    same = hashlib.sha256(data).hexdigest() == expected
    detail = "the one in the report" if same else "not the one in the report"
    return Check(name=f"{what} sha256", passed=same, detail=detail)


def _plan(before: Picture, report: Report) -> Plan:
    """Paint again what the report says was painted."""
    mask = build_mask(report.decisions, before.size, report.grid)
    planned = apply(
        before,
        mask,
        method=report.options.method,
        color=report.options.color,
        seed=report.seed or "",
        regions=masked_regions(report.decisions),
    )
    return Plan(original=before, planned=planned, mask=mask)


def _check_masks_alone(written: Picture, report: Report) -> Check:
    """Check the masks without the original, which only works for fills that do not need it."""
    if report.options.method in (Method.BLUR, Method.MOSAIC):
        detail = "a cosmetic method can only be checked with --original"
        return Check(name="under the mask", passed=False, detail=detail)
    encoding = replace(written.encoding, grid=report.grid)
    blank = replace(written, samples=np.zeros_like(written.samples), encoding=encoding)
    plan = _plan(blank, report)
    return check_under_mask(written, plan.planned, plan.mask)


def _check_size(written: Picture, before: Picture) -> Check:
    same = written.size == before.size
    detail = f"{written.size} beside {before.size} of the original"
    return Check(name="form", passed=same, detail=detail)


def _check_changed(written: Picture, before: Picture, faces: tuple[Sighting, ...]) -> Check:
    """Check that every face found in the original was changed. What another tool changed it
    into is not known, so this says nothing about whether the change can be undone."""
    name = "faces changed"
    if written.size != before.size:
        return Check(name=name, passed=False, detail="the size differs")
    left = [face for face in faces if _changed_share(written, before, face) < CHANGED_SHARE]
    detail = f"{len(faces) - len(left)} of {len(faces)} faces of the original are changed"
    return Check(name=name, passed=not left, detail=detail, figures=(("left", len(left)),))


def _changed_share(written: Picture, before: Picture, face: Sighting) -> float:
    """Return the share of the ellipse in a face's box that differs noticeably."""
    box = face.box.clip(*before.size)
    if box is None:
        return 1.0
    one = _brightness(before, box)
    other = _brightness(written, box)
    ys, xs = np.mgrid[box.y0 : box.y1, box.x0 : box.x1] + 0.5
    full = face.box
    ellipse = ((xs - (full.x0 + full.x1) / 2) / (full.width / 2)) ** 2
    ellipse = ellipse + ((ys - (full.y0 + full.y1) / 2) / (full.height / 2)) ** 2 < 1
    changed = np.abs(one - other) > CHANGED_LEVELS
    return float(changed[ellipse].mean()) if ellipse.any() else 1.0


def _brightness(picture: Picture, box: Box) -> NDArray[np.float64]:
    """Return a window's brightness, 0 to 255, whatever the mode and depth."""
    part = picture.samples[box.y0 : box.y1, box.x0 : box.x1].astype(np.float64)
    if picture.encoding.mode.has_alpha:
        part = part[..., :-1]
    if picture.samples.dtype == np.uint16:
        part = part / 257
    mean: NDArray[np.float64] = part.mean(axis=2)
    return mean
