"""First letters: what they ask for, under which law, and what they never hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from letter_matters import (
    ADA,
    DAY,
    LATE,
    codes,
    current_laws,
    deadline,
    language,
    law,
    mandate,
    matter,
    ruling,
    step,
    text,
    under,
    written,
)
from passerby.rights.facts.law import Law, LawKind, RightKind
from passerby.rights.facts.letter import BlockKind, LetterKind
from passerby.rights.facts.party import Finality
from passerby.rights.facts.point import Point
from passerby.rights.facts.source import Confidence, text_in
from passerby.rights.letters.compose import compose

DATA_LAWS = [
    each
    for each in current_laws(LawKind.DATA_PROTECTION)
    if not any(clock.repeats for clock in each.clocks.values())
]


def ids(given: Law) -> str:
    return given.id


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("given", DATA_LAWS, ids=ids)
def test_every_point_of_the_law_is_asked_for_with_its_provision(given: Law, code: str) -> None:
    made = under(given)
    letter = compose(made, LetterKind.REQUEST, language(code))
    points = [block.text for block in letter.blocks if block.kind is BlockKind.NUMBERED]
    demanded = {point for kind in made.rights for point in given.rights[kind].contents}
    assert len(points) == len(demanded)
    cited = {
        text_in(given.rights[kind].contents[point].texts, code)
        for kind in made.rights
        for point in given.rights[kind].contents
        if sum(point in given.rights[each].contents for each in made.rights) == 1
    }
    for provision in cited:
        assert any(provision in point for point in points), provision


@pytest.mark.parametrize("code", codes())
def test_access_is_to_be_answered_before_anything_is_erased(code: str) -> None:
    letter = compose(matter(), LetterKind.REQUEST, language(code))
    order = language(code).text("request.order", ("gdpr",)).split("{")[0]
    texts = [block.text for block in letter.blocks]
    said = next(number for number, each in enumerate(texts) if each.startswith(order))
    access = law("gdpr").rights[RightKind.ACCESS].contents[Point.HELD]
    erasure = law("gdpr").rights[RightKind.ERASURE].contents[Point.ERASED]
    asked = next(n for n, each in enumerate(texts) if f"({text_in(access.texts, code)})" in each)
    erased = next(
        number
        for number, block in enumerate(letter.blocks)
        if block.kind is BlockKind.NUMBERED and f"({text_in(erasure.texts, code)})" in block.text
    )
    assert said < asked < erased


def test_no_order_where_only_one_thing_is_asked() -> None:
    alone = matter(rights=(RightKind.ACCESS,))
    assert "before you erase" not in written(alone)
    assert "First, access" not in written(alone)
    only = written(matter(rights=(RightKind.ERASURE,)))
    assert "Please erase the data" in only
    assert "Once you have answered" not in only
    assert "lawful reason" in only


def test_numbers_go_on_over_the_whole_letter() -> None:
    letter = compose(matter(), LetterKind.REQUEST, language("en"))
    numbers = [block.number for block in letter.blocks if block.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(
        (block.number is None) == (block.kind is not BlockKind.NUMBERED) for block in letter.blocks
    )


def test_the_letter_states_its_purpose_and_encloses_no_photo() -> None:
    letter = compose(matter(), LetterKind.REQUEST, language("en"))
    said = text(letter)
    assert "to check whether that is lawful" in said
    assert "encloses no photo" in said
    assert "by the name Ada Nowak, and by the pages" in said
    assert letter.enclosures == ()
    assert "Article 12(6) GDPR" in said


@pytest.mark.parametrize("given", DATA_LAWS, ids=ids)
@pytest.mark.parametrize("code", codes())
def test_no_first_letter_claims_money(given: Law, code: str) -> None:
    said = written(under(given), code=code).casefold()
    for claim in language(code).claims:
        assert claim.casefold() not in said


def test_the_clients_words_make_it_hers() -> None:
    first = written(matter())
    other = written(
        matter(
            purpose="My sister saw me on a page that I do not know.",
            background=("https://other.example/4",),
        )
    )
    assert "“I was at a demonstration and want to know who can find my name.”" in first
    assert "https://pages.example/17" in first
    assert first != other
    assert "demonstration" not in other
    assert "https://other.example/4" in other


def test_words_in_another_language_are_said_to_be() -> None:
    said = written(matter(words_language="de"))
    assert "In my own words, in German: “" in said
    assert "in English or German" in said


def test_own_words_that_claim_money_are_a_doubt() -> None:
    letter = compose(matter(purpose="I want Compensation."), LetterKind.REQUEST, language("en"))
    assert any("“compensation”" in doubt for doubt in letter.doubts)


GDPR_WORDS = ("GDPR", "Article ", "controller", "data subject", "erasure", "erase", "personal data")
US_WORDS = ("CCPA", "Cal. Civ.", "§", "business", "opt-out", "sale", "disclosure", "delet")


def test_no_words_of_one_law_in_a_letter_under_another() -> None:
    american = written(matter("ccpa"))
    european = written(matter())
    assert not [word for word in GDPR_WORDS if word in american]
    assert not [word for word in US_WORDS if word in european]
    assert "personal information" in american
    assert "business days" in american


@pytest.mark.parametrize("given", [each for each in DATA_LAWS if each.id != "gdpr"], ids=ids)
@pytest.mark.parametrize("code", codes())
def test_no_gdpr_outside_of_the_eu(given: Law, code: str) -> None:
    made = under(given)
    said = written(made, code=code)
    name = text_in(law("gdpr").names, code)
    own = text_in(given.names, code), text_in(given.full_names, code)
    if given.id == "uk-gdpr":
        assert "CJEU" not in said
        assert "(EU)" not in said
    elif not any(name in each for each in own):
        assert name not in said


def test_united_kingdom() -> None:
    said = written(matter("uk-gdpr"))
    assert "Article 15(1) UK GDPR" in said
    assert "Article 9(2)" in said


def test_when_an_answer_is_due() -> None:
    due = deadline(step("event", DAY), due=date(2026, 12, 28), overdue=date(2026, 12, 29))
    said = written(matter(deadline=due))
    assert "within one month of the day on which you receive this letter" in said
    assert "by 28 December 2026" in said
    assert "with the reasons, within that same period (Article 12(3) GDPR)" in said
    assert "28. Dezember 2026" in written(matter(deadline=due), code="de")


def test_a_date_that_was_counted_from_another_day_is_not_told() -> None:
    said = written(matter(deadline=LATE))
    assert "within one month" in said
    assert "1 October 2026" not in said


def test_a_date_that_is_not_certain_is_a_doubt() -> None:
    due = deadline(
        step("event", DAY),
        due=date(2026, 12, 28),
        overdue=date(2026, 12, 29),
        confidence=Confidence.SECONDARY,
    )
    letter = compose(matter(deadline=due), LetterKind.REQUEST, language("en"))
    assert any("28 December 2026" in doubt for doubt in letter.doubts)


def test_each_clock_of_the_law_is_told() -> None:
    said = written(matter("ccpa"))
    assert "On disclosure and deletion, your answer is due within 45 days" in said
    assert "On opt-out of sale and sharing and limits" in said
    assert "within 15 business days" in said
    assert "Please confirm within 10 business days" in said


def test_how_to_answer() -> None:
    assert "by e-mail to ada@example.org" in written(matter())
    silent = replace(ADA, email=None)
    assert "to the address at the head" in written(matter(client=silent))
    assert "the reference PB-7K2M-1" in written(matter())


def test_who_acts_is_named_and_the_mandate_enclosed() -> None:
    letter = compose(matter(mandate=mandate()), LetterKind.REQUEST, language("en"))
    said = text(letter)
    assert letter.sender[0] == "Legal Clinic Altona"
    assert letter.signed == "Legal Clinic Altona"
    assert "I write for Ada Nowak" in said
    assert "power of attorney of 2 November 2026" in said
    assert "my client’s" in said
    assert " my face" not in said
    assert letter.enclosures == ("Copy: power of attorney of 2 November 2026",)
    assert "Holzweg" not in said + " ".join(letter.sender)


def test_a_home_stays_hidden_behind_c_o() -> None:
    hidden = replace(ADA, address=("Elbstraße 1", "22767 Hamburg"), care_of="Legal Clinic")
    letter = compose(matter(client=hidden), LetterKind.REQUEST, language("en"))
    assert letter.sender == ("Ada Nowak", "c/o Legal Clinic", "Elbstraße 1", "22767 Hamburg")


def test_final_decisions_are_cited_and_others_are_not() -> None:
    cited = ruling("final")
    others = (
        ruling("open", finality=Finality.NOT_FINAL),
        ruling("unknown", finality=Finality.UNKNOWN),
        ruling("annulled", finality=Finality.ANNULLED),
        ruling("heard-of", confidence=Confidence.SECONDARY),
        ruling("elsewhere", laws=("uk-gdpr",)),
        ruling("another", controller="other-company"),
        ruling("abuse", supports=("erasure", "abusive-requests")),
        ruling("access", supports=("transparency",)),
    )
    letter = compose(matter(rulings=(cited, *others)), LetterKind.REQUEST, language("en"))
    said = text(letter)
    assert "A court, Case final, 29 February 2024: The pictures had to go." in said
    assert not [each.id for each in others if each.reference in said]
    assert letter.doubts == ()


def test_named_recipients_are_asked_for_with_the_ruling() -> None:
    decided = ruling("x", reference="C-154/21, RW v Post", supports=("named-recipients",))
    said = written(matter(rulings=(decided,)))
    assert said.count("C-154/21") == 1
    point = law("gdpr").rights[RightKind.ACCESS].contents[Point.RECIPIENTS]
    bare = replace(point, texts={"en": "Article 15(1)(c) GDPR"})
    right = law("gdpr").rights[RightKind.ACCESS]
    plain = replace(
        law("gdpr"),
        rights={
            RightKind.ACCESS: replace(right, contents={**right.contents, Point.RECIPIENTS: bare})
        },
    )
    again = written(under(plain, rights=(RightKind.ACCESS,), rulings=(decided,), place="DE"))
    assert "C-154/21, RW v Post, 29 February 2024: The pictures had to go." in again
    assert "one by one, not by category" in again


def test_a_letter_on_certain_ground_is_no_draft() -> None:
    assert compose(matter(), LetterKind.REQUEST, language("en")).doubts == ()


def test_the_reference_stands_in_the_subject() -> None:
    for code in codes():
        letter = compose(matter(), LetterKind.REQUEST, language(code))
        assert letter.subject.endswith("[PB-7K2M-1]")
        assert letter.reference == "PB-7K2M-1"


def test_the_anchor_is_handed_on() -> None:
    letter = compose(matter(anchor="9f" * 32), LetterKind.REQUEST, language("en"))
    assert letter.anchor == "9f" * 32
    assert letter.labels.anchor


def test_an_opt_out_is_of_what_the_law_lets_her_opt_out_of() -> None:
    californian = written(matter("ccpa"))
    assert "opt-out of the sale and sharing of" in californian
    assert "targeted advertising" not in californian
    virginian = written(matter("us-va"))
    assert "targeted advertising" in virginian
    assert "sharing" not in virginian
