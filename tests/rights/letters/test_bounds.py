"""Letters that may not be written: the law, the place, the mandate or the address is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from letter_matters import (
    ADA,
    BUREAU,
    CLINIC,
    COMPANY,
    LATE,
    SENT,
    contact,
    language,
    mandate,
    matter,
    records_matter,
    written,
)
from passerby.errors import BadRecord, NoAddress, NoMandate, NoRight
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import MandateKind
from passerby.rights.facts.party import Channel
from passerby.rights.letters.compose import compose


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("gdpr", RightKind.OPT_OUT),
        ("ccpa", RightKind.OBJECTION),
        ("bipa", RightKind.ACCESS),
        ("pipeda", RightKind.ERASURE),
        ("us-va", RightKind.NO_COLLECTION),
    ],
)
def test_a_right_that_the_law_does_not_give(name: str, right: RightKind) -> None:
    with pytest.raises(NoRight, match=f"does not give the right '{right.value}'"):
        written(matter(name, rights=(right,)))


def test_a_right_that_only_some_places_give() -> None:
    made = matter()
    right = replace(made.law.rights[RightKind.ACCESS], places=("FR",))
    narrowed = replace(made.law, rights={RightKind.ACCESS: right})
    here = replace(made, law=narrowed, rights=(RightKind.ACCESS,))
    with pytest.raises(NoRight, match="DE-HH"):
        written(here)
    assert written(replace(here, place="FR"))


@pytest.mark.parametrize(("name", "seat"), [("gdpr", "PL"), ("gdpr", "DE-BE"), ("uk-gdpr", "GB")])
def test_a_company_inside_owes_the_rights_to_everybody(name: str, seat: str) -> None:
    inside = replace(COMPANY, seat=seat)
    said = written(matter(name, place="US-NY", controller=inside))
    assert "wherever I live (Article 3(1)" in said
    assert "Article 3(1)" not in written(matter(controller=inside))
    with pytest.raises(NoRight, match="does not apply in US-NY"):
        written(matter(name, place="US-NY", controller=replace(COMPANY, seat=None)))


def test_a_law_that_does_not_say_so_reaches_nobody_elsewhere() -> None:
    with pytest.raises(NoRight, match="does not apply in DE"):
        written(matter("ccpa", place="DE", controller=replace(COMPANY, seat="US-CA")))


@pytest.mark.parametrize("place", ["US-CA", "CH", "GB-SCT", "D"])
def test_a_place_where_the_law_does_not_apply(place: str) -> None:
    with pytest.raises(NoRight, match="does not apply in"):
        written(matter(place=place))


def test_a_part_of_a_country_is_no_part_of_another_one() -> None:
    with pytest.raises(NoRight):
        written(matter("ccpa", place="US"))


def test_a_day_on_which_the_law_is_not_in_force() -> None:
    with pytest.raises(NoRight, match="2018-05-24"):
        written(matter(day=date(2018, 5, 24)))
    made = matter("uk-gdpr")
    ended = replace(made.law, applies_to=made.day)
    with pytest.raises(NoRight):
        written(replace(made, law=ended))


@pytest.mark.parametrize("right", [RightKind.COMPLAINT, RightKind.NOTICE, RightKind.RECORDS])
def test_what_is_a_letter_of_its_own(right: RightKind) -> None:
    with pytest.raises(NoRight, match="letter of its own"):
        written(matter(rights=(RightKind.ACCESS, right)))


def test_a_list_that_companies_read_is_no_letter() -> None:
    with pytest.raises(NoRight, match="list"):
        written(matter("ca-delete-act"))


def test_nothing_asked_for() -> None:
    with pytest.raises(NoRight, match="no right was asked for"):
        written(matter(rights=()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gdpr", LetterKind.NOTICE),
        ("gdpr", LetterKind.APPEAL),
        ("ccpa", LetterKind.APPEAL),
        ("gdpr", LetterKind.RECORDS),
    ],
)
def test_a_kind_of_letter_that_the_law_does_not_know(name: str, kind: LetterKind) -> None:
    with pytest.raises(NoRight):
        written(matter(name, sent=(SENT,)), kind)


@pytest.mark.parametrize("kind", [LetterKind.WANTING, LetterKind.IDENTITY, LetterKind.COMPLAINT])
def test_letters_that_a_law_of_records_does_not_know(kind: LetterKind) -> None:
    with pytest.raises(NoRight):
        written(records_matter(sent=(replace(SENT, kind="records"),)), kind)


def test_a_mandate_without_its_document() -> None:
    with pytest.raises(NoMandate, match="no document"):
        written(matter(mandate=mandate(evidence=None)))


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [
        (date(2026, 11, 25), None, True),
        (date(2026, 11, 26), None, False),
        (date(2026, 1, 1), date(2026, 11, 25), True),
        (date(2026, 1, 1), date(2026, 11, 24), False),
    ],
)
def test_a_mandate_out_of_time(since: date, until: date | None, held: bool) -> None:
    made = matter(mandate=mandate(since=since, until=until))
    if held:
        assert written(made)
    else:
        with pytest.raises(NoMandate, match="not in force on 2026-11-25"):
            written(made)


def test_an_organisation_complains_and_does_not_request() -> None:
    made = matter(mandate=mandate(MandateKind.ORGANISATION), sent=(SENT,), deadline=LATE)
    with pytest.raises(NoMandate, match=r"80\(1\)"):
        written(made)
    assert "represented by Legal Clinic Altona" in written(made, LetterKind.COMPLAINT)


def test_an_authorised_agent_is_one_of_american_law() -> None:
    agent = mandate(MandateKind.AGENT)
    with pytest.raises(NoMandate, match="authorised agent"):
        written(matter(mandate=agent))
    assert "authorized agent" in written(matter("ccpa", mandate=agent))


def test_a_guardian_names_the_child() -> None:
    said = written(matter(mandate=mandate(MandateKind.GUARDIAN)))
    assert "legal guardian of Ada Nowak since 2 November 2026" in said
    assert "my client" not in said
    assert "Ada Nowak’s face" in said


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PHONE])
def test_no_address(channel: Channel) -> None:
    value = "+1 555 0100" if channel is Channel.PHONE else " \n"
    with pytest.raises(NoAddress):
        written(matter(contact=contact(value, channel)))


def test_no_authority() -> None:
    with pytest.raises(NoAddress, match="DE-HH"):
        written(matter(authority=None, sent=(SENT,), deadline=LATE), LetterKind.COMPLAINT)


def test_a_sender_who_cannot_be_answered() -> None:
    nowhere = replace(ADA, address=(" ",), email=None)
    with pytest.raises(BadRecord, match="neither an e-mail address nor a postal one"):
        written(matter(client=nowhere))
    assert written(matter(client=nowhere, mandate=mandate(holder=CLINIC)))


def test_two_other_sides_or_none() -> None:
    with pytest.raises(BadRecord):
        written(matter(agency=BUREAU))
    with pytest.raises(BadRecord):
        written(matter(controller=None))


@pytest.mark.parametrize(
    "kind",
    [
        LetterKind.IDENTITY,
        LetterKind.CROP,
        LetterKind.REMINDER,
        LetterKind.WANTING,
        LetterKind.COMPLAINT,
        LetterKind.WITHDRAWAL,
    ],
)
def test_nothing_that_the_letter_could_follow(kind: LetterKind) -> None:
    with pytest.raises(BadRecord, match="no request is on record"):
        compose(matter(), kind, language("en"))
