"""The parts of a file as a tree for people: sizes, verdicts, and what embedded pictures show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from passerby.model.media import Format, Group, Verdict
from passerby.model.report import EmbeddedPicture, Inspection
from passerby.report import seen
from passerby.report.text import plural, printable, size

_ROOM = 48
"""Columns for the names in a line that stands for several parts."""
_WIDEST = 64
"""Columns of names; longer ones push their line out."""


@dataclass(slots=True)
class _Node:
    """A part, or a picture in one. `held` is the picture where this is the line that tells it."""

    label: str
    bytes: int
    verdict: Verdict
    group: Group
    offset: int | None = None
    held: EmbeddedPicture | None = None
    same_as: str | None = None
    """The part that tells the picture which this one holds as well."""
    below: list[_Node] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Whether neither it nor anything in it matters to people."""
        quiet = self.verdict in (Verdict.PICTURE, Verdict.HARMLESS) and self.held is None
        return quiet and all(node.is_quiet for node in self.below)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: how deep it is, what it is called, its bytes and what to say of it."""

    depth: int
    label: str
    bytes: int
    text: str
    offset: int | None = None


def describe(inspection: Inspection, *, everything: bool) -> list[str]:
    """Return all lines about a file, but for what went wrong with it."""
    lines = [] if inspection.failure else [headline(inspection)]
    lines += seen.lines(inspection)
    lines += [f"  {line}" for line in draw(inspection, everything=everything)]
    lines += [f"  note: {printable(note)}" for note in inspection.notes]
    return lines


def draw(inspection: Inspection, *, everything: bool) -> list[str]:
    """Return the lines of the tree, each safe to print.

    Unless `everything` is asked for, parts of one kind beside each other share a line, and what
    is harmless is summed up at the end.
    """
    nodes = _grow(inspection)
    rows = list(_each(nodes, 0)) if everything else [*_folded(nodes, 0), *_quiet(nodes)]
    return _align(rows, everything)


def headline(inspection: Inspection) -> str:
    """Return the line that says what a file is and what is in it."""
    item = inspection.item
    size_ = "" if item.size is None else f" {item.size[0]}x{item.size[1]}"
    kind = "" if item.format is None else f"{item.format}{size_}, {size(item.bytes)}; "
    faces = seen.count(inspection) if inspection.finder else "faces not counted"
    told = plural(len(inspection.telling), "telling part")
    line = f"{printable(item.path)}: {faces}, {told} in the file ({kind.rstrip('; ')})"
    if not inspection.embedded:
        return line
    pictures = plural(len(inspection.embedded), "embedded picture")
    inside = sum(picture.faces or 0 for picture in inspection.embedded)
    shows = f", showing {plural(inside, 'face')}" if inspection.finder and inside else ""
    return f"{line}; {pictures}{shows}"


def shown(picture: EmbeddedPicture) -> str:
    """Return what an embedded picture is and shows: "JPEG 160x120, shows 3 faces"."""
    kind = picture.kind or (str(picture.format) if picture.format else "")
    what = kind
    if picture.size is not None:
        what = f"{kind} {picture.size[0]}x{picture.size[1]}".lstrip()
    if picture.format is Format.VIDEO:
        return f"video, {picture.problem}"
    if picture.problem:
        problem = f"not opened: {printable(picture.problem)}"
        return f"{what}, {problem}" if what else problem
    if picture.faces is None:
        return what
    return f"{what}, shows {plural(picture.faces, 'face') if picture.faces else 'no face'}"


def _grow(inspection: Inspection) -> list[_Node]:
    """Return the nodes at the top. A part hangs below the latest one whose name begins its own."""
    top: list[_Node] = []
    latest: dict[str, _Node] = {}
    pictures = defaultdict(list)
    told: dict[tuple[int, int], str] = {}
    nodes: list[_Node] = []
    for run in _runs(inspection.embedded):
        pictures[run[0].path[0], run[0].offset].append(run)
    for part, verdict in zip(inspection.parts, inspection.verdicts, strict=True):
        parent, label = _parent(part.name, latest)
        node = _Node(label, part.size, verdict, part.group, part.offset)
        (top if parent is None else parent.below).append(node)
        latest[part.name] = node
        nodes.append(node)
        for run in pictures.pop((part.name, part.offset), ()):
            _hang(node, run)
        if node.held is not None and not part.pinned:
            told[part.offset, part.size] = part.name
    for node in nodes:
        if node.verdict is Verdict.HOLDS_PICTURE and node.held is None and not node.below:
            node.same_as = told.get((node.offset or 0, node.bytes))
    return top


def _parent(name: str, latest: dict[str, _Node]) -> tuple[_Node | None, str]:
    above = name
    while above:
        above = above.rpartition("/")[0]
        if above in latest:
            return latest[above], name[len(above) + 1 :]
    return None, name


def _runs(embedded: tuple[EmbeddedPicture, ...]) -> Iterator[list[EmbeddedPicture]]:
    """Yield each picture of the file with those inside it."""
    run: list[EmbeddedPicture] = []
    for picture in embedded:
        if len(picture.path) == 1 and run:
            yield run
            run = []
        run.append(picture)
    if run:
        yield run


def _hang(node: _Node, run: list[EmbeddedPicture]) -> None:
    """Tell a picture in the line of its part, or in one of its own when that has one already;
    and those inside it below that."""
    if node.held is None:
        node.held = run[0]
    else:
        node = _child(node, "another", run[0])
    line = [node]
    for picture in run[1:]:
        line = line[: len(picture.path) - 1]
        line.append(_child(line[-1], picture.path[-1], picture))


def _child(node: _Node, label: str, picture: EmbeddedPicture) -> _Node:
    made = _Node(label, picture.bytes, Verdict.HOLDS_PICTURE, Group.EMBEDDED, held=picture)
    node.below.append(made)
    return made


def _text(node: _Node) -> str:
    if node.held is not None:
        return f"{Verdict.HOLDS_PICTURE}: {shown(node.held)}"
    if node.same_as is not None:
        return f"{Verdict.HOLDS_PICTURE}: that of {printable(node.same_as)}"
    if node.verdict is Verdict.MAY_IDENTIFY:
        return f"{node.verdict}: {node.group}"
    return str(node.verdict)


def _row(node: _Node, depth: int) -> Row:
    return Row(depth, printable(node.label), node.bytes, _text(node), node.offset)


def _each(nodes: list[_Node], depth: int) -> Iterator[Row]:
    for node in nodes:
        yield _row(node, depth)
        yield from _each(node.below, depth + 1)


def _folded(nodes: list[_Node], depth: int) -> Iterator[Row]:
    alike: dict[Group, list[_Node]] = defaultdict(list)
    for node in nodes:
        if node.is_quiet:
            continue
        if node.below or node.held is not None or node.same_as is not None:
            yield _row(node, depth)
            yield from _folded(node.below, depth + 1)
        else:
            alike[node.group].append(node)
    for several in alike.values():
        yield _sum(several, depth)


def _sum(nodes: list[_Node], depth: int) -> Row:
    return Row(depth, _names(nodes), sum(node.bytes for node in nodes), _text(nodes[0]))


def _quiet(nodes: list[_Node]) -> Iterator[Row]:
    """Yield a line for the picture itself and one for what is harmless, wherever they stand."""
    sums: dict[Verdict, list[_Node]] = {Verdict.PICTURE: [], Verdict.HARMLESS: []}
    _gather(nodes, sums)
    for several in sums.values():
        if several:
            yield _sum(several, 0)


def _gather(nodes: list[_Node], sums: dict[Verdict, list[_Node]]) -> None:
    for node in nodes:
        if node.is_quiet and not node.below:
            sums[node.verdict].append(node)
        _gather(node.below, sums)


def _names(nodes: list[_Node]) -> str:
    """Return the names of parts that share a line, the largest first, as many as there is room
    for."""
    counts: dict[str, int] = defaultdict(int)
    for node in sorted(nodes, key=lambda node: -node.bytes):
        counts[printable(node.label)] += 1
    names = [label if count == 1 else f"{count} {label}" for label, count in counts.items()]
    line = names[0]
    for number, name in enumerate(names[1:], 1):
        if len(line) + len(name) > _ROOM:
            return f"{line} and {len(names) - number} more"
        line = f"{line}, {name}"
    return line


def _align(rows: list[Row], with_offsets: bool) -> list[str]:
    names = ["  " * row.depth + row.label for row in rows]
    width = min(_WIDEST, max(map(len, names), default=0))
    lines = []
    for name, row in zip(names, rows, strict=True):
        where = ""
        if with_offsets:
            where = f"{'' if row.offset is None else row.offset:>10}  "
        lines.append(f"{where}{name:<{width}}  {size(row.bytes):>8}  {row.text}".rstrip())
    return lines
