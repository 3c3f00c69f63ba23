"""Looking into the pictures that are embedded in a file, and those embedded in them.

The work is bounded, whatever a file claims: so many pictures, so deep, and all of them together
no more pixels than one picture may have. What is not opened is told, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from passerby.errors import FinderError, InputError, LimitExceeded
from passerby.look import look
from passerby.magnify import Magnified
from passerby.model.media import Format
from passerby.model.options import Options
from passerby.model.report import EmbeddedPicture
from passerby.ports import Embedded, Finder, Source
from passerby.work import failure_of

DEEPEST = 4
"""Pictures within pictures: a gain map's thumbnail is the second level."""
MOST = 200
"""Pictures in one file, those inside others included."""
NOT_LOOKED_INTO = "not looked into"

Saver = Callable[[EmbeddedPicture, bytes], None]
"""Is given each embedded picture, with its bytes as a file."""


@dataclass(slots=True, kw_only=True)
class Insides:
    """Looks into one file. With `finder` None no face is looked for and nothing is decoded."""

    source: Source
    finder: Finder | None
    options: Options
    save: Saver | None = None
    count: int = field(default=0, init=False)
    pixels: int = field(default=0, init=False)

    def look_into(self, embedded: Iterator[Embedded]) -> tuple[EmbeddedPicture, ...]:
        """Return what is known of each embedded picture, each before those inside it.

        Raises FinderError, and whatever `save` raises.
        """
        return tuple(self._walk(embedded, (), 0))

    def _walk(
        self, embedded: Iterator[Embedded], above: tuple[str, ...], offset: int
    ) -> Iterator[EmbeddedPicture]:
        for each in embedded:
            path = (*above, each.part.name)
            place = offset if above else each.part.offset
            bare = EmbeddedPicture(path=path, offset=place, kind=each.kind)
            if self.count >= MOST:
                yield replace(bare, problem=f"more than {MOST} pictures: not looked at further")
                return
            self.count += 1
            if each.data is None:
                yield replace(bare, problem=each.problem)
                continue
            found = self._open(replace(bare, bytes=len(each.data)), each.data)
            if self.save is not None:
                self.save(found, each.data)
            yield found
            inner = self._contents(each.data)
            if len(path) < DEEPEST:
                yield from self._walk(inner, path, place)
            elif (deeper := next(inner, None)) is not None:
                problem = f"more than {DEEPEST} pictures inside one another: {NOT_LOOKED_INTO}"
                below = (*path, deeper.part.name)
                yield EmbeddedPicture(path=below, offset=place, problem=problem)

    def _contents(self, data: bytes) -> Iterator[Embedded]:
        """Return what is embedded in an embedded picture; nothing for one that cannot be
        walked, of which it is told already."""
        try:
            return self.source.contents(data).embedded
        except InputError:
            return iter(())

    def _open(self, bare: EmbeddedPicture, data: bytes) -> EmbeddedPicture:
        try:
            facts = self.source.describe(data)
            known = replace(bare, format=facts.format, size=facts.size)
        except InputError as error:
            return replace(bare, problem=error.message)
        if known.format is Format.VIDEO:
            return replace(known, problem=NOT_LOOKED_INTO)
        return known if self.finder is None else self._look(known, data, self.finder)

    def _look(self, known: EmbeddedPicture, data: bytes, finder: Finder) -> EmbeddedPicture:
        limits = self.options.limits
        try:
            if limits.pixels <= self.pixels:
                raise LimitExceeded("the embedded pictures are too large together")  # noqa: TRY301
            picture = self.source.read(data, replace(limits, pixels=limits.pixels - self.pixels))
            self.pixels += sum(width * height for width, height in picture.canvas.sizes)
            seen = look(Magnified(finder), picture, self.source)
        except FinderError:
            raise
        except Exception as error:
            return replace(known, problem=failure_of(error).message)
        faces = Counter(s.frame for s in seen if s.box.height >= self.options.min_face)
        # The frames of an animation show one another's faces again; pages do not.
        shown = max(faces.values(), default=0) if picture.timing else faces.total()
        return replace(known, size=picture.size, faces=shown)
