"""What Italian and Polish ask for: dates, cases, articles that elide, no gender of the writer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from letter_matters import (
    ADA,
    LATE,
    SENT,
    current_laws,
    language,
    mandate,
    matter,
    records_matter,
    text,
    under,
    written,
)
from passerby.rights.facts.law import Law, LawKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Asked, Crop, MandateKind, Reply
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.letters.compose import compose

CODES = ("it", "pl")
ASKED = (Asked.PHOTO, Asked.ID, Asked.SELFIE, Asked.FORM, Asked.OTHER)
LAWS = [
    given
    for given in current_laws(LawKind.DATA_PROTECTION)
    if any(Point.HELD in right.contents for right in given.rights.values())
]
FOLLOWING = (
    LetterKind.IDENTITY,
    LetterKind.CROP,
    LetterKind.WANTING,
    LetterKind.COMPLAINT,
    LetterKind.WITHDRAWAL,
)
MANDATES = (MandateKind.ATTORNEY, MandateKind.GUARDIAN)


def ids(given: Law) -> str:
    return given.id


def letters(
    code: str, given: Law, acting: MandateKind | None, day: date = SENT.sent
) -> Iterator[str]:
    """Yield a text of each kind of letter to a company; the request went out on that day."""
    held = None if acting is None else mandate(acting)
    made = under(given, mandate=held, purpose="", background=(), words_language=code)
    yield text(compose(made, LetterKind.REQUEST, language(code)))
    sent = replace(SENT, sent=day, received=day)
    late = replace(made, sent=(sent,), deadline=LATE)
    yield text(compose(late, LetterKind.REMINDER, language(code), grace=date(2026, 12, 8)))
    points = (Answered(point=Point.HELD, verdict=Verdict.MISSING),)
    reply = Reply(day=day, refused=False, points=points, asked=ASKED)
    crop = Crop(file_name="a.png", sha256="ab" * 32, watermark="PB-7K2M-1")
    answered = replace(late, replies=(reply,), crop=crop)
    for kind in FOLLOWING:
        yield text(compose(answered, kind, language(code)))


@pytest.mark.parametrize(
    ("code", "first", "other"),
    [
        ("it", "1º dicembre 2026", "24 novembre 2026"),
        ("pl", "1 grudnia 2026 r.", "24 listopada 2026 r."),
    ],
)
def test_dates(code: str, first: str, other: str) -> None:
    assert language(code).written(date(2026, 12, 1)) == first
    assert language(code).written(date(2026, 11, 24)) == other


@pytest.mark.parametrize("number", [8, 11])
@pytest.mark.parametrize("given", LAWS, ids=ids)
def test_no_italian_article_stands_before_a_date_that_elides_it(given: Law, number: int) -> None:
    for said in letters("it", given, None, date(2026, 9, number)):
        assert not re.search(rf"\b(?:il|del|al|dal|nel|sul) {number} settembre", said)


@pytest.mark.parametrize("given", LAWS, ids=ids)
def test_a_polish_date_at_the_end_of_a_sentence_is_its_full_stop(given: Law) -> None:
    for said in letters("pl", given, None):
        assert "r.." not in said
        assert not re.search(rf"(?:{'|'.join(language('pl').months)}) \d{{4}}(?! r\.)", said)


@pytest.mark.parametrize("code", CODES)
def test_quotes_and_apostrophes_are_those_of_print(code: str) -> None:
    for name, said in language(code).texts.items():
        plain = re.sub(r"{%.*?%}|{{.*?}}", "x", said)
        assert not re.search(r"\s[;:?!»”]|[«„]\s|['\"]", plain), name
    assert written(matter(purpose="x"), code=code).count({"it": "«x»", "pl": "„x”"}[code]) == 1


def test_the_short_name_of_a_polish_law_is_in_its_case() -> None:
    for name, cited in (("gdpr", "RODO"), ("uk-gdpr", "brytyjskiego RODO")):
        said = written(matter(name), code="pl")
        assert f"art. 18 ust. 1 {cited})" in said
        assert "1 brytyjskie " not in said


@pytest.mark.parametrize("acting", [None, *MANDATES])
@pytest.mark.parametrize("given", LAWS, ids=ids)
def test_nobody_who_writes_in_polish_shows_a_gender(given: Law, acting: MandateKind | None) -> None:
    for said in letters("pl", given, acting):
        past = set(re.findall(r"\w+(?:łem|łam|łbym|łabym)\b", said.casefold()))
        assert past <= {"działam"}, past


@pytest.mark.parametrize("acting", [None, *MANDATES])
@pytest.mark.parametrize("given", LAWS, ids=ids)
def test_nobody_who_writes_in_italian_shows_a_gender(
    given: Law, acting: MandateKind | None
) -> None:
    for said in letters("it", given, acting):
        assert not re.search(r"\b[Ss]ono (?:stat|cert|consapevol|in attesa)[oa]?\b", said)
        assert not re.search(r"\b(?:sottoscritt|interessat|assistit|delegat)[oa]\b", said)


@pytest.mark.parametrize("code", CODES)
def test_a_name_is_never_put_where_it_had_to_be_declined(code: str) -> None:
    """A Polish name changes with its case: it stands as a subject, or behind a colon."""
    name = "Żółcisława Gęśłańska"
    for kind in MANDATES:
        made = matter(client=replace(ADA, name=name), mandate=mandate(kind), sent=(SENT,))
        for letter in (LetterKind.REQUEST, LetterKind.WITHDRAWAL, LetterKind.COMPLAINT):
            said = text(compose(replace(made, deadline=LATE), letter, language(code)))
            assert name in said
            for found in re.finditer(name, said) if code == "pl" else ():
                before = said[: found.start()]
                assert before.endswith((": ", "(", "wnosi ")), before[-40:]


@pytest.mark.parametrize(
    ("code", "own"),
    [
        ("it", r"\b(?:mio|mia|miei|mie) (?!avviso|recapito)|\bmi (?:ritra|riguard|mostra)"),
        ("pl", r"\b[Mm]oj(?:e|ego|ej|a|ą|im|imi|ich)\b(?! zdaniem)|\bdotycząc\w+ mnie\b"),
    ],
)
@pytest.mark.parametrize("given", LAWS, ids=ids)
def test_who_acts_for_a_client_does_not_write_of_herself(given: Law, code: str, own: str) -> None:
    theirs = {kind: "\n".join(letters(code, given, kind)) for kind in (None, *MANDATES)}
    assert re.search(own, theirs[None])
    for kind in MANDATES:
        assert not re.search(own, theirs[kind]), kind


def test_switzerland_has_its_own_word_for_a_complaint() -> None:
    replies = (Reply(day=date(2026, 10, 20), refused=True, points=(), asked=()),)
    made = matter("swiss-fadp", sent=(SENT,), deadline=LATE, replies=replies)
    said = text(compose(made, LetterKind.COMPLAINT, language("it")))
    assert "sporgo denuncia" in said
    assert "reclamo" not in said.casefold()


@pytest.mark.parametrize(("code", "words"), [("it", ("società",)), ("pl", ("spółk", "podmiot"))])
def test_an_agency_is_not_called_a_company(code: str, words: tuple[str, ...]) -> None:
    made = records_matter(sent=(SENT,), deadline=LATE)
    for kind in (LetterKind.RECORDS, LetterKind.REMINDER, LetterKind.APPEAL):
        said = text(compose(made, kind, language(code)))
        assert not any(word in said for word in words)
