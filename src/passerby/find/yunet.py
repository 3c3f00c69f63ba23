"""YuNet: a small anchor-free detector with three strides.

Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research
20, 2023; the file of March 2023 in OpenCV's model zoo; MIT licence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from passerby.find.boxes import Candidates
from passerby.find.graph import free_shape
from passerby.find.runtime import Network

_INPUT = "input"
_STRIDES = (8, 16, 32)
_OUTPUTS = tuple(f"{kind}_{stride}" for stride in _STRIDES for kind in ("cls", "obj", "bbox"))


class YuNet:
    """The network and the reading of its outputs."""

    def __init__(self, weights: bytes, threads: int) -> None:
        """Load the network. Raises ModelError."""
        self._network = Network(free_shape(weights, _OUTPUTS), threads)

    def detect(self, image: NDArray[np.float32], floor: float) -> Candidates:
        """Return every point whose score is above `floor`: overlapping boxes, many for a face.

        `image` is (1, 3, height, width), RGB, 0 to 255, sides multiples of 32. Boxes are in its
        pixels and may reach outside. Raises FinderError.
        """
        blue_first = np.ascontiguousarray(image[:, ::-1])
        outputs = self._network.run(_OUTPUTS, {_INPUT: blue_first})
        width = image.shape[3]
        levels = []
        for index, stride in enumerate(_STRIDES):
            cls, objectness, boxes = outputs[3 * index : 3 * index + 3]
            scores = np.sqrt(np.clip(cls[0, :, 0], 0, 1) * np.clip(objectness[0, :, 0], 0, 1))
            at = np.nonzero(scores > floor)[0]
            dx, dy, log_w, log_h = boxes[0, at].T
            x = (at % (width // stride) + dx) * stride
            y = (at // (width // stride) + dy) * stride
            half_w, half_h = np.exp(log_w) * (stride / 2), np.exp(log_h) * (stride / 2)
            columns = (x - half_w, y - half_h, x + half_w, y + half_h, scores[at])
            levels.append(np.stack(columns, axis=1))
        return np.concatenate(levels).astype(np.float32)
