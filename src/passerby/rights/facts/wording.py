"""The texts that a language has to have, and the variables that each may use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Asked, MandateKind
from passerby.rights.facts.point import Point

COMMON = frozenset({"acting", "agency", "client", "law", "law_full", "mandate", "reference"})
"""Variables of every text: whether somebody acts for the client and whether an agency is on the
other side (true or false), the client's name, the law's short and full name, the kind of the
mandate (empty when she writes herself), and the letter's reference. A language's own words and
terms come on top."""

_EACH: tuple[tuple[str, type[StrEnum]], ...] = (
    ("rights", RightKind),
    ("kinds", LetterKind),
    ("asked", Asked),
    ("mandates", MandateKind),
)
"""Sections that have one text for each member."""

_TEXTS = """
labels.reference labels.subject labels.enclosures labels.page labels.draft labels.anchor
labels.salutation labels.closing
labels.reading_copy: letter_language
periods.months: count
periods.days: count
periods.working-days: count
subjects.request: rights
subjects.identity: asked
subjects.crop
subjects.reminder: sent
subjects.wanting: replied
subjects.complaint: against
subjects.withdrawal: sent
subjects.notice subjects.records subjects.appeal
common.point: ask provision
common.mandate-attorney: since writer
common.mandate-organisation: since writer
common.mandate-agent: since writer
common.mandate-guardian: since writer
common.mandate-again
common.answer-email: email languages
common.answer-post: languages
common.grace: grace
common.now
common.complaint: period provision
common.either: most last
rulings.final: by ruling day outcome
rulings.settlement: by ruling day outcome note
rulings.provision: ruling day outcome
rulings.not-final: by ruling day outcome note
rulings.unknown: by ruling day outcome
request.opening: rights
request.established: provision
request.purpose request.purpose-plain
request.own-words: purpose
request.own-words-translated: purpose words_language
request.background-translated: words_language
request.background request.order request.heading-access request.heading-access-only
request.access: provision
request.lawfulness request.heading-erasure
request.erasure: provision
request.erasure-only: provision
request.erasure-grounds: objecting
request.heading-object
request.object: provision
request.object-grounds request.heading-no-collection
request.no-collection: provision
request.no-block-list request.heading-opt-out
request.opt-out: provision
request.heading-limit
request.limit: provision
request.heading-identity request.no-photo request.no-photo-pages request.identity-rule
request.heading-answer
request.answer-received: period provision
request.answer-received-for: rights period provision
request.answer-sent: period provision
request.answer-sent-for: rights period provision
request.date-if-received: due
request.date-if-sent: due
request.answer-no-period
request.answer-no-period-for: rights
request.rulings
request.acknowledge: period provision
request.if-extended: provision
request.if-refused request.next
request.next-authority: authority
identity.opening: replied sent asked
identity.not-needed identity.not-needed-pages identity.paradox identity.rule
identity.doubt: asked
identity.offers identity.offer-masked identity.offer-crop identity.conditions identity.clock
identity.form
crop.opening: sent
crop.enclosed: file_name sha256 watermark
crop.terms crop.term-once crop.term-keep-out crop.term-delete crop.term-confirm
crop.term-no-consent crop.purpose-rule crop.answer crop.answer-plain
reminder.opening: sent first_reference
reminder.opening-received: sent first_reference received
reminder.opening-replied: sent first_reference replied
reminder.due-received: due period event provision
reminder.due-sent: due period event provision
reminder.due-plain: due provision
reminder.period: period provision
reminder.moved: last provision
reminder.extended: due
reminder.no-period reminder.ask reminder.ask-plain reminder.silence reminder.next
reminder.next-authority: authority
wanting.opening: replied sent
wanting.opening-refused: replied sent
wanting.missing: name ask provision
wanting.refused: name ask provision
wanting.remark: remark
wanting.rest wanting.keep wanting.next
wanting.next-authority: authority
complaint.opening: against provision
complaint.heading-parties complaint.complainant
complaint.complainant-represented: writer mandate_name since
complaint.against: against
complaint.against-address: against address
complaint.against-also: also
complaint.heading-facts complaint.facts
complaint.fact-sent: day kind sent_reference
complaint.fact-sent-received: day kind sent_reference received
complaint.fact-replied: day
complaint.fact-refused: day
complaint.fact-asked: day asked
complaint.fact-due: day provision
complaint.fact-silent complaint.heading-breaches
complaint.late: provision
complaint.missing: name provision
complaint.refused: name provision
complaint.whole: right provision
complaint.identity: asked
complaint.substance complaint.heading-rulings complaint.heading-asked
complaint.ask-answer: sent
complaint.ask-erase complaint.ask-ban complaint.ask-preserve complaint.ask-inform
complaint.ask-competent complaint.protect
complaint.answer-email: email languages
complaint.answer-post: languages
withdrawal.opening: sent first_reference
withdrawal.no-waiver withdrawal.delete withdrawal.confirm
notice.opening: provision
notice.residence notice.no-release notice.points
notice.collected: provision
notice.purpose: provision
notice.policy: provision
notice.disclosed: provision
notice.destroy: provision
notice.release notice.stop notice.heading-rulings notice.no-period
records.opening: provision
records.heading records.contracts records.searches records.policies records.audits
records.sharing records.own records.form records.fees records.background
records.background-translated: words_language
records.purpose: purpose
records.purpose-translated: purpose words_language
appeal.opening: replied sent first_reference provision
appeal.opening-silent: sent first_reference provision
appeal.grounds
appeal.missing: name ask provision
appeal.refused: name ask provision
appeal.silent appeal.exemptions appeal.ask
enclosures.mandate: mandate_name since
enclosures.crop: file_name sha256
enclosures.sent: day kind sent_reference
enclosures.reply: day
doubts.provision: provision
doubts.contact: address
doubts.unchecked: address
doubts.ruling: by ruling
doubts.finality: by ruling
doubts.deadline: due
doubts.complaint-first: provision
doubts.claim: word
doubts.place
"""
"""A line is ids without variables of their own, or `id: variable ...`."""


def _wording() -> Mapping[str, frozenset[str]]:
    """Return every id with its variables."""
    wording = {f"{section}.{each}": frozenset[str]() for section, kind in _EACH for each in kind}
    for point in Point:
        wording[f"points.{point}.name"] = wording[f"points.{point}.ask"] = frozenset()
    for line in _TEXTS.strip().splitlines():
        names, _, variables = line.partition(":")
        wording.update(dict.fromkeys(names.split(), frozenset(variables.split())))
    return MappingProxyType(wording)


WORDING = _wording()
"""Every id that a language has to have, with its variables beyond the common ones."""
