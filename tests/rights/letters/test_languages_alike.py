"""What holds in every language there is: each letter under each law, with the same parts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from letter_matters import (
    LATE,
    SENT,
    codes,
    current_laws,
    language,
    mandate,
    records_matter,
    text,
    under,
)
from passerby.errors import NoRight
from passerby.rights.facts.law import Law, LawKind, RightKind
from passerby.rights.facts.letter import Letter, LetterKind
from passerby.rights.facts.matter import Asked, Crop, MandateKind, Matter, Reply
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.letters.compose import compose

REPLIED = date(2026, 10, 20)
CROP = Crop(file_name="crop.png", sha256="ab" * 32, watermark="PB-7K2M-1")
LISTED = "ca-delete-act"
"""A law that is used by way of a list: no letter is written under it."""

LAWS = [*current_laws(LawKind.DATA_PROTECTION), *current_laws(LawKind.PUBLIC_RECORDS),
        *current_laws(LawKind.NOTICE)]  # fmt: skip
FAMILIES = [given for given in LAWS if given.id in {"gdpr", "ccpa", "pipeda", "bipa", "us-foia"}]
"""One law of each group that languages have texts of their own for."""

FIRST = (LetterKind.REQUEST, LetterKind.RECORDS, LetterKind.NOTICE)
DOUBLED = re.compile(r"\b([^\W\d_]{2,}) \1\b")
PAIRS = {"vous vous", "nous nous", "die die", "der der", "das das"}
"""Words that do stand twice in a row in a sound sentence."""


def ids(given: Law) -> str:
    return given.id


def answered(given: Law) -> tuple[Answered, ...]:
    """Return every point of a law, missing and refused in turn."""
    rights = given.rights.values()
    points = dict.fromkeys(Point(point) for right in rights for point in right.contents)
    verdicts = (Verdict.MISSING, Verdict.REFUSED)
    return tuple(
        Answered(point=point, verdict=verdicts[number % 2]) for number, point in enumerate(points)
    )


def case(given: Law, kind: LetterKind) -> Matter:
    """Return a matter that has what a letter of the kind speaks of."""
    if given.kind is LawKind.PUBLIC_RECORDS:
        made = records_matter(given.id)
    else:
        rights = () if given.kind is LawKind.NOTICE else None
        made = under(given) if rights is None else under(given, rights=rights)
    if kind in FIRST:
        return made
    asked = (Asked.PHOTO, Asked.FORM) if kind is LetterKind.IDENTITY else ()
    open_to = {LetterKind.WANTING, LetterKind.COMPLAINT, LetterKind.APPEAL}
    points = tuple(
        each for each in answered(given) if each.point is not Point.RECORDS or not made.controller
    )
    reply = Reply(day=REPLIED, refused=False, points=points if kind in open_to else (), asked=asked)
    replies = () if kind is LetterKind.REMINDER else (reply,)
    crop = CROP if kind is LetterKind.CROP else None
    return replace(made, sent=(SENT,), replies=replies, deadline=LATE, crop=crop)


def letters(given: Law, code: str, acting: MandateKind | None = None) -> list[Letter]:
    """Return a letter of each kind that the law has, in one language."""
    made = []
    for kind in LetterKind:
        matter = case(given, kind)
        if acting is not None:
            matter = replace(matter, mandate=mandate(acting))
        try:
            made.append(compose(matter, kind, language(code)))
        except NoRight:
            continue
    return made


@pytest.mark.parametrize("given", LAWS, ids=ids)
def test_letters_have_the_same_parts_in_every_language(given: Law) -> None:
    english = letters(given, "en")
    assert bool(english) is not (given.id == LISTED)
    for code in codes():
        other = letters(given, code)
        assert [letter.kind for letter in other] == [letter.kind for letter in english]
        for letter, model in zip(other, english, strict=True):
            kinds = [(block.kind, block.number) for block in letter.blocks]
            assert kinds == [(block.kind, block.number) for block in model.blocks], letter.kind
            assert len(letter.doubts) == len(model.doubts)
            assert len(letter.enclosures) == len(model.enclosures)


def test_every_kind_of_letter_is_written_under_some_law() -> None:
    written = {letter.kind for given in LAWS for letter in letters(given, "en")}
    assert written == set(LetterKind)


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("acting", [None, MandateKind.ATTORNEY, MandateKind.GUARDIAN])
def test_no_text_shows_how_it_was_put_together(code: str, acting: MandateKind | None) -> None:
    for given in LAWS if acting is None else FAMILIES:
        for letter in letters(given, code, acting):
            for line in text(letter).splitlines():
                where = f"{given.id} {letter.kind}: {line}"
                doubled = {found.group() for found in DOUBLED.finditer(line)}
                assert not doubled - PAIRS, where
                assert not re.search(r"[{}]|[ \u00a0]{2}|[ \u00a0][.,]|\.\.|\(\)", line), where
                # "point c)" closes what nobody opened.
                assert line.count("(") <= line.count(")"), where


@pytest.mark.parametrize("code", codes())
def test_a_language_names_all_the_others(code: str) -> None:
    assert set(codes()) <= set(language(code).languages)


@pytest.mark.parametrize("code", codes())
def test_rights_and_kinds_are_told_apart(code: str) -> None:
    texts = language(code).texts
    names = [texts[f"rights.{kind}"] for kind in RightKind]
    assert len(set(names)) == len(names)
    subjects = [texts[f"subjects.{kind}"] for kind in LetterKind]
    assert len(set(subjects)) == len(subjects)


@pytest.mark.parametrize("code", codes())
def test_each_mandate_is_told_apart(code: str) -> None:
    texts = language(code).texts
    assert len({texts[f"mandates.{kind}"] for kind in MandateKind}) == len(MandateKind)
