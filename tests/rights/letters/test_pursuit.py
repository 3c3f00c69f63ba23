"""What follows a first letter: proof of identity, crop, reminder, points, withdrawal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from letter_matters import (
    LATE,
    SENT,
    codes,
    deadline,
    language,
    law,
    mandate,
    matter,
    records_matter,
    step,
    text,
    written,
)
from passerby.errors import BadDate, BadRecord, NoRight
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import BlockKind, LetterKind
from passerby.rights.facts.matter import Asked, Crop, Reply
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.facts.source import text_in
from passerby.rights.letters.compose import compose

DEMAND = Reply(day=date(2026, 9, 10), refused=False, points=(), asked=(Asked.ID, Asked.PHOTO))
CROP = Crop(file_name="PB-7K2M.png", sha256="ab" * 32, watermark="Only for PB-7K2M-1")


def reply(*points: Answered, refused: bool = False) -> Reply:
    return Reply(day=date(2026, 10, 20), refused=refused, points=points, asked=())


def answered(point: Point, verdict: Verdict, remark: str = "") -> Answered:
    return Answered(point=point, verdict=verdict, remark=remark)


def test_a_demand_for_a_photo_is_answered_with_less() -> None:
    letter = compose(matter(sent=(SENT,), replies=(DEMAND,)), LetterKind.IDENTITY, language("en"))
    said = text(letter)
    assert "your reply of 10 September 2026" in said
    assert "you ask for a photo and a copy of an identity document" in said
    for provision in ("Article 12(2) GDPR", "Article 12(6)", "Article 11(2)", "Guidelines 01/2022"):
        assert provision in said
    offers = [block.text for block in letter.blocks if block.kind is BlockKind.NUMBERED]
    assert len(offers) == 2
    assert "All else is blackened" in offers[0]
    assert "single purpose written across it" in offers[1]
    assert "what exactly do you doubt?" in said
    assert letter.enclosures == ()


def test_a_demand_under_other_laws_is_answered_in_plain_words() -> None:
    for name, never in (("ccpa", "Article"), ("uk-gdpr", "European Data Protection Board")):
        said = written(matter(name, sent=(SENT,), replies=(DEMAND,)), LetterKind.IDENTITY)
        assert never not in said
        assert "only" in said


def test_the_demand_is_looked_for_among_all_replies() -> None:
    made = matter(sent=(SENT,), replies=(DEMAND, reply(refused=True)))
    assert "your reply of 10 September 2026" in written(made, LetterKind.IDENTITY)


def test_no_demand_no_answer_to_it() -> None:
    with pytest.raises(BadRecord, match="no demand"):
        written(matter(sent=(SENT,), replies=(reply(),)), LetterKind.IDENTITY)


def test_a_form_is_no_condition() -> None:
    form = replace(DEMAND, asked=(Asked.FORM,))
    said = written(matter(sent=(SENT,), replies=(form,)), LetterKind.IDENTITY)
    assert "it is in writing, and it is clear" in said


@pytest.mark.parametrize("code", codes())
def test_the_crop_goes_with_its_terms(code: str) -> None:
    letter = compose(matter(sent=(SENT,), crop=CROP), LetterKind.CROP, language(code))
    said = text(letter)
    first, last = language(code).quotes
    assert f"{first}Only for PB-7K2M-1{last}" in said
    assert said.count("ab" * 32) == 2
    assert letter.enclosures == (f"PB-7K2M.png (SHA-256 {'ab' * 32})",)
    assert len([block for block in letter.blocks if block.kind is BlockKind.NUMBERED]) == 5


def test_the_crop_is_to_be_searched_with_once_and_deleted() -> None:
    said = written(matter(sent=(SENT,), crop=CROP), LetterKind.CROP)
    for term in ("Search with it once", "Delete it right after", "Confirm the deletion"):
        assert term in said
    assert "no consent to anything else" in said


def test_no_crop() -> None:
    with pytest.raises(BadRecord, match="no crop"):
        written(matter(sent=(SENT,)), LetterKind.CROP)


def test_a_reminder_says_what_was_due_and_why() -> None:
    said = written(matter(sent=(SENT,), deadline=LATE), LetterKind.REMINDER)
    assert "you received it on 1 September 2026" in said
    assert "due by 1 October 2026: one month from 1 September 2026" in said
    assert "that day itself is not counted (Article 12(3) GDPR)" in said
    assert "no working day" not in said
    assert "Hamburg Commissioner" in said
    assert "without further delay" in said


def test_a_reminder_asks_for_a_day_only_if_one_is_given() -> None:
    made = matter(sent=(SENT,), deadline=LATE)
    letter = compose(made, LetterKind.REMINDER, language("en"), grace=date(2026, 12, 9))
    assert "by 9 December 2026" in text(letter)
    assert "without further delay" not in text(letter)


def test_a_reminder_tells_of_a_last_day_that_moved() -> None:
    sent = replace(SENT, received=date(2026, 3, 5))
    moved = deadline(
        step("event", date(2026, 3, 5)),
        step("months:1", date(2026, 4, 5)),
        step("weekend", date(2026, 4, 6)),
        step("holiday", date(2026, 4, 7)),
        due=date(2026, 4, 7),
        overdue=date(2026, 4, 8),
    )
    said = written(matter(sent=(sent,), deadline=moved), LetterKind.REMINDER)
    assert "The last day, 5 April 2026, was no working day" in said
    assert "due by 7 April 2026: one month from 5 March 2026" in said
    assert "1182/71" in said


@pytest.mark.parametrize("rule", ["stopped:5", "restart", "not-before", "stopped-working:3"])
def test_a_reminder_does_not_explain_a_pause_away(rule: str) -> None:
    paused = deadline(
        step("event", date(2026, 9, 1)),
        step("months:1", date(2026, 10, 1)),
        step(rule, date(2026, 10, 6)),
        due=date(2026, 10, 6),
        overdue=date(2026, 10, 7),
    )
    said = written(matter(sent=(SENT,), deadline=paused), LetterKind.REMINDER)
    assert "due by 6 October 2026 (Article 12(3) GDPR)" in said
    assert "one month from" not in said


def test_a_reminder_without_the_day_of_receipt() -> None:
    sent = replace(SENT, received=None)
    counted = deadline(
        step("event", date(2026, 8, 31)),
        step("months:1", date(2026, 9, 30)),
        due=date(2026, 9, 30),
        overdue=date(2026, 10, 1),
    )
    said = written(matter(sent=(sent,), deadline=counted), LetterKind.REMINDER)
    assert "one month from 31 August 2026, the day on which the request was sent" in said
    assert "received" not in said


def test_a_date_that_was_counted_from_another_day_is_not_explained() -> None:
    sent = replace(SENT, received=None)
    said = written(matter(sent=(sent,), deadline=LATE), LetterKind.REMINDER)
    assert "due by 1 October 2026 (Article 12(3) GDPR)" in said
    assert "one month from" not in said


def test_a_reminder_of_an_extended_answer() -> None:
    extended = replace(LATE, extended=date(2026, 11, 23), overdue_from=date(2026, 11, 24))
    said = written(matter(sent=(SENT,), deadline=extended), LetterKind.REMINDER)
    assert "with it, the answer was due by 23 November 2026" in said
    kept = replace(LATE, extended=date(2026, 12, 1))
    assert "extension" not in written(matter(sent=(SENT,), deadline=kept), LetterKind.REMINDER)


@pytest.mark.parametrize("overdue", [date(2026, 11, 26), None])
def test_a_reminder_never_comes_too_early(overdue: date | None) -> None:
    early = replace(LATE, overdue_from=overdue)
    with pytest.raises(BadDate, match="not late"):
        written(matter(sent=(SENT,), deadline=early), LetterKind.REMINDER)
    on_time = replace(LATE, overdue_from=date(2026, 11, 25))
    assert written(matter(sent=(SENT,), deadline=on_time), LetterKind.REMINDER)


def test_a_reminder_without_a_date() -> None:
    made = matter(sent=(SENT,), replies=(DEMAND,))
    said = written(made, LetterKind.REMINDER)
    assert "The law gives one month for the answer" in said
    assert "You wrote on 10 September 2026, but have not answered it" in said


def test_a_reminder_to_an_agency() -> None:
    sent = replace(SENT, kind="records")
    assert "20 business days" in written(records_matter(sent=(sent,)), LetterKind.REMINDER)


WANTING = reply(
    answered(Point.RECIPIENTS, Verdict.REFUSED),
    answered(Point.HELD, Verdict.GIVEN),
    answered(Point.PROFILING, Verdict.REFUSED_VALIDLY),
    answered(Point.SOURCES, Verdict.MISSING, "Three of four pictures."),
)


@pytest.mark.parametrize("code", codes())
def test_only_what_is_open_is_asked_again(code: str) -> None:
    letter = compose(matter(sent=(SENT,), replies=(WANTING,)), LetterKind.WANTING, language(code))
    points = [block.text for block in letter.blocks if block.kind is BlockKind.NUMBERED]
    contents = law("gdpr").rights[RightKind.ACCESS].contents
    assert len(points) == 2
    assert text_in(contents[Point.SOURCES].texts, code) in points[0]
    assert "Three of four pictures." in points[0]
    assert text_in(contents[Point.RECIPIENTS].texts, code) in points[1]


def test_open_points_say_how_they_were_answered() -> None:
    said = written(matter(sent=(SENT,), replies=(WANTING,)), LetterKind.WANTING)
    assert "Sources: your reply does not answer this, or not in full." in said
    assert "Recipients: your reply refuses this, but gives no reason that the law knows." in said
    assert "profiling" not in said.casefold()
    assert "Please erase nothing before" in said


def test_a_refusal_is_named_one() -> None:
    refused = reply(answered(Point.ERASED, Verdict.REFUSED), refused=True)
    said = written(matter(sent=(SENT,), replies=(refused,)), LetterKind.WANTING)
    assert "you refuse the request of 31 August 2026" in said


def test_nothing_open_nothing_wanting() -> None:
    full = reply(answered(Point.HELD, Verdict.GIVEN))
    for replies in ((), (full,)):
        with pytest.raises(BadRecord, match="leaves a point open"):
            written(matter(sent=(SENT,), replies=replies), LetterKind.WANTING)


def test_a_point_that_the_law_does_not_demand_is_not_asked_for() -> None:
    odd = reply(answered(Point.OPTED_OUT, Verdict.MISSING))
    with pytest.raises(NoRight, match="opted-out"):
        written(matter(sent=(SENT,), replies=(odd,)), LetterKind.WANTING)


def test_the_last_reply_counts() -> None:
    full = replace(reply(answered(Point.HELD, Verdict.GIVEN)), day=date(2026, 11, 1))
    with pytest.raises(BadRecord):
        written(matter(sent=(SENT,), replies=(full, WANTING)), LetterKind.WANTING)


def test_a_withdrawal_waives_nothing() -> None:
    said = written(matter(sent=(SENT,), mandate=mandate()), LetterKind.WITHDRAWAL)
    assert "I withdraw the request of 31 August 2026 (reference PB-7K2M-1)" in said
    assert "waives no right" in said
    assert "not consent" in said
    assert "I write for Ada Nowak, as before." in said


@pytest.mark.parametrize("kind", [LetterKind.REMINDER, LetterKind.WANTING])
def test_under_the_british_law_the_company_has_the_complaint_first(kind: LetterKind) -> None:
    lacking = reply(answered(Point.RECIPIENTS, Verdict.MISSING))
    replies = (lacking,) if kind is LetterKind.WANTING else ()
    said = written(matter("uk-gdpr", sent=(SENT,), deadline=LATE, replies=replies), kind)
    assert "also a complaint to you. Please confirm within 30 days" in said
    assert "(section 164A(1) and (3) of the Data Protection Act 2018)" in said
    european = written(matter(sent=(SENT,), deadline=LATE, replies=replies), kind)
    assert "complaint to you" not in european


def test_no_authority_is_threatened_where_an_appeal_or_a_court_is_left() -> None:
    sent = replace(SENT, kind="records")
    said = written(records_matter(sent=(sent,), deadline=LATE), LetterKind.REMINDER)
    assert "authority in charge" not in said
    assert "the remedies that the law gives" in said
