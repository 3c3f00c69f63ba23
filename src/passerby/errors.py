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
    │   ├── BadDecisions                a decisions file that cannot be followed
    │   ├── NoConsent                   no consent on record allows a face to stay visible
    │   ├── BadKnowledge                a file of laws, companies or letters that cannot be followed
    │   ├── BadRecord                   a sender, a client list or a reply that cannot be used
    │   └── BadDate                     a day that does not exist or cannot be meant
    ├── LimitExceeded               11  larger than the limits allow
    ├── DependencyError             20  something that should be installed is not
    │   ├── ModelError                  weights missing, or not the expected file
    │   ├── NetworkForbidden            a download was needed and is not allowed
    │   └── SendingUnknown              a mail server did not say whether it took an e-mail
    ├── FinderError                 30  a detector failed on a picture
    ├── OutputError                 40  the result cannot be written
    │   ├── OutputExists                something else stands where it would go
    │   └── OutputUnwritable            disk full, read-only, no permission
    ├── VerificationFailed          50  the written file did not pass a check
    │   └── BundleAltered               a bundle of evidence is not the one that was signed
    ├── StoreError                  61  the encrypted records cannot be used
    │   ├── StoreMissing                there is none yet
    │   ├── StoreLocked                 the passphrase or key is not the right one
    │   ├── StoreBusy                   another process is writing to it
    │   └── StoreDamaged                its bytes are not what was written
    └── RightsError                 62  the law, the place or the company does not bear it
        ├── UnknownName                 no such law, place, company, authority, language or case
        ├── NoCalendar                  no holidays are known for a place or year
        ├── NoRight                     the law does not give the right asked for there
        ├── NoAddress                   no sourced address to write to
        └── NoMandate                   nothing on record allows acting for this person

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
    STORE = 61
    RIGHTS = 62
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


class NoConsent(InputError):
    """No consent on record allows it: unknown, at its end, for something else, or not open."""

    code = "input.consent"
    advice = "See `passerby consent show`; hide the face, or keep it by a stated ground."


class BadKnowledge(InputError):
    """A file of laws, companies, authorities, rulings or letters is not as its schema says."""

    code = "input.knowledge"
    advice = "Correct the line that is named; docs/knowledge.md describes the files."


class BadRecord(InputError):
    """A sender, a list of clients or a reply cannot be used."""

    code = "input.record"
    advice = "Correct what is named and run the command again: nothing was recorded."


class BadDate(InputError):
    """A day that does not exist, or cannot be meant."""

    code = "input.date"
    advice = "Give dates as YYYY-MM-DD."


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


class SendingUnknown(DependencyError):
    """The connection to a mail server broke before it said whether it took an e-mail."""

    code = "dependency.sending"
    advice = (
        "Whether it was sent is not known: ask the recipient or look at your server before "
        "sending it again."
    )


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


class BundleAltered(VerificationFailed):
    """A bundle of evidence is not the one that was signed."""

    code = "verification.bundle"
    advice = "Ask for the bundle again; what differs is named above."


class StoreError(PasserbyError):
    """The encrypted records cannot be used."""

    exit = Exit.STORE
    code = "store"
    advice = "Nothing was changed."


class StoreMissing(StoreError):
    """There are no records yet where they were looked for."""

    code = "store.missing"
    advice = "Check --store, or begin one with `passerby request client add`."


class StoreLocked(StoreError):
    """The passphrase, the key file or the recovery key does not open the records."""

    code = "store.locked"
    advice = "Try again; nothing was changed. The recovery key opens them too."


class StoreBusy(StoreError):
    """Another process is writing to the records."""

    code = "store.busy"
    advice = "Wait until the other command has ended, then run this one again."


class StoreDamaged(StoreError):
    """The records' bytes are not what was written."""

    code = "store.damaged"
    advice = "Keep the files as they are, and go back to a copy from before."


class RightsError(PasserbyError):
    """The law, the place or the company does not bear what was asked for."""

    exit = Exit.RIGHTS
    code = "rights"
    advice = "Nothing was written."


class UnknownName(RightsError):
    """No law, place, company, authority, language or case has that name."""

    code = "rights.unknown"
    advice = "See `passerby request list`, or add a file of your own (docs/knowledge.md)."


class NoCalendar(RightsError):
    """No public holidays are known for a place or a year: no date can be told."""

    code = "rights.calendar"
    advice = "Ask somebody who knows the law of the place: no date is guessed."


class NoRight(RightsError):
    """The law does not give the right that was asked for in that place."""

    code = "rights.right"
    advice = "Leave the right out, or choose the law of the place."


class NoAddress(RightsError):
    """There is no sourced address to write to."""

    code = "rights.address"
    advice = "Look it up, and add it in a file of your own (docs/knowledge.md)."


class NoMandate(RightsError):
    """Nothing on record allows acting for this person."""

    code = "rights.mandate"
    advice = "Record it with `passerby request mandate add`."
