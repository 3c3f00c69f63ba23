"""From what is known of a picture to what a person sees of it. Pure."""

from __future__ import annotations

from passerby.errors import PasserbyError
from passerby.model.options import Options
from passerby.model.report import Failure
from passerby.session.faces import Output, OutputState, PictureState, State
from passerby.session.history import History
from passerby.session.listing import Original

_JUST_ENOUGH = 0.5
"""The score from which a face counts."""


def view(
    original: Original,
    history: History,
    options: Options,
    *,
    neighbours: tuple[str, ...],
    failed: PasserbyError | None,
    output_there: bool,
    notice: str | None,
) -> PictureState:
    """Return the state of a picture. `failed` is what went wrong with it last."""
    problem = original.problem or failed
    output = _output(original, history, output_there)
    detection = history.detection
    return PictureState(
        id=original.id,
        name=original.name,
        sha256=original.sha256,
        state=_state(history, output, problem),
        version=history.version,
        revision=history.revision,
        size=detection.size if detection else original.size,
        frames=detection.frames if detection else 1,
        detected=detection is not None,
        certainty=certainty(history),
        faces=history.decided.faces,
        keep_fields=history.keep_fields(options.keep_fields),
        offered=detection.fields if detection else (),
        signoffs=history.signoffs,
        undo=len(history.past),
        redo=len(history.future),
        burst=original.burst,
        neighbours=neighbours,
        output=output,
        problem=None if problem is None else Failure.from_error(problem),
        notice=notice,
    )


def _output(original: Original, history: History, there: bool) -> Output:
    copy = history.copy_of(original.path)
    if copy is None or not there:
        return Output()
    fresh = copy.version == history.version
    state = OutputState.PUBLISHED if fresh else OutputState.STALE
    return Output(state=state, sha256=copy.sha256)


def _state(history: History, output: Output, problem: PasserbyError | None) -> State:
    if problem is not None:
        return State.FAILED
    if output.state is OutputState.PUBLISHED:
        return State.PUBLISHED
    if any(face.open for face in history.decided.faces):
        return State.NEEDS_LOOK
    return State.DECIDED if history.seen or history.touched else State.UNSEEN


def certainty(history: History) -> float | None:
    """Return how far the least certain face that nobody has decided is from the threshold, 0 to
    1; None before detection."""
    if history.detection is None:
        return None
    if any(face.open for face in history.decided.faces):
        return 0.0
    margins = [2 * abs(face.score - _JUST_ENOUGH) for face in history.doubtful]
    return round(min(margins, default=1.0), 4)


def least_certain(state: PictureState) -> tuple[bool, float, str]:
    """Return the key by which pictures are sorted: what is not looked at yet comes last."""
    unknown = state.certainty is None
    return unknown, 0.0 if state.certainty is None else state.certainty, state.name
