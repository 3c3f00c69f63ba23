"""Finding faces: detectors on ONNX Runtime, an image pyramid, tiles, merging."""

from __future__ import annotations

from passerby.find.catalogue import entry, load_weights
from passerby.find.centerface import CenterFace
from passerby.find.look import Look
from passerby.find.pyramid import Detector
from passerby.find.resize import Scaler
from passerby.find.yunet import YuNet
from passerby.model.options import Effort
from passerby.ports import Finder

_DECODERS: dict[str, type[CenterFace] | type[YuNet]] = {
    "centerface": CenterFace,
    "yunet": YuNet,
}


def open_finder(name: str, *, effort: Effort, second: bool, threads: int) -> Finder:
    """Load a detector of the catalogue and return what looks at pictures with it.

    `second` gives the second look. `threads` is the number that the networks may use; 0 leaves
    it to the runtime. Raises UsageError for an unknown name, ModelError if the weights are
    missing, not the expected file, or refused by the runtime.
    """
    weights, identity = load_weights(name)
    decoder = entry(name).decoder
    detectors: dict[str, Detector] = {decoder: _DECODERS[decoder](weights, threads)}
    return Look(detectors, identity, Scaler(threads), effort=effort, second=second)
