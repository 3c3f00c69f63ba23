"""A review of a folder of pictures: what was found, what a person decided, on the disk at every
click. No HTTP here, and no pixels but those of published copies.

Session   what the page and other programs use; read `passerby.session.session` first
"""

from __future__ import annotations

from passerby.session.changes import (
    Add,
    Change,
    Conflict,
    Decide,
    KeepFields,
    Remove,
    Reshape,
)
from passerby.session.faces import (
    Choice,
    Face,
    Origin,
    Output,
    OutputState,
    PictureState,
    Place,
    Proposal,
    SignOff,
    State,
)
from passerby.session.notices import Kind, Notice
from passerby.session.publishing import Watcher
from passerby.session.session import Session

__all__ = [
    "Add",
    "Change",
    "Choice",
    "Conflict",
    "Decide",
    "Face",
    "KeepFields",
    "Kind",
    "Notice",
    "Origin",
    "Output",
    "OutputState",
    "PictureState",
    "Place",
    "Proposal",
    "Remove",
    "Reshape",
    "Session",
    "SignOff",
    "State",
    "Watcher",
]
