"""Words across a picture: they can be read on any background, and are all there."""

from __future__ import annotations

import io
import unicodedata

import numpy as np
import pytest
import typst
from PIL import Image

from passerby.errors import UsageError
from passerby.media import watermark
from people import Rgb, backdrop

WORDS = "Only for request PB-7Q2M to Clearview AI. Delete after the search."


def flat(value: int, width: int = 300, height: int = 260) -> Rgb:
    return np.full((height, width, 3), value, np.uint8)


@pytest.mark.parametrize("value", [0, 60, 128, 200, 255])
def test_words_stand_out_from_any_background_and_leave_most_of_it(value: int) -> None:
    stamped = watermark.stamp(flat(value), WORDS).astype(int)
    assert stamped.max() - stamped.min() > 35
    if value < 200:
        assert stamped.max() - value > 30
    if value > 60:
        assert value - stamped.min() > 10
    assert (np.abs(stamped - value).max(axis=2) <= 3).mean() > 0.4
    # No part of the picture is without words: a part cut out of it still has some.
    for y in range(0, 260 - 86, 43):
        for x in range(0, 300 - 100, 50):
            window = stamped[y : y + 86, x : x + 100]
            assert window.max() - window.min() > 20


def test_the_picture_is_seen_through_the_words() -> None:
    picture = backdrop(600, 500)
    stamped = watermark.stamp(picture, WORDS)
    assert stamped.shape == picture.shape
    varying = np.corrcoef(picture.ravel().astype(float), stamped.ravel().astype(float))
    assert varying[0, 1] > 0.6


def test_the_same_words_give_the_same_pixels() -> None:
    one, again = (watermark.stamp(flat(90), WORDS) for _ in range(2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, watermark.stamp(flat(90), WORDS.replace("7", "8")))


@pytest.mark.parametrize("size", [(128, 128), (128, 600), (600, 128), (131, 257)])
def test_long_words_are_broken_and_none_is_lost(size: tuple[int, int]) -> None:
    for words in ("x" * 200, "W " * 99, "a" * 150 + " b"):
        stamped = watermark.stamp(flat(0, *size), words)
        assert stamped.shape == (size[1], size[0], 3)
        assert stamped.max() > 40


def rendered(characters: str) -> dict[str, bytes]:
    """Return the pixels of each character, set as the words are."""
    source = watermark._TYPST.replace(b"SIZE", b"20")
    pages = source.replace(
        b"#sys.inputs.words", b"#for c in sys.inputs.words.codepoints() { page[A#(c)A] }"
    )
    assert pages != source
    inputs = {"words": characters}
    made = typst.compile(pages, format="png", ppi=72, ignore_system_fonts=True, sys_inputs=inputs)
    assert isinstance(made, list)
    assert len(made) == len(characters)
    shapes = {}
    for character, png in zip(characters, made, strict=True):
        with Image.open(io.BytesIO(png)) as image:
            shapes[character] = image.convert("L").tobytes() + repr(image.size).encode()
    return shapes


def test_every_character_that_is_taken_has_a_shape() -> None:
    """What a font lacks is set as the same little box, or left blank."""
    # None of these is in DejaVu Sans Mono.
    lacking = rendered("\U00100000\U0010fffd\ua9c1\u1200")
    assert len(set(lacking.values())) == 1
    taken = [chr(code) for code in range(0x20, 0x3000) if watermark.can_be_shown(chr(code))]
    assert len(taken) > 700
    shapes = rendered("".join(taken))
    assert [c for c, shape in shapes.items() if shape in lacking.values()] == []
    blank = [c for c, shape in shapes.items() if shape == shapes[" "]]
    assert all(unicodedata.category(c) == "Zs" for c in blank)


def test_the_letters_of_our_languages_are_taken() -> None:
    for text in (
        "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ äöüßÄÖÜ éèêëàâçîïôùûœ ñ¿¡ áíóú",
        "αβγδεζηθικλμνξοπρστυφχψω ΆΈΉΊΌΎΏ άέήίόύώς",
        "абвгдежзийклмнопрстуфхцчшщъыьэюя ђјљњћџ",
        "řšťžůď őű ğışİ ăâîșț åæø đ ļņķ ėįųū",
        "„quoted“ «so» ‘or’ “so” – — … § № € % & / ( ) [ ]",
    ):
        assert watermark.words_for(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", ["\u202e", "\ufeff", "א", "ع", "あ", "한", "🙂", "\u0301", "\x7f"])
def test_a_character_that_cannot_be_shown_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=f"U\\+{ord(text[0]):04X}"):
        watermark.words_for(f"a {text} b" if text != "\u0301" else f"q{text}")


def test_a_small_picture_is_not_enlarged() -> None:
    assert watermark.shrink(flat(0, 50, 40), 600).shape == (40, 50, 3)
    assert watermark.shrink(flat(0, 1200, 800), 600).shape == (400, 600, 3)
