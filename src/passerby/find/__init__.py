"""Finding faces: detectors on ONNX Runtime, an image pyramid, tiles, merging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passerby.errors import ModelError
from passerby.find.catalogue import entry, load_weights
from passerby.model.options import Effort
from passerby.ports import Finder

if TYPE_CHECKING:
    from passerby.find.centerface import CenterFace
    from passerby.find.look import Opened
    from passerby.find.yunet import YuNet

_HELPER = "yunet"
"""The detector that helps CenterFace in the first look: a sixth of its time for small faces
that it overlooks."""


def open_finder(name: str, *, effort: Effort, second: bool, threads: int) -> Finder:
    """Load a detector of the catalogue and return what looks at pictures with it.

    `second` gives the second look: mirrored and at other scales than the first. `threads` is
    the number that the networks may use; 0 leaves it to the runtime. Raises UsageError for an
    unknown name, ModelError if the weights are missing, not the expected file, or refused by
    the runtime.
    """
    # The runtime takes a tenth of a second to import: whoever finds no faces goes without it.
    from passerby.find.look import Look
    from passerby.find.resize import Scaler
    from passerby.find.rules import rule_for

    leader = _open(name, threads)
    helper = _open(_HELPER, threads) if leader.kind == "centerface" and not second else None
    rule = rule_for(leader.kind, effort, second=second)
    return Look(leader, helper, Scaler(threads), effort=effort, rule=rule, second=second)


def _kinds() -> dict[str, type[CenterFace] | type[YuNet]]:
    """Return the code that reads a network's outputs, by the catalogue's `decoder`."""
    from passerby.find.centerface import CenterFace
    from passerby.find.yunet import YuNet

    return {"centerface": CenterFace, "yunet": YuNet}


def _open(name: str, threads: int) -> Opened:
    from passerby.find.look import Opened

    weights, identity = load_weights(name)
    kind, kinds = entry(name).decoder, _kinds()
    if kind not in kinds:
        raise ModelError(f"{name} needs code that reads {kind}, which is not there")
    return Opened(detector=kinds[kind](weights, threads), identity=identity, kind=kind)
