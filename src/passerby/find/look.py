"""A Finder: detectors, the levels they look at, and what is made of their answers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from passerby.errors import FinderError
from passerby.find.boxes import Candidates, no_candidates, suppress
from passerby.find.levels import plan
from passerby.find.pyramid import Detector, Pyramid
from passerby.find.resize import Scaler
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box
from passerby.model.options import Effort
from passerby.ports import Rgb

_FLOOR = 0.2
_SAME = 0.4


class Look:
    """Looks at pictures with one or more detectors; the first one gives its name to the finds."""

    def __init__(
        self,
        detectors: Mapping[str, Detector],
        identity: FinderId,
        scaler: Scaler,
        *,
        effort: Effort,
        second: bool,
    ) -> None:
        self._detectors = detectors
        self._identity = identity
        self._scaler = scaler
        self._effort = effort
        self._second = second

    @property
    def identity(self) -> FinderId:
        """Name, version and the sha256 of the weights."""
        return self._identity

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        """Find the faces in a picture of any size; the same picture gives the same answer.

        Raises FinderError.
        """
        if view.ndim != 3 or view.shape[2] != 3 or view.dtype != np.uint8:
            raise FinderError(f"not an RGB picture: {view.shape} {view.dtype}")
        height, width = view.shape[:2]
        pyramid = Pyramid(view, self._scaler)
        levels = plan(tuple(self._detectors), (width, height), self._effort, second=self._second)
        parts = [no_candidates()] + [
            pyramid.search(level, self._detectors[level.detector], _FLOOR) for level in levels
        ]
        return self._sightings(suppress(np.concatenate(parts), _SAME))

    def _sightings(self, candidates: Candidates) -> tuple[Sighting, ...]:
        name = self._identity.name
        return tuple(
            Sighting(
                box=Box.from_floats(*map(float, row[:4])),
                score=round(min(1.0, float(row[4])), 4),
                finder=name,
            )
            for row in candidates
        )
