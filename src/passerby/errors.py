"""Every way Passerby stops, and the exit code of each.

    PasserbyError                    1
    ├── UsageError                   2  the command line or the call makes no sense
    ├── InputError                  10  the input cannot be used
    │   ├── UnreadableInput             missing, a directory, no permission
    │   ├── EmptyInput                  no bytes, or no pixels
    │   ├── UnknownFormat               its bytes are no picture format we know
    │   ├── UnsupportedFormat           a known format that is not handled yet
    │   ├── CorruptInput                truncated, damaged, or contradicting itself
    │   ├── InputChanged                not the file that it was a moment ago
    │   └── BadDecisions                a decisions file that cannot be followed
    ├── LimitExceeded               11  larger than the limits allow
    ├── DependencyError             20  something that should be installed is not
    │   ├── ModelError                  weights missing, or not the expected file
    │   └── NetworkForbidden            a download was needed and is not allowed
    ├── FinderError                 30  a detector failed on a picture
    ├── OutputError                 40  the result cannot be written
    │   ├── OutputExists                something else stands where it would go
    │   └── OutputUnwritable            disk full, read-only, no permission
    └── VerificationFailed          50  the written file did not pass a check

Outcomes that are expected (needs review, part of a batch failed) are values in a `Report`,
not exceptions; their exit codes stand in `Exit`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """The process exit codes: a stable interface."""

    OK = 0
    BUG = 1
    USAGE = 2
    FOUND = 3
    INPUT = 10
    LIMIT = 11
    DEPENDENCY = 20
    FINDER = 30
    OUTPUT = 40
    VERIFICATION = 50
    REVIEW = 60
    PARTIAL = 70
    INTERRUPTED = 130


class PasserbyError(Exception):
    """Base of all errors.

    `message` says what is wrong in one line; `advice` says what to do about it. `code` is the
    stable name that reports and `--json` carry.
    """

    exit: ClassVar[Exit] = Exit.BUG
    code: ClassVar[str] = "bug"
    advice: ClassVar[str] = "This is a bug in Passerby: please report it with the message above."

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.advice if advice is None else advice

    def __reduce__(self) -> tuple[type[PasserbyError], tuple[str, str]]:
        """Survive the way back from a worker process."""
        return type(self), (self.message, self.hint)


class UsageError(PasserbyError):
    """The command line or the call makes no sense."""

    exit = Exit.USAGE
    code = "usage"
    advice = "See `passerby COMMAND --help`."


class InputError(PasserbyError):
    """The input cannot be used."""

    exit = Exit.INPUT
    code = "input"
    advice = "Nothing was published for this file."


class UnreadableInput(InputError):
    """The input is missing, a directory, or may not be read."""

    code = "input.unreadable"
    advice = "Check the path and its permissions."


class EmptyInput(InputError):
    """The input has no bytes, or a picture of no pixels."""

    code = "input.empty"
    advice = "Copy the file again from where it came from."


class UnknownFormat(InputError):
    """The bytes are of no format that Passerby knows."""

    code = "input.unknown"
    advice = "Export the picture as JPEG, PNG, WebP or TIFF."


class UnsupportedFormat(InputError):
    """The format is known by name and not handled yet."""

    code = "input.unsupported"
    advice = "Export the picture as JPEG, PNG, WebP or TIFF."


class CorruptInput(InputError):
    """The file is truncated, damaged, or contradicts itself."""

    code = "input.corrupt"
    advice = "Copy the file again from where it came from, or export it anew."


class InputChanged(InputError):
    """The file is not the one it was when it was listed."""

    code = "input.changed"
    advice = "Wait until the file is no longer being written, then run again."


class BadDecisions(InputError):
    """The decisions file is unreadable, or does not speak of this picture."""

    code = "input.decisions"
    advice = "Use the JSON report of a run over exactly this file."


class LimitExceeded(PasserbyError):
    """The picture is larger than the limits allow."""

    exit = Exit.LIMIT
    code = "limit"
    advice = "If the file is trusted, raise --max-pixels or --max-memory."


class DependencyError(PasserbyError):
    """Something that should be installed is not."""

    exit = Exit.DEPENDENCY
    code = "dependency"
    advice = "Run `passerby doctor`."


class ModelError(DependencyError):
    """A detector's weights are missing, or are not the expected file."""

    code = "dependency.model"
    advice = "Run `passerby doctor`; install Passerby again if the built-in weights are damaged."


class NetworkForbidden(DependencyError):
    """A download was needed and the network is not allowed."""

    code = "dependency.offline"
    advice = "Download the file elsewhere and run `passerby models add NAME FILE`."


class FinderError(PasserbyError):
    """A detector failed on a picture."""

    exit = Exit.FINDER
    code = "finder"
    advice = "Nothing was published for this file. Run `passerby doctor`."


class OutputError(PasserbyError):
    """The result cannot be written."""

    exit = Exit.OUTPUT
    code = "output"
    advice = "Check the output folder."


class OutputExists(OutputError):
    """Something else stands where the output would go."""

    code = "output.exists"
    advice = "Choose another output folder, or use --overwrite."


class OutputUnwritable(OutputError):
    """The disk is full, read-only, or permission is missing."""

    code = "output.unwritable"
    advice = "Free some space or choose another output folder; then run the same command again."


class VerificationFailed(PasserbyError):
    """The written file did not pass a check; it was not published."""

    exit = Exit.VERIFICATION
    code = "verification"
    advice = "Nothing was published for this file. The report says which check failed."
