"""The published files that relied on consents which hold no longer, and the mark on each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from passerby.batch.ledger import read_record
from passerby.batch.uses import recover, sha256_of
from passerby.consent.events import Remade, RunBegan
from passerby.consent.facts import Use
from passerby.consent.register import Register
from passerby.consent.state import Consent, Relying
from passerby.consent.takedown import Line
from passerby.errors import NoConsent, PasserbyError, UsageError
from passerby.files import write_atomically
from passerby.model.consent import End, Ended, Withdrawn
from passerby.model.report import Report
from passerby.report.json import dump, report_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A published file, the consents that it relied on and that ended, where it is shown, and
    what took its place. `overwritten_by` is the sha256 of another copy that has its name by now;
    `succeeded` says that what took its place is in the same list, and stands for it.
    """

    use: Use
    ended: tuple[Ended, ...]
    where: tuple[str, ...] = ()
    remade: Remade | None = None
    overwritten_by: str | None = None
    succeeded: bool = False

    @property
    def output(self) -> str:
        """Its path, for people."""
        return self.use.output or f"what was made of {self.use.shown}, through a pipe"

    @property
    def standing(self) -> bool:
        """Whether a copy has to be made in its place: none was, or that is gone."""
        if self.overwritten_by is not None or self.succeeded:
            return False
        return self.remade is None or sha256_of(Path(self.remade.by)) != self.remade.by_sha256

    def line(self, problem: str = "") -> Line:
        """Return its line in the list of what is to be taken down."""
        path = self.use.output
        return Line(
            output=self.output,
            sha256=self.use.output_sha256,
            there=path is None or sha256_of(Path(path)) == self.use.output_sha256,
            where=self.where,
            ended=self.ended,
            replaced_by=None if self.remade is None else self.remade.by,
            replaced_by_sha256=None if self.remade is None else self.remade.by_sha256,
            problem=problem,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything that relied on some consents. `lost` are runs that were cut off and whose
    reports are not there: files of theirs may be missing here."""

    files: tuple[Affected, ...]
    lost: tuple[RunBegan, ...] = ()


def list_affected(register: Register, consents: Iterable[Consent]) -> Listing:
    """Return every published file that relied on one of these consents, each once, in the order
    in which they were published. Raises UsageError for a consent that still holds."""
    found: dict[tuple[str | None, str], Relying] = {}
    lost: list[RunBegan] = []
    for consent in consents:
        if consent.ended(register.today) is None:
            raise UsageError(
                f"consent {consent.id} has not ended: nothing that relied on it is to be redone",
                "Withdraw it with `passerby consent withdraw`, if that is meant.",
            )
        lost.extend(recover(register, consent).lost)
        for one in register.consent(consent.id).files:
            found.setdefault(one.use.key, one)
    latest = {one.use.output: one.use for one in found.values() if one.use.output is not None}
    return Listing(
        files=tuple(_affected(register, one, latest, found) for one in found.values()),
        lost=tuple(lost),
    )


_Found = dict[tuple[str | None, str], Relying]


def _affected(register: Register, one: Relying, latest: dict[str, Use], found: _Found) -> Affected:
    use = one.use
    newest = use if use.output is None else latest[use.output]
    newer = None if newest.key == use.key else newest.output_sha256
    last = _last(one, found)
    return Affected(
        use=use,
        ended=ended_of(register, use),
        where=one.where,
        remade=last.remade,
        overwritten_by=newer or _overwriting(use),
        succeeded=last is not one,
    )


def _last(one: Relying, found: _Found) -> Relying:
    """Return the last of the copies that took each other's place: what a consent that ended
    later made withdrawn as well is nothing to show instead."""
    seen = {one.use.key}
    while one.remade is not None:
        after = found.get((one.remade.by, one.remade.by_sha256))
        if after is None or after.use.key in seen:
            break
        one = after
        seen.add(one.use.key)
    return one


def ended_of(register: Register, use: Use) -> tuple[Ended, ...]:
    """Return the consents of a file that hold no longer. One of which nothing is known any more
    cannot be shown to anybody."""
    ended = []
    for consent_id in use.making.consents:
        try:
            one = register.consent(consent_id).ended(register.today)
        except NoConsent:
            one = Ended(consent=consent_id, how=End.UNPROVEN)
        if one is not None:
            ended.append(one)
    return tuple(ended)


def _overwriting(use: Use) -> str | None:
    """Return the sha256 of the copy whose report stands in the place of a file's report."""
    record = None if use.record is None else read_record(Path(use.record))
    if record is None or record.output_sha256 == use.output_sha256:
        return None
    return record.output_sha256


def mark(affected: Affected) -> bool:
    """Write into a copy's report that it is withdrawn, and what took its place; return whether
    its report is there and says so. Raises OutputUnwritable."""
    use = affected.use
    if use.record is None:
        return False
    path = Path(use.record)
    report = read_record(path)
    if report is None or report.output_sha256 != use.output_sha256:
        return False
    marked = replace(report, withdrawn=_withdrawn(affected))
    if marked != report:
        write_atomically(path, dump(report_document(marked)))
    return True


def _withdrawn(affected: Affected) -> Withdrawn:
    remade = affected.remade
    return Withdrawn(
        ended=affected.ended,
        replaced_by=None if remade is None else remade.by,
        replaced_by_sha256=None if remade is None else remade.by_sha256,
    )


def mark_all(files: Iterable[Affected]) -> tuple[str, ...]:
    """Mark copies as withdrawn; return those whose report could not be marked: it is gone, or
    cannot be written."""
    unmarked = []
    for one in files:
        done = False
        with contextlib.suppress(PasserbyError):
            done = mark(one)
        if not done and one.overwritten_by is None and one.use.record is not None:
            unmarked.append(one.output)
    return tuple(unmarked)


def report_of(use: Use) -> Report | None:
    """Return the report of a published file, where it is still there."""
    report = None if use.record is None else read_record(Path(use.record))
    if report is None or report.output_sha256 != use.output_sha256:
        return None
    return report
