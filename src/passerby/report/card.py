"""What the page shows of one file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath

from passerby.model.consent import End, Ended
from passerby.model.decision import Action, Decision
from passerby.model.geometry import Region, Shape
from passerby.model.report import Outcome, Report
from passerby.report.text import plural, printable, size

_ENDS = {
    End.WITHDRAWN: "was withdrawn",
    End.EXPIRED: "expired",
    End.UNPROVEN: "lost its evidence",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pill:
    """A word or two about a file. `kind` is a class of the style sheet."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One numbered region over the picture, in its pixels; `font` is the label's height."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    label: str
    font: float
    round: bool

    @property
    def cx(self) -> float:
        """The middle, across."""
        return self.x + self.width / 2

    @property
    def cy(self) -> float:
        """The middle, down."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was decided on one face, in the table: in an animation, in all its frames."""

    label: str
    action: str
    score: str
    reason: str
    by: str
    consent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One check, one dropped part, or one file beside the input, in its table."""

    name: str
    detail: str = ""
    passed: bool = True
    group: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything of one file, as text that the template only has to place."""

    number: int
    name: str
    review: bool
    thumbnail: str | None
    no_picture: str
    alt: str
    width: int
    height: int
    boxes: tuple[Drawn, ...]
    pills: tuple[Pill, ...]
    chain: tuple[str, ...]
    notes: tuple[str, ...]
    unresolved_line: str
    decisions: tuple[Row, ...]
    decisions_line: str
    checks: tuple[Told, ...]
    checks_line: str
    dropped: tuple[Told, ...]
    dropped_line: str
    siblings: tuple[Told, ...]
    siblings_line: str
    facts: str


def certainty(report: Report) -> tuple[int, float]:
    """Return the key by which files are sorted: what needs a decision comes first, then what was
    published although a face was still found, then the file whose least certain mask has the
    lowest score; files without a face come last."""
    if report.outcome is Outcome.NEEDS_REVIEW:
        return 0, min((s.score for s in report.unresolved), default=0.0)
    if report.unresolved:
        return 1, -1.0
    scores = [d.track.score for d in report.decisions]
    return (1, min(scores)) if scores else (2, 0.0)


def make_card(number: int, report: Report, thumbnail: str | None) -> Card:
    """Return what the page shows of a file; `thumbnail` is a data: URI of redacted bytes."""
    width, height = report.item.size or (1, 1)
    name = printable(report.item.path)
    masks = plural(report.redacted, "mask")
    return Card(
        number=number,
        name=name,
        review=report.outcome is Outcome.NEEDS_REVIEW,
        thumbnail=thumbnail,
        no_picture="No preview: the masks are listed below.",
        alt=f"Redacted copy of {name}: {masks}",
        width=width,
        height=height,
        boxes=_boxes(report, width, height),
        pills=_pills(report, masks),
        chain=chain_lines(report),
        notes=tuple(printable(note) for note in report.notes),
        unresolved_line=_unresolved_line(report),
        decisions=tuple(_row(number, face) for number, face in enumerate(_faces(report), 1)),
        decisions_line=_decisions_line(report),
        checks=tuple(
            Told(name=c.name, passed=c.passed, detail=printable(c.detail)) for c in report.checks
        ),
        checks_line=_checks_line(report),
        dropped=tuple(
            Told(name=printable(p.name), group=p.group.value, size=size(p.size))
            for p in report.dropped
        ),
        dropped_line=_dropped_line(report),
        siblings=tuple(
            Told(name=printable(s.path), detail=s.what, passed=s.in_run) for s in report.siblings
        ),
        siblings_line=_siblings_line(report),
        facts=_facts(report),
    )


def _boxes(report: Report, width: int, height: int) -> tuple[Drawn, ...]:
    drawn = [
        _drawn(d.region, str(number), _kind(d), width, height)
        for number, face in enumerate(_faces(report), 1)
        for d in face
        if d.speaks_of(0)
    ]
    found = [Region(box=s.box, shape=Shape.BOX) for s in report.unresolved if s.frame == 0]
    drawn += [_drawn(region, "?", "look", width, height) for region in found]
    return tuple(box for box in drawn if box is not None)


def _kind(decision: Decision) -> str:
    return "keep" if decision.action is Action.KEEP else "mask"


_Face = tuple[Decision, ...]
"""The decisions of which a person reads as one: those that follow a face through an animation."""


def _faces(report: Report) -> list[_Face]:
    """Return the decisions, those on one face together, in the order of the first of each."""
    followed: dict[tuple[object, ...], list[Decision]] = {}
    for number, decision in enumerate(report.decisions):
        alone = decision.frame is None
        key = (number,) if alone else (decision.track.id, decision.action, decision.by)
        followed.setdefault(key, []).append(decision)
    return [tuple(face) for face in followed.values()]


def _unresolved_line(report: Report) -> str:
    """Say what the last look still found, and whether it can be seen in what was published."""
    if not report.unresolved:
        return ""
    found = plural(len(report.unresolved), "face was", "faces were") + " still found"
    if report.outcome is Outcome.NEEDS_REVIEW:
        return (
            f"{found} in the last look{_where(report)}. Nothing was published. What was found is "
            "covered in the picture above. Decide on it in the JSON report and run again with "
            "--decisions."
        )
    return (
        f"{found} in the last look{_where(report)}, and can be seen: the decisions that were given "
        "say so."
    )


def chain_lines(report: Report) -> tuple[str, ...]:
    """Say which copy this one replaces, what replaced it, and for which consents that ended."""
    lines = []
    if report.replaces is not None:
        old = f"{printable(report.replaces.output)} (sha256 {report.replaces.output_sha256})"
        lines.append(f"Made in place of {old}: {_ended(report.replaces.ended)}.")
    if report.withdrawn is not None:
        lines.append(f"Not to be shown any more: {_ended(report.withdrawn.ended)}.")
        if report.withdrawn.replaced_by is not None:
            lines.append(f"Show instead: {printable(report.withdrawn.replaced_by)}.")
    return tuple(lines)


def _ended(ended: tuple[Ended, ...]) -> str:
    told = []
    for one in ended:
        since = "" if one.day is None else f" on {one.day}"
        told.append(f"consent {printable(one.consent)} {_ENDS[one.how]}{since}")
    return "; ".join(told)


def _where(report: Report) -> str:
    """Say in which frames faces were still found: only the first is shown."""
    numbers = sorted({sighting.frame + 1 for sighting in report.unresolved})
    return _span(numbers) if report.item.frames > 1 else ""


def _drawn(region: Region, label: str, kind: str, width: int, height: int) -> Drawn | None:
    """Place a region; None when it lies outside of the picture."""
    inside = region.box.clip(width, height)
    if inside is None:
        return None
    # An ellipse that is cut off is drawn whole: the picture's edge cuts it.
    box = region.box if region.shape is Shape.ELLIPSE else inside
    side = max(width, height)
    font = min(max(0.6 * min(inside.width, inside.height), side / 60), side / 22)
    return Drawn(
        x=box.x0,
        y=box.y0,
        width=box.width,
        height=box.height,
        kind=kind,
        label=label,
        font=round(font, 1),
        round=region.shape is Shape.ELLIPSE,
    )


def _pills(report: Report, masks: str) -> tuple[Pill, ...]:
    fine = "" if report.outcome is not Outcome.PUBLISHED else "ok"
    bad = report.outcome is Outcome.NEEDS_REVIEW
    pills = [Pill(text=report.outcome.value, kind="bad" if bad else fine), Pill(text=masks)]
    if report.withdrawn is not None:
        pills.append(Pill(text="withdrawn", kind="bad"))
    if report.replaces is not None:
        pills.append(Pill(text="made anew"))
    kept = sum(face[0].action is Action.KEEP for face in _faces(report))
    if kept:
        pills.append(Pill(text=f"{kept} kept"))
    if report.unresolved:
        pills.append(Pill(text=f"{len(report.unresolved):,} still found", kind="bad"))
    if report.options.method.cosmetic:
        pills.append(Pill(text=f"{report.options.method}: cosmetic", kind="cosmetic"))
    return tuple(pills)


def _row(number: int, face: _Face) -> Row:
    seen = [decision for decision in face if decision.track.sightings]
    told = (seen or face)[0]
    unseen = "by hand" if told.frame is None else "between"
    return Row(
        label=f"{number}{_frames(face)}",
        action=told.action.value,
        score=f"{min(d.track.score for d in seen):.2f}" if seen else unseen,
        reason=printable(told.reason),
        by=printable(told.by),
        consent=printable(told.consent or "") if told.action is Action.KEEP else "",
    )


def _frames(face: _Face) -> str:
    """Say which frames decisions speak of; nothing where it is all of them."""
    numbers = sorted({d.frame + 1 for d in face if d.frame is not None})
    return _span(numbers) if numbers else ""


def _span(numbers: list[int]) -> str:
    first, last = numbers[0], numbers[-1]
    if first == last:
        return f", frame {first}"
    if len(numbers) == last - first + 1:
        return f", frames {first} to {last}"
    return f", {len(numbers)} of the frames {first} to {last}"


def _decisions_line(report: Report) -> str:
    scores = [d.track.score for d in report.decisions if d.track.sightings]
    lowest = f", lowest score {min(scores):.2f}" if scores else ""
    count, faces = len(report.decisions), len(_faces(report))
    on = f" on {plural(faces, 'face')}" if faces < count else ""
    return plural(count, "decision") + on + lowest


def _checks_line(report: Report) -> str:
    failed = sum(not check.passed for check in report.checks)
    if failed:
        return f"{failed} of {plural(len(report.checks), 'check')} failed"
    return f"{plural(len(report.checks), 'check')} passed"


def _dropped_line(report: Report) -> str:
    counted = Counter(part.group.value for part in report.dropped)
    told = ", ".join(sorted(counted))
    return f"{plural(len(report.dropped), 'part')} of the file dropped: {told}"


def _siblings_line(report: Report) -> str:
    behind = sum(not sibling.in_run for sibling in report.siblings)
    beside = plural(len(report.siblings), "file lies", "files lie") + " beside it"
    return f"{beside}, {behind:,} of them as they were: do not publish these"


def _facts(report: Report) -> str:
    item = report.item
    facts = [item.format.value if item.format else "unknown format"]
    if item.size:
        facts.append(f"{item.size[0]:,} × {item.size[1]:,} px")
    if item.depth:
        facts.append(f"{item.depth} bit")
    if item.frames > 1:
        facts.append(f"frame 1 of {item.frames:,} is shown")
    facts.append(size(item.bytes))
    if report.kept_fields:
        facts.append("kept: " + ", ".join(report.kept_fields))
    if report.output and PurePath(report.output).name != PurePath(item.path).name:
        facts.append(f"copy: {printable(PurePath(report.output).name)}")
    facts.append(f"sha256 {item.sha256[:12]}…")
    return " · ".join(facts)
