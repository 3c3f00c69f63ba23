"""Complaints, notices, requests for records and appeals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from letter_matters import (
    COMPANY,
    HAMBURG,
    LATE,
    SENT,
    codes,
    contact,
    current_laws,
    language,
    law,
    mandate,
    matter,
    records_matter,
    ruling,
    text,
    under,
    written,
)
from passerby.errors import BadRecord
from passerby.rights.facts.law import Law, LawKind, RightKind
from passerby.rights.facts.letter import BlockKind, LetterKind
from passerby.rights.facts.matter import Asked, MandateKind, Matter, Reply
from passerby.rights.facts.party import Finality, RulingKind
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.facts.source import Confidence, text_in
from passerby.rights.letters.compose import compose

GIVEN = Answered(point=Point.HELD, verdict=Verdict.GIVEN)
DEMAND = Reply(day=date(2026, 9, 10), refused=False, points=(), asked=(Asked.PHOTO,))
OPEN = Reply(
    day=date(2026, 10, 20),
    refused=False,
    points=(
        Answered(point=Point.SOURCES, verdict=Verdict.MISSING),
        Answered(point=Point.RECIPIENTS, verdict=Verdict.REFUSED),
    ),
    asked=(),
)
REMINDED = replace(
    SENT, kind="reminder", reference="PB-7K2M-2", sent=date(2026, 10, 5), received=None
)


def complaint(**changes: object) -> Matter:
    parts: dict[str, object] = {
        "sent": (REMINDED, SENT),
        "replies": (DEMAND, OPEN),
        "deadline": LATE,
        "contact": HAMBURG.contacts[0],
    }
    return matter(**{**parts, **changes})


def test_facts_stand_in_the_order_of_time() -> None:
    said = written(complaint(), LetterKind.COMPLAINT)
    facts = (
        "31 August 2026: I sent the request with the reference PB-7K2M-1",
        "10 September 2026: The company demanded a photo",
        "1 October 2026: The answer was due by this day (Article 12(3) GDPR)",
        "5 October 2026: I sent the reminder with the reference PB-7K2M-2",
        "20 October 2026: The company replied",
    )
    places = [said.index(fact) for fact in facts]
    assert places == sorted(places)
    assert "No answer has come" not in said


def test_what_was_broken_is_cited() -> None:
    letter = compose(complaint(), LetterKind.COMPLAINT, language("en"))
    said = text(letter)
    assert "Sources: not answered, or not in full (Article 15(1)(g) GDPR)." in said
    assert "Recipients: refused without a reason" in said
    assert "Articles 11, 12(2) and 12(6) GDPR" in said
    assert "Articles 5(1)(a), 6(1), 9 and 14 GDPR" in said
    numbers = [block.number for block in letter.blocks if block.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))


def test_silence_is_late_and_complies_with_nothing() -> None:
    said = written(complaint(replies=()), LetterKind.COMPLAINT)
    assert "No answer has come to this day." in said
    assert "No answer was given in time (Article 12(3) GDPR)." in said
    assert "Erasure: the request was not complied with (Article 17(1) GDPR)." in said


def test_an_answer_that_came_late_is_late() -> None:
    for day, late in ((date(2026, 10, 1), False), (date(2026, 10, 2), True)):
        said = written(complaint(replies=(replace(OPEN, day=day),)), LetterKind.COMPLAINT)
        assert ("No answer was given in time" in said) == late
        assert "Sources: not answered" in said


def test_what_is_asked_of_the_authority() -> None:
    said = written(complaint(), LetterKind.COMPLAINT)
    for asked in (
        "Order the company to answer the request of 31 August 2026",
        "(Article 58(2)(c) GDPR)",
        "Order the company to erase",
        "Ban the company from collecting",
        "(Articles 77(2) and 78(2) GDPR)",
    ):
        assert asked in said
    only = written(complaint(rights=(RightKind.ACCESS,)), LetterKind.COMPLAINT)
    assert "Order the company to erase" not in only
    assert "Ban the company" not in only


def test_it_goes_to_the_authority_and_names_the_parties() -> None:
    made = complaint(mandate=mandate(MandateKind.ORGANISATION))
    letter = compose(made, LetterKind.COMPLAINT, language("de"))
    assert letter.recipient[0] == "Hamburgischer Beauftragter"
    assert letter.recipient_email == "post@hamburg.example"
    said = text(letter)
    assert "Ada Nowak, vertreten durch Legal Clinic Altona (Mandat vom 2. November 2026" in said
    assert "Faces Ltd, 1 Wall Street, New York NY 10005, USA" in said
    assert "FaceFinder" in said
    assert "Holzweg" not in said


def test_enclosures_are_what_the_facts_speak_of() -> None:
    letter = compose(complaint(mandate=mandate()), LetterKind.COMPLAINT, language("en"))
    assert letter.enclosures == (
        "Copy: power of attorney of 2 November 2026",
        "Copy: request PB-7K2M-1 of 31 August 2026",
        "Copy: reply of 10 September 2026",
        "Copy: reminder PB-7K2M-2 of 5 October 2026",
        "Copy: reply of 20 October 2026",
    )


def test_decisions_come_with_their_finality() -> None:
    rulings = (
        ruling("final"),
        ruling("open", finality=Finality.NOT_FINAL),
        ruling("unknown", finality=Finality.UNKNOWN),
        ruling("annulled", finality=Finality.ANNULLED),
        ruling("abuse", supports=("access", "abusive-requests")),
        ruling("month", month_only=True, day=date(2022, 10, 31)),
    )
    letter = compose(complaint(rulings=rulings), LetterKind.COMPLAINT, language("en"))
    bullets = [block.text for block in letter.blocks if block.kind is BlockKind.BULLET]
    cited = {name: [each for each in bullets if f"Case {name}," in each] for name in
             ("final", "open", "unknown", "annulled", "abuse", "month")}  # fmt: skip
    assert cited["annulled"] == cited["abuse"] == []
    assert cited["final"][0].endswith("The pictures had to go.")
    assert cited["open"][0].endswith("This decision is not final: an appeal is open.")
    assert cited["unknown"][0].endswith("I do not know whether this decision is final.")
    assert "Case month, 2022: " in cited["month"][0]
    assert letter.doubts == ("Check whether the decision Case unknown of A court is final.",)


def test_a_decision_known_from_one_source_makes_a_draft_only_if_it_is_needed() -> None:
    weak = ruling("weak", confidence=Confidence.SECONDARY)
    alone = compose(complaint(rulings=(weak,)), LetterKind.COMPLAINT, language("en"))
    assert any("Case weak" in doubt for doubt in alone.doubts)
    beside = compose(complaint(rulings=(weak, ruling())), LetterKind.COMPLAINT, language("en"))
    assert beside.doubts == ()
    assert "Case weak" not in text(beside)


def test_a_provision_of_another_act_is_cited_as_one() -> None:
    act = ruling("act", kind=RulingKind.PROVISION, reference="AI Act, Article 5(1)(e)")
    said = written(complaint(rulings=(act,)), LetterKind.COMPLAINT)
    assert "AI Act, Article 5(1)(e), which applies since 29 February 2024" in said


def test_addresses_that_the_letter_speaks_of_are_doubted_too() -> None:
    guessed = replace(contact("2 Side Street"), checked=None, confidence=Confidence.SECONDARY)
    company = replace(COMPANY, contacts=(guessed,))
    letter = compose(complaint(controller=company), LetterKind.COMPLAINT, language("en"))
    assert len(letter.doubts) == 2
    assert all("2 Side Street" in doubt for doubt in letter.doubts)


@pytest.mark.parametrize(
    "changes",
    [
        {"replies": (), "deadline": None},
        {"replies": (), "deadline": replace(LATE, overdue_from=date(2026, 11, 26))},
        {"replies": (replace(OPEN, day=date(2026, 10, 1), points=(GIVEN,)),)},
    ],
)
def test_nothing_to_complain_about(changes: dict[str, object]) -> None:
    with pytest.raises(BadRecord, match="nothing that could be complained about"):
        written(complaint(**changes), LetterKind.COMPLAINT)


def test_a_deadline_to_come_is_no_fact() -> None:
    later = replace(LATE, due=date(2026, 11, 25), overdue_from=date(2026, 11, 26))
    said = written(complaint(deadline=later), LetterKind.COMPLAINT)
    assert "was due" not in said


def test_where_the_company_has_to_be_asked_first_the_letter_is_a_draft() -> None:
    made = matter("uk-gdpr", sent=(SENT,), replies=(OPEN,), deadline=LATE)
    letter = compose(made, LetterKind.COMPLAINT, language("en"))
    assert any("to the company itself first" in doubt for doubt in letter.doubts)
    assert "58(2)" not in text(letter)


@pytest.mark.parametrize("code", codes())
def test_a_notice_asks_for_what_the_act_demands(code: str) -> None:
    letter = compose(matter("bipa", rights=()), LetterKind.NOTICE, language(code))
    said = text(letter)
    right = law("bipa").rights[RightKind.NOTICE]
    for citation in right.contents.values():
        assert text_in(citation.texts, code) in said
    assert letter.doubts == ()


def test_a_notice_outside_of_illinois_does_not_claim_to_be_inside() -> None:
    made = matter("bipa", rights=())
    assert "I am in Illinois." in written(made, LetterKind.NOTICE)
    wider = replace(made.law, places=("US",))
    letter = compose(replace(made, law=wider, place="US-NY"), LetterKind.NOTICE, language("en"))
    assert "I am in Illinois." not in text(letter)
    assert any("Illinois" in doubt for doubt in letter.doubts)


def test_a_notice_cites_the_consent_order_with_its_end() -> None:
    order = ruling(
        "order",
        kind=RulingKind.SETTLEMENT,
        laws=("bipa",),
        supports=("no-collection",),
        finality_note={"en": "It runs out about May 2027."},
        confidence=Confidence.SECONDARY,
    )
    made = matter("bipa", rights=(), rulings=(order,))
    letter = compose(made, LetterKind.NOTICE, language("en"))
    assert "The pictures had to go. It runs out about May 2027." in text(letter)
    assert any("Case order" in doubt for doubt in letter.doubts)


RECORDS_LAWS = current_laws(LawKind.PUBLIC_RECORDS)


@pytest.mark.parametrize("given", RECORDS_LAWS, ids=lambda given: str(given.id))
@pytest.mark.parametrize("code", codes())
def test_records_are_asked_for_under_every_law_of_records(given: Law, code: str) -> None:
    letter = compose(records_matter(given.id), LetterKind.RECORDS, language(code))
    said = text(letter)
    assert text_in(given.rights[RightKind.RECORDS].citation.texts, code) in said
    assert len([block for block in letter.blocks if block.kind is BlockKind.NUMBERED]) == 6
    assert letter.recipient[0] == "Bureau of Examples"


@pytest.mark.parametrize("code", codes())
def test_neither_notice_nor_records_claim_money(code: str) -> None:
    notice = written(matter("bipa", rights=()), LetterKind.NOTICE, code)
    records = written(records_matter(), LetterKind.RECORDS, code)
    for claim in language(code).claims:
        assert claim.casefold() not in notice.casefold()
        assert claim.casefold() not in records.casefold()


def test_records_of_her_own_are_asked_for() -> None:
    said = written(records_matter(), LetterKind.RECORDS)
    assert "whether a picture of me was searched for" in said
    assert "how many searches were made" in said
    assert "within 20 business days" in said


def test_a_law_of_records_binds_agencies_wherever_the_person_is() -> None:
    assert written(records_matter(place="DE"), LetterKind.RECORDS)


def test_records_are_an_agencys() -> None:
    with pytest.raises(BadRecord, match="not to a company"):
        written(records_matter(agency=None, controller=COMPANY, place="US"), LetterKind.RECORDS)


def test_appeals() -> None:
    sent = replace(SENT, kind="records")
    refused = Reply(
        day=date(2026, 10, 1),
        refused=True,
        points=(Answered(point=Point.RECORDS, verdict=Verdict.REFUSED, remark="All of it."),),
        asked=(),
    )
    said = written(records_matter(sent=(sent,), replies=(refused,)), LetterKind.APPEAL)
    assert "your decision of 1 October 2026" in said
    assert "Records: this was refused without a reason" in said
    assert "All of it." in said
    silent = written(records_matter(sent=(sent,)), LetterKind.APPEAL)
    assert "failure to decide" in silent
    assert "neither granted nor refused" in silent


def test_an_appeal_of_a_data_subject_where_the_law_has_one() -> None:
    refused = Reply(
        day=date(2026, 10, 1),
        refused=True,
        points=(Answered(point=Point.ERASED, verdict=Verdict.REFUSED),),
        asked=(),
    )
    said = written(under(law("us-va"), sent=(SENT,), replies=(refused,)), LetterKind.APPEAL)
    assert "VCDPA" in said
    assert "Deletion: this was refused" in said


@pytest.mark.parametrize("name", ["pipeda", "us-va", "ccpa"])
def test_an_authority_that_cannot_order_is_not_asked_to(name: str) -> None:
    said = written(matter(name, sent=(SENT,), deadline=LATE), LetterKind.COMPLAINT)
    assert "Order the company" not in said
    assert ("recommend in your report" in said) == (name == "pipeda")
