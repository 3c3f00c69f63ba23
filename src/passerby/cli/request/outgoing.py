"""Files that leave the records: letters and reminders, written where the user says.

What is written is recorded first: who erases a client later is told every path, even of a run
that was cut off in the midst of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passerby.cli.console import say
from passerby.errors import OutputError, OutputExists, OutputUnwritable

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk, Given
    from passerby.rights.cases.drafting import Draft, Order
    from passerby.rights.cases.state import Case

_ROOM = 2**20
"""Bytes that have to fit in before a letter is recorded: more than its files have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter that was kept, and the files that were written of it."""

    draft: Draft
    paths: tuple[Path, ...]


def now() -> datetime:
    """The present time, UTC."""
    return datetime.now(UTC)


def check_folder(folder: Path | None) -> None:
    """Raise OutputUnwritable where no files could be written into a folder, or where it could
    not be made: asked before anything is recorded. None is no folder. Nothing is left there."""
    from passerby.files import PRIVATE, Staged, translating

    if folder is None:
        return
    with translating(folder / "letter"):
        there = next(path for path in (folder, *folder.absolute().parents) if _lies(path))
    if not there.is_dir():
        raise OutputUnwritable(f"{there} is no folder", "Nothing was recorded. Name another.")
    with Staged(there / "letter", mode=PRIVATE) as staged:
        staged.write(bytes(_ROOM))


def _lies(path: Path) -> bool:
    """Whether something is there, be it a link to nothing."""
    return path.is_symlink() or path.exists()


def check_names(desk: Desk, reference: str, folder: Path | None) -> None:
    """Raise OutputExists where a file is in the way of those of the case's next letter: asked
    before it, or what leads to it, is recorded. None is no folder."""
    from passerby.files import translating

    if folder is None or not folder.is_dir():
        return
    case = desk.records.find(reference)[2]
    begins = f"{case.reference}-{len(case.letters) + 1}-"
    with translating(folder / "letter"):
        for path in sorted(folder.iterdir()):
            if path.name.startswith(begins):
                raise OutputExists(f"{path} exists", "Nothing was recorded. Name another folder.")


@contextlib.contextmanager
def recorded(reference: str, letter: int) -> Iterator[None]:
    """Say of an error of writing that the letter is on record: who ran the command again would
    have it twice."""
    try:
        yield
    except OutputError as error:
        raise type(error)(
            f"{error.message}, but {reference} and its letter {letter} are recorded",
            "Do not run this again. Once there is room,"
            f" `passerby request show {reference} --letter {letter} -o FOLDER`"
            " writes its files into another folder.",
        ) from error


def write_letter(desk: Desk, reference: str, order: Order, folder: Path | None) -> Written:
    """Draft a letter, and write its files into a folder; with None it is only kept. An error of
    writing says that it is kept."""
    from passerby.rights.cases.drafting import draft_letter

    return write_draft(desk, draft_letter(desk, reference, order, now()), folder)


def write_draft(desk: Desk, draft: Draft, folder: Path | None) -> Written:
    """Write the files of a letter that is kept, as `write_letter` does."""
    if folder is None:
        return Written(draft=draft, paths=())
    with recorded(draft.reference, draft.event.letter):
        paths = write_files(desk, draft.reference, folder, draft.files)
    return Written(draft=draft, paths=paths)


def write_files(
    desk: Desk, reference: str, folder: Path, files: Iterable[Given]
) -> tuple[Path, ...]:
    """Write files of a case into a folder, for their owner alone, and return their paths. Raises
    OutputExists when one of them stands there already, before any is written; OutputUnwritable."""
    from passerby.files import PRIVATE, Staged

    places = [(folder / file.file_name, file.data) for file in files]
    for path, _ in places:
        if path.exists():
            raise OutputExists(f"{path} exists")
    client_id, _, case = desk.records.find(reference)
    if places:
        where = [str(path.absolute()) for path, _ in places]
        desk.record_export(client_id, case.reference, where)
    for path, data in places:
        with Staged(path, mode=PRIVATE) as staged:
            staged.write(data)
            staged.publish(overwrite=False)
    return tuple(path for path, _ in places)


def remove_unfinished(exported: Iterable[str]) -> None:
    """Remove what a process that was killed while it wrote files of a case left beside them,
    under a name that begins with a dot: it holds what they hold, and no list names it."""
    from passerby.batch.ledger import remove_partials

    for folder in {Path(path).parent for path in exported}:
        remove_partials(folder)


def calendar_file(case: Case, today: date) -> Given:
    """Return the case's days as a calendar: when its answer is due, or, before that is known,
    a reminder to record the receipt."""
    from datetime import timedelta

    from passerby.rights.cases.desk import Given
    from passerby.rights.render import calendar

    deadline = case.deadline
    days: list[tuple[calendar.Due, date | None]] = []
    if deadline is None or (deadline.overdue_from is None and not deadline.open_ended):
        if deadline is None or deadline.why_none is None:
            days = [(calendar.Due.RECEIPT, today + timedelta(days=7))]
    else:
        days = [
            (calendar.Due.ANSWER, deadline.due),
            (calendar.Due.OVERDUE, deadline.overdue_from),
        ]
    days += [
        (calendar.Due.APPEAL, one.deadline.due)
        for one in case.standing
        if one.actor.value == "requester"
    ]
    entries = [
        calendar.Entry(
            case_id=case.reference,
            reference=case.reference,
            due=due,
            day=day,
            sequence=len(case.deadlines),
        )
        for due, day in days
        if day is not None
    ]
    data = calendar.calendar_of(entries, now())
    return Given(file_name=f"{case.reference}.ics", data=data)


def tell_letter(written: Written) -> None:
    """Say what was written, and what a person has to look at."""
    from passerby.report.text import plural, printable

    draft = written.draft
    event = draft.event
    say(f"{draft.reference}: letter {event.letter}, {event.kind}, in {event.language}")
    say(f"  to {printable(' / '.join(draft.letter.recipient))}")
    for path in written.paths:
        say(f"  {printable(str(path))}")
    if draft.letter.doubts:
        say(f"  A draft: check {plural(len(draft.letter.doubts), 'point')} before it goes out.")
        for doubt in draft.letter.doubts:
            say(f"    {printable(doubt)}")
    for note in draft.notes:
        say(f"  Note: {printable(note)}")


def letter_json(written: Written) -> dict[str, Any]:
    """Return a letter for a JSON document."""
    event = written.draft.event
    return {
        "reference": written.draft.reference,
        "letter": event.letter,
        "letter_kind": event.kind.value,
        "language": event.language,
        "day": event.day.isoformat(),
        "channel": event.channel.value,
        "to": event.to,
        "message_id": event.message_id,
        "doubts": list(written.draft.letter.doubts),
        "notes": list(written.draft.notes),
        "files": [str(path) for path in written.paths],
    }
