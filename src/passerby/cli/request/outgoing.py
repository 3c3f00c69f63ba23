"""Files that leave the records: letters and reminders, written where the user says.

What is written is recorded first: who erases a client later is told every path, even of a run
that was cut off in the midst of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passerby.cli.console import say
from passerby.errors import OutputExists

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk, Given
    from passerby.rights.cases.drafting import Draft, Order
    from passerby.rights.cases.state import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter that was kept, and the files that were written of it."""

    draft: Draft
    paths: tuple[Path, ...]


def now() -> datetime:
    """The present time, UTC."""
    return datetime.now(UTC)


def write_letter(desk: Desk, reference: str, order: Order, folder: Path | None) -> Written:
    """Draft a letter, and write its files into a folder; with None it is only kept."""
    from passerby.rights.cases.drafting import draft_letter

    draft = draft_letter(desk, reference, order, now())
    paths = () if folder is None else write_files(desk, draft.reference, folder, draft.files)
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
