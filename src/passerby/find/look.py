"""A Finder: detectors, the levels they look at, and what is made of their answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passerby.errors import FinderError
from passerby.find.boxes import Candidates, no_candidates
from passerby.find.evidence import log_odds, weigh_doubtful
from passerby.find.levels import Level, first_look, helping_look, second_look
from passerby.find.pyramid import Detector, Pyramid
from passerby.find.resize import Scaler
from passerby.find.rules import EVERYWHERE, FLOORS, HINTS, SHORT, Rule
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box
from passerby.model.options import Effort
from passerby.ports import Judged, Rgb


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A loaded detector: its network, who it is, and which of the two kinds."""

    detector: Detector
    identity: FinderId
    kind: str


class Look:
    """Looks at pictures with one detector, or with a leader and YuNet as its helper.

    The first look goes from the smallest level to the largest. Where there is a helper, the
    largest levels look only near what the helper and the smaller levels took for a face at a
    very low threshold; `thorough` looks everywhere. The second look is mirrored, at other
    scales, and everywhere.
    """

    def __init__(
        self,
        leader: Opened,
        helper: Opened | None,
        scaler: Scaler,
        *,
        effort: Effort,
        rule: Rule,
        second: bool,
    ) -> None:
        self._leader = leader
        self._helper = helper
        self._scaler = scaler
        self._effort = effort
        self._rule = rule
        self._second = second

    @property
    def identity(self) -> FinderId:
        """Name, version and the sha256 of the leader's weights."""
        return self._leader.identity

    @property
    def helped(self) -> bool:
        """Whether YuNet looks too."""
        return self._helper is not None

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        """Find the faces in a picture of any size; the same picture gives the same answer.

        Sightings name the detector whose box they are; a score of 0.5 is just enough. Raises
        FinderError.
        """
        return self.judge(view).sure

    def judge(self, view: Rgb) -> Judged:
        """Find the faces, and apart from them what is a little short of being one.

        The faces are those of `find`: what is short of it was seen and weighed in the same way.
        Raises FinderError.
        """
        if view.ndim != 3 or view.shape[2] != 3 or view.dtype != np.uint8:
            raise FinderError(f"not an 8-bit RGB picture: {view.shape} {view.dtype}")
        size = view.shape[1], view.shape[0]
        looks = self._looks(size)
        found = self._search(Pyramid(view, self._scaler), looks)
        leading = [opened is self._leader for _, opened in looks]
        faces, levels, enough = weigh_doubtful(found, leading, self._rule, SHORT)
        sightings = [
            Sighting(
                box=Box.from_floats(*face[:4]),
                score=round(face[4], 4),
                finder=looks[level][1].identity.name,
            )
            for face, level in zip(faces.tolist(), levels, strict=True)
        ]
        return Judged(
            sure=tuple(s for s in sightings[:enough] if s.box.clip(*size) is not None),
            doubtful=tuple(s for s in sightings[enough:] if s.box.clip(*size) is not None),
        )

    def _search(self, pyramid: Pyramid, looks: list[tuple[Level, Opened]]) -> list[Candidates]:
        """Return what each level saw, with log-odds in place of scores."""
        narrow = self.helped and self._effort is not Effort.THOROUGH
        found, hints = [], no_candidates()
        for number, (level, opened) in enumerate(looks):
            floor = FLOORS[opened.kind]
            # The helper and the leader's smaller levels look everywhere: what is turned or half
            # covered the leader may see, and the helper not.
            where = hints if narrow and number > 1 and level.scale > EVERYWHERE else None
            least = HINTS[opened.kind] if narrow else floor
            candidates = pyramid.search(level, opened.detector, least, where)
            hints = np.concatenate([hints, candidates])
            evident = level.admits(candidates[candidates[:, 4] > floor])
            evident[:, 4] = log_odds(evident[:, 4], floor)
            found.append(evident)
        return found

    def _looks(self, size: tuple[int, int]) -> list[tuple[Level, Opened]]:
        """Return the levels for a picture of this size, and who looks at each."""
        leader = self._leader
        if self._second:
            return [(level, leader) for level in second_look(size, self._effort)]
        looks = [(level, leader) for level in first_look(size, self._effort)]
        if self._helper is not None:
            looks = [(level, self._helper) for level in helping_look()] + looks
        return looks
