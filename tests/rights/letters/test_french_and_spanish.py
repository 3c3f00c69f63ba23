"""What French and Spanish ask for: spaces, contractions, elisions, dates, words for the client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from letter_matters import (
    ADA,
    LATE,
    SENT,
    contact,
    current_laws,
    language,
    law,
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

LAWS = current_laws(LawKind.DATA_PROTECTION)
REPLY = Reply(
    day=date(2026, 10, 1),
    refused=False,
    points=(
        Answered(point=Point.HELD, verdict=Verdict.MISSING),
        Answered(point=Point.COPY, verdict=Verdict.REFUSED),
    ),
    asked=(Asked.PHOTO, Asked.ID, Asked.SELFIE, Asked.FORM, Asked.OTHER),
)
CROP = Crop(file_name="a.png", sha256="ab" * 32, watermark="PB-7K2M-1")
FOLLOWING = (
    LetterKind.IDENTITY,
    LetterKind.CROP,
    LetterKind.WANTING,
    LetterKind.COMPLAINT,
    LetterKind.WITHDRAWAL,
)
MANDATES = (MandateKind.ATTORNEY, MandateKind.GUARDIAN)


def all_letters(code: str, given: Law, acting: MandateKind | None) -> tuple[str, ...]:
    """Return a text of each kind of letter to a company, in the language alone: nothing of the
    user's own is in them."""
    return _composed(code, given.id, acting)


@cache
def _composed(code: str, name: str, acting: MandateKind | None) -> tuple[str, ...]:
    return tuple(_compose_all(code, law(name), acting))


def _compose_all(code: str, given: Law, acting: MandateKind | None) -> Iterator[str]:
    held = None if acting is None else mandate(acting)
    made = under(given, mandate=held, purpose="", background=(), words_language=code)
    yield text(compose(made, LetterKind.REQUEST, language(code)))
    late = replace(made, sent=(SENT,), deadline=LATE)
    yield text(compose(late, LetterKind.REMINDER, language(code)))
    answered = replace(late, replies=(REPLY,), crop=CROP)
    for kind in FOLLOWING:
        points = tuple(each for each in REPLY.points if each.point in points_of(given))
        reply = replace(REPLY, points=points)
        yield text(compose(replace(answered, replies=(reply,)), kind, language(code)))


def points_of(given: Law) -> set[str]:
    """Return the points that an answer on access has to contain."""
    return {point for right in given.rights.values() for point in right.contents}


def asks_for_access(given: Law) -> bool:
    return {Point.HELD, Point.COPY} & set(points_of(given)) != set()


ACCESSIBLE = [given for given in LAWS if asks_for_access(given)]


def ids(given: Law) -> str:
    return given.id


def test_french_marks_stand_behind_a_space_that_does_not_break() -> None:
    texts = language("fr").texts
    for name, said in texts.items():
        plain = re.sub(r"{%.*?%}|{{.*?}}", "x", said)
        assert not re.search(r" [;:?!»]|« ", plain), name
        assert not re.search(r"(?<![\s\u00a0])[;?!»]|«(?!\u00a0)", plain), name
        assert not re.search(r"(?<![\u00a0])[:](?!/)", plain), name
        assert "'" not in plain, name
    assert language("fr").quotes == ("«\u00a0", "\u00a0»")


def test_french_spaces_reach_the_letter() -> None:
    said = written(matter(purpose="savoir"), code="fr")
    assert "«\u00a0savoir\u00a0»" in said
    assert "\u00a0: " in said


def test_spanish_quotes_and_marks_stand_without_a_space() -> None:
    for name, said in language("es").texts.items():
        plain = re.sub(r"{%.*?%}|{{.*?}}", "x", said)
        assert not re.search(r"\s[;:?!»]|«\s|['\"“”]", plain), name
    assert "«saber»" in written(matter(purpose="saber"), code="es")


@pytest.mark.parametrize("acting", [None, *MANDATES])
@pytest.mark.parametrize("given", ACCESSIBLE, ids=ids)
def test_french_contracts_and_elides(given: Law, acting: MandateKind | None) -> None:
    faults = re.compile(
        r"\b(?:de|à) les? (?!\w+(?:er|ir|re)\b)|\b(?:de|à) lesquel"
        r"|(?<![\w-])(?:[Dd]e|[Qq]ue|[Jj]e|[Nn]e|[Ll]e|[Ll]a|[Ss]e) (?=[aeiouâàéèêîôû])"
        r"|\b[dlnsjmcDLNSJMC]’(?=[bcdfgjklmnpqrstvwxz])"
    )
    for said in all_letters("fr", given, acting):
        for line in said.splitlines():
            cited = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "", line)
            assert not faults.search(cited), line


@pytest.mark.parametrize("acting", [None, *MANDATES])
@pytest.mark.parametrize("given", ACCESSIBLE, ids=ids)
def test_spanish_contracts(given: Law, acting: MandateKind | None) -> None:
    for said in all_letters("es", given, acting):
        for line in said.splitlines():
            assert not re.search(r"\b(?:de|a) el\b", line), line
            assert not re.search(r"\b[Yy] (?=i|hi(?!e))|\bo (?=ho?|o)", line), line


@pytest.mark.parametrize(
    ("code", "own"),
    [
        ("fr", r"\bmon visage\b|\bmes (?:données|renseignements|propres)\b|\boù je figure\b"
               r"|\bje suis\b|\bme concernant\b|\bà mon sujet\b|\bme trouver\b|\bma situation\b"),
        ("es", r"\bmi rostro\b|\bmis (?:datos|propias)\b|\byo aparezca\b|\baparezco\b|\bsobre mí\b"
               r"|\bquién soy\b|\bme muestr|\bmi situación\b|\bmío\b"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("given", ACCESSIBLE, ids=ids)
def test_who_acts_for_a_client_does_not_write_of_herself(given: Law, code: str, own: str) -> None:
    theirs = {kind: "\n".join(all_letters(code, given, kind)) for kind in (None, *MANDATES)}
    assert re.search(own, theirs[None], re.IGNORECASE)
    for kind in MANDATES:
        assert not re.search(own, theirs[kind], re.IGNORECASE), kind


def test_a_guardian_has_no_mandate_in_spanish() -> None:
    acting = written(matter(mandate=mandate()), code="es")
    guarding = written(matter(mandate=mandate(MandateKind.GUARDIAN)), code="es")
    assert "mi mandante" in acting
    assert "mandante" not in guarding
    assert f"de {ADA.name}" in guarding


@pytest.mark.parametrize("kind", MandateKind)
def test_french_letters_say_who_the_data_subject_is(kind: MandateKind) -> None:
    name = f"{ADA.name}, ci-après «\u00a0la personne concernée\u00a0»"
    given = "ccpa" if kind is MandateKind.AGENT else "gdpr"
    held = mandate(kind)
    made = matter(given, mandate=held, sent=(SENT,), deadline=LATE)
    assert name in text(compose(made, LetterKind.COMPLAINT, language("fr")))
    if kind is not MandateKind.ORGANISATION:
        assert name in written(matter(given, mandate=held), code="fr")
        assert name in text(compose(made, LetterKind.REMINDER, language("fr")))


@pytest.mark.parametrize(
    ("code", "first", "other"),
    [
        ("fr", "1er décembre 2026", "24 novembre 2026"),
        ("es", "1 de diciembre de 2026", "24 de noviembre de 2026"),
    ],
)
def test_dates(code: str, first: str, other: str) -> None:
    assert language(code).written(date(2026, 12, 1)) == first
    assert language(code).written(date(2026, 11, 24)) == other


@pytest.mark.parametrize(
    ("code", "gdpr", "ccpa", "quebec"),
    [
        (
            "fr",
            "données à caractère personnel",
            "données personnelles",
            "renseignements personnels",
        ),
        ("es", "datos personales", "datos personales", "datos personales"),
    ],
)
def test_each_law_has_its_words(code: str, gdpr: str, ccpa: str, quebec: str) -> None:
    for name, words in (("gdpr", gdpr), ("ccpa", ccpa), ("quebec-law-25", quebec)):
        assert words in written(matter(name), code=code)


def test_canadian_french_agrees_and_keeps_its_terms() -> None:
    made = matter("quebec-law-25", sent=(SENT,), deadline=LATE, replies=(REPLY,))
    for kind in (LetterKind.REQUEST, LetterKind.COMPLAINT, LetterKind.WANTING):
        said = text(compose(made, kind, language("fr")))
        assert "données" not in said.replace("jeu de données", "")
        assert "réclamation" not in said
        assert "effac" not in said
    recipients = written(matter("pipeda"), code="fr")
    assert "auxquels ont été communiqués mes renseignements personnels" in recipients


def test_deletion_has_the_word_of_the_law() -> None:
    assert "Effacement" in written(matter(), code="fr")
    assert "Supresión" in written(matter(), code="es")
    for name in ("ccpa", "us-va"):
        assert "effac" not in written(matter(name), code="fr").casefold()
        assert "supr" not in written(matter(name), code="es").casefold()


def test_a_period_that_was_moved_is_told_in_the_words_of_the_regulation() -> None:
    assert "jour ouvrable suivant" in language("fr").texts["reminder.moved"]
    assert "día hábil siguiente" in language("es").texts["reminder.moved"]


@pytest.mark.parametrize(("code", "word"), [("fr", "entreprise"), ("es", "empresa")])
def test_an_agency_is_not_called_a_company(code: str, word: str) -> None:
    made = records_matter(sent=(SENT,), deadline=LATE)
    for kind in (LetterKind.RECORDS, LetterKind.REMINDER, LetterKind.APPEAL):
        assert word not in text(compose(made, kind, language(code)))


@pytest.mark.parametrize("code", ["fr", "es"])
def test_the_letter_names_its_law_in_its_language(code: str) -> None:
    said = written(matter(contact=contact()), code=code)
    assert "RGPD" in said
    assert "GDPR" not in said
    assert "Article " not in said
    assert law("gdpr").full_names[code] in said
