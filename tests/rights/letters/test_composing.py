"""What holds for every letter: its language, its words as data, doubts, reading copies."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letter_matters import (
    ADA,
    BUREAU,
    COMPANY,
    HAMBURG,
    LATE,
    SENT,
    codes,
    contact,
    language,
    law,
    mandate,
    matter,
    records_matter,
    text,
    under,
)
from passerby.errors import BadKnowledge
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import BlockKind, Letter, LetterKind
from passerby.rights.facts.matter import Asked, Crop, Mandate, Matter, Reply
from passerby.rights.facts.party import Channel
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.facts.source import Confidence
from passerby.rights.letters.addressee import language_for
from passerby.rights.letters.cleaning import clean
from passerby.rights.letters.compose import compose, compose_reading_copy

HOSTILE = "{{ 7*7 }} {% for x in range(9) %}a{% endfor %} {# gone #} {{ client.__class__ }}"
HIDDEN = "\x00\x1b[31m\u202eevil\u202c\u2066x\u2069\u200b\ufeff\u00ad\x85\n\t\u2028\ud800"

FOLLOWED = {
    "sent": (SENT,),
    "deadline": LATE,
    "replies": (
        Reply(
            day=date(2026, 10, 20),
            refused=False,
            points=(Answered(point=Point.SOURCES, verdict=Verdict.MISSING, remark=HOSTILE),),
            asked=(Asked.PHOTO,),
        ),
    ),
    "crop": Crop(file_name=f"{HOSTILE}.png", sha256="ab" * 32, watermark=HOSTILE),
}
OF_PEOPLE = [kind for kind in LetterKind if kind not in (LetterKind.NOTICE, LetterKind.RECORDS,
                                                         LetterKind.APPEAL)]  # fmt: skip


def everything(letter: Letter) -> list[str]:
    """Return every text of a letter."""
    return [
        letter.subject,
        letter.reference,
        letter.signed,
        letter.closing,
        *letter.sender,
        *letter.recipient,
        *(block.text for block in letter.blocks),
        *letter.enclosures,
        *letter.doubts,
    ]


def hostile(words: str) -> Matter:
    """Return a matter in which every text of the user's or of another file is `words`."""
    return matter(
        client=replace(ADA, name=words, address=(words,), care_of=words),
        controller=replace(COMPANY, name=words, also=(words,)),
        purpose=words,
        background=(words,),
        doubts=(words,),
        **FOLLOWED,
    )


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("kind", OF_PEOPLE)
def test_the_users_words_are_never_run(kind: LetterKind, code: str) -> None:
    letter = compose(hostile(HOSTILE), kind, language(code))
    said = "\n".join(everything(letter))
    assert clean(HOSTILE) in said
    assert "49" not in said.replace("2049", "")
    assert "aaaaaaaaa" not in said
    assert HOSTILE in letter.sender


@pytest.mark.parametrize("kind", OF_PEOPLE)
def test_what_cannot_be_seen_is_taken_out(kind: LetterKind) -> None:
    letter = compose(hostile(f"Ada{HIDDEN}Nowak"), kind, language("en"))
    for said in everything(letter):
        kinds = {unicodedata.category(character) for character in said}
        assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}, repr(said)
    assert "Ada [31mevilx Nowak" in letter.signed


@given(words=st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_words_at_all(words: str) -> None:
    made = matter(purpose=words, background=(words,), client=replace(ADA, name=f"A{words}"))
    letter = compose(made, LetterKind.REQUEST, language("en"))
    for said in everything(letter):
        assert "\n" not in said
        said.encode()
    if clean(words):
        assert f"“{clean(words)}”" in text(letter)


@given(words=st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_cleaning_twice_is_cleaning_once(words: str) -> None:
    assert clean(clean(words)) == clean(words)


def test_spaces_that_hold_a_line_together_stay() -> None:
    assert clean("\u00a0«\u00a0mot\u202f! »\u2003x\u3000 ") == "«\u00a0mot\u202f! » x"


def test_scripts_keep_their_joiners() -> None:
    assert clean("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("kind", OF_PEOPLE)
@pytest.mark.parametrize("acting", [None, mandate()])
def test_no_template_shows_through(kind: LetterKind, code: str, acting: Mandate | None) -> None:
    reply = Reply(
        day=date(2026, 10, 20),
        refused=False,
        points=(Answered(point=Point.SOURCES, verdict=Verdict.MISSING, remark="Only three."),),
        asked=(Asked.PHOTO, Asked.FORM),
    )
    crop = Crop(file_name="a.png", sha256="ab" * 32, watermark="Only for PB-7K2M-1")
    made = matter(mandate=acting, sent=(SENT,), deadline=LATE, replies=(reply,), crop=crop)
    for said in everything(compose(made, kind, language(code))):
        assert said == said.strip() != ""
        assert "  " not in said
        assert not {"{", "}"} & set(said)
        assert " ." not in said
        assert ".." not in said


def test_a_text_that_speaks_of_what_it_cannot_know_is_an_error() -> None:
    broken = replace(
        language("en"), texts={**language("en").texts, "request.purpose": "{{ nobody }}"}
    )
    with pytest.raises(BadKnowledge, match="nobody"):
        compose(matter(), LetterKind.REQUEST, broken)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ client.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ client.format('{0.__class__}') .x }}",
        "{% include 'x' %}",
        "{{ 1/0 }}",
        "{{ cycler }}",
    ],
)
def test_a_language_file_cannot_reach_out(attack: str) -> None:
    broken = replace(language("en"), texts={**language("en").texts, "request.purpose": attack})
    with pytest.raises(BadKnowledge):
        compose(matter(), LetterKind.REQUEST, broken)


def test_an_address_that_nobody_tried_makes_a_draft() -> None:
    untried = replace(contact(), checked=None)
    weak = replace(contact(), confidence=Confidence.MEMORY)
    for used, count in ((contact(), 0), (untried, 1), (weak, 1)):
        letter = compose(matter(contact=used), LetterKind.REQUEST, language("en"))
        assert len(letter.doubts) == count
    assert letter.labels.draft


def test_a_provision_is_doubted_only_where_it_is_used() -> None:
    given = law("gdpr")
    right = given.rights[RightKind.ERASURE]
    weak = replace(right, citation=replace(right.citation, confidence=Confidence.SECONDARY))
    unsure = replace(given, rights={**given.rights, RightKind.ERASURE: weak})
    used = compose(under(unsure, place="DE"), LetterKind.REQUEST, language("de"))
    assert used.doubts == ("Im Gesetzestext prüfen: Art. 17 Abs. 1 DSGVO.",)
    unused = under(unsure, place="DE", rights=(RightKind.ACCESS,))
    assert compose(unused, LetterKind.REQUEST, language("de")).doubts == ()


def test_doubts_of_the_matter_are_kept() -> None:
    letter = compose(matter(doubts=("Ask her first.",)), LetterKind.REQUEST, language("en"))
    assert letter.doubts == ("Ask her first.",)


def test_a_postal_address_is_one_of_lines() -> None:
    postal = contact("Faces Ltd\n1 Wall Street\n\nNew York", Channel.POST)
    letter = compose(matter(contact=postal), LetterKind.REQUEST, language("en"))
    assert letter.recipient == ("Faces Ltd", "1 Wall Street", "New York")
    assert letter.recipient_email is None
    mailed = compose(matter(), LetterKind.REQUEST, language("en"))
    assert mailed.recipient_email == "privacy@faces.example"


def test_a_reading_copy_says_what_it_is() -> None:
    sent = compose(matter(), LetterKind.REQUEST, language("en"))
    copy = compose_reading_copy(matter(), LetterKind.REQUEST, language("de"), language("en"))
    assert (sent.reading_copy, copy.reading_copy) == (False, True)
    assert copy.language == "de"
    assert "nicht versandt" in copy.labels.reading_copy
    assert "Englisch" in copy.labels.reading_copy
    assert [block.kind for block in copy.blocks] == [block.kind for block in sent.blocks]
    bullets = [block.text for block in copy.blocks if block.kind is BlockKind.BULLET]
    assert bullets == list(matter().background)


def test_letters_are_written_in_what_the_addressee_reads() -> None:
    ours = ("de", "en")
    polish = replace(COMPANY, languages=("pl", "de", "en"))
    made = matter(controller=polish)
    assert language_for(made, LetterKind.REQUEST, ("en", "pl")) == "pl"
    assert language_for(made, LetterKind.REQUEST, ours) == "de"
    assert language_for(matter(), LetterKind.REQUEST, ours) == "en"
    assert language_for(made, LetterKind.COMPLAINT, ("de", "en", "pl")) == "de"
    silent = replace(HAMBURG, languages=())
    assert language_for(matter(authority=silent), LetterKind.COMPLAINT, ours) == "de"
    swiss = replace(HAMBURG, languages=(), places=("CH",))
    assert language_for(matter(authority=swiss), LetterKind.COMPLAINT, ours) == "en"
    police = records_matter(agency=replace(BUREAU, place="DE-BY"))
    assert language_for(police, LetterKind.RECORDS, ours) == "de"
    assert language_for(records_matter(), LetterKind.RECORDS, ours) == "en"
