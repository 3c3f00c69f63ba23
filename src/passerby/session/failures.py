"""From a failure, which is a value, back to the error that it was made of."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.errors import PasserbyError
from passerby.model.report import Failure


def error_of(failure: Failure) -> PasserbyError:
    """Return the error of the tree with the code of a failure."""
    kinds = {kind.code: kind for kind in _tree(PasserbyError)}
    return kinds.get(failure.code, PasserbyError)(failure.message, failure.advice)


def _tree(kind: type[PasserbyError]) -> Iterator[type[PasserbyError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _tree(below)
