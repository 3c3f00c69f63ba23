"""Decisions that come from a file instead of from a detector."""

from __future__ import annotations

from dataclasses import dataclass, replace

from passerby.model.decision import Action, Decision
from passerby.model.media import Field
from passerby.model.options import Method, Options, check_color, check_seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The decisions for one picture, found by the sha256 of its bytes.

    `size` is (width, height) in display orientation, checked where it is given. The other
    values are those of the run that made the decisions; None where the file is silent, and
    then the options of the present run hold. Raises ValueError for a value out of its range.
    """

    sha256: str
    decisions: tuple[Decision, ...]
    size: tuple[int, int] | None = None
    method: Method | None = None
    color: tuple[int, int, int] | None = None
    seed: str | None = None
    keep_fields: tuple[Field, ...] | None = None

    def __post_init__(self) -> None:
        if self.size is not None and min(self.size) < 1:
            raise ValueError("size: expected a width and a height of at least 1")
        if self.color is not None:
            check_color(self.color)
        if self.seed is not None:
            check_seed(self.seed)

    @property
    def consents(self) -> tuple[str, ...]:
        """The ids of the consents by which faces are to stay visible, each once."""
        kept = (one.consent for one in self.decisions if one.action is Action.KEEP)
        return tuple(dict.fromkeys(consent for consent in kept if consent is not None))

    def over(self, options: Options) -> Options:
        """Return the options of a run in which what stands here wins."""
        return replace(
            options,
            method=self.method or options.method,
            color=self.color or options.color,
            seed=self.seed or options.seed,
            keep_fields=options.keep_fields if self.keep_fields is None else self.keep_fields,
        )
