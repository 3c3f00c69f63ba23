"""Letters as PDF, read back by pypdf and by poppler."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

import letter_samples
from passerby.errors import BadRecord
from passerby.rights.facts.letter import Block, BlockKind, Letter
from passerby.rights.render.paper import Paper, paper_of
from passerby.rights.render.pdf import letter_pdf, unprintable
from requirements import require

SAMPLES = {
    "de": (letter_samples.german(), Paper.A4),
    "pl": (letter_samples.polish(), Paper.A4),
    "us": (letter_samples.american(), Paper.LETTER),
    "reading copy": (replace(letter_samples.polish(), reading_copy=True), Paper.LETTER),
}
samples = pytest.mark.parametrize(("letter", "paper"), SAMPLES.values(), ids=SAMPLES.keys())
MILLIMETRE = 72 / 25.4
INCH = 72.0


def reader(data: bytes, folder: Path) -> pypdf.PdfReader:
    path = folder / "letter.pdf"
    path.write_bytes(data)
    return pypdf.PdfReader(path)


def text_of(data: bytes, folder: Path) -> str:
    """All text, each run of space as one; the places at which a long word may be broken left
    out, and words that a line's end cut put together."""
    pages = (page.extract_text() for page in reader(data, folder).pages)
    joined = "\n".join(pages).replace("\u200b", "").replace("\u00ad\n", "")
    return " ".join(re.sub(r"(?<=\w)[-\u2010]\n(?=\w)", "", joined).replace("\u00a0", " ").split())


def everything_in(data: bytes, folder: Path) -> bytes:
    """The file and each of its streams, uncompressed."""
    parts = [data]
    pdf = reader(data, folder)
    for number in range(1, int(pdf.trailer["/Size"])):
        thing = pypdf.generic.IndirectObject(number, 0, pdf).get_object()
        if isinstance(thing, pypdf.generic.StreamObject):
            parts.append(thing.get_data())
    assert len(parts) > 5
    return b"\n".join(parts)


def words_of(data: bytes, folder: Path, page: int = 1) -> list[tuple[str, tuple[float, ...]]]:
    """Each word with its left, top, right and bottom in points from the upper left corner."""
    require(shutil.which("pdftotext") is not None, "poppler-utils is not installed")
    path = folder / "words.pdf"
    path.write_bytes(data)
    xml = subprocess.run(
        ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), path, "-"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    found = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>',
        xml,
    )
    assert found
    return [(word, tuple(map(float, box))) for *box, word in found]


@samples
def test_an_independent_reader_finds_every_text(letter: Letter, paper: Paper, tmp_path: Path):
    text = text_of(letter_pdf(letter, paper), tmp_path)
    wanted = [
        *letter.sender,
        *letter.recipient,
        letter.subject,
        *(block.text for block in letter.blocks if "https://" not in block.text),
        letter.closing,
        *letter.enclosures,
        *letter.doubts,
        letter.labels.date,
        letter.reference,
    ]
    missing = [each for each in wanted if squeezed(each) not in squeezed(text)]
    assert missing == []
    for block in letter.blocks:
        if block.number is not None:
            assert f"{block.number}. {block.text[:12]}" in text


def squeezed(text: str) -> str:
    """Without spaces and hyphens: a reader cannot know which of them ended a line."""
    return re.sub(r"[\s\u200b\u00ad\u2010-]", "", text)


@samples
def test_paper(letter: Letter, paper: Paper, tmp_path: Path):
    box = reader(letter_pdf(letter, paper), tmp_path).pages[0].mediabox
    expected = (595.28, 841.89) if paper is Paper.A4 else (612, 792)
    assert (float(box.width), float(box.height)) == pytest.approx(expected, abs=0.1)


def test_letter_paper_is_for_north_america():
    assert [paper_of(place) for place in ("US", "US-CA", "CA", "CA-QC")] == [Paper.LETTER] * 4
    assert [paper_of(place) for place in ("DE", "DE-BY", "GB-SCT", "MX", "CH")] == [Paper.A4] * 5


@samples
def test_every_font_is_embedded(letter: Letter, paper: Paper, tmp_path: Path):
    fonts: dict[str, bool] = {}
    for page in reader(letter_pdf(letter, paper), tmp_path).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index,union-attr]
            for inner in font.get_object()["/DescendantFonts"]:
                descriptor: Any = inner.get_object()["/FontDescriptor"]
                fonts[str(descriptor["/FontName"])] = bool(
                    {"/FontFile2", "/FontFile3"} & set(descriptor)
                )
    assert any("LibertinusSerif" in name for name in fonts)
    assert all(fonts.values())


@samples
def test_it_is_tagged_and_says_its_title_and_language(letter: Letter, paper: Paper, tmp_path: Path):
    pdf = reader(letter_pdf(letter, paper), tmp_path)
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].lower() == letter.language.lower()
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    assert pdf.metadata is not None
    assert squeezed(pdf.metadata.title or "") == squeezed(letter.subject)


@samples
def test_nothing_but_the_letter_is_told(
    letter: Letter, paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    names = {socket.gethostname(), socket.getfqdn(), socket.gethostname().partition(".")[0]}
    monkeypatch.setattr(socket, "gethostname", lambda: "kassandra-laptop")
    monkeypatch.setattr(socket, "getfqdn", lambda *_: "kassandra-laptop.home.arpa")
    monkeypatch.setenv("USER", "kassandra")
    data = letter_pdf(letter, paper)
    inside = everything_in(data, tmp_path)
    assert b"Antrag" in inside or b"Ponaglenie" in inside or b"Request to know" in inside
    for name in {*names, "kassandra", tempfile.gettempdir(), str(Path.home()), "__typst"}:
        if len(name) > 4 and name != "localhost":
            assert name.encode() not in inside, name
    metadata = reader(data, tmp_path).metadata
    assert metadata is not None
    assert set(metadata) == {"/Title", "/Creator", "/CreationDate", "/ModDate"}
    assert metadata["/CreationDate"] == metadata["/ModDate"] == "D:20261124120000Z"


@samples
def test_the_same_letter_gives_the_same_bytes(letter: Letter, paper: Paper):
    assert letter_pdf(letter, paper) == letter_pdf(letter, paper)
    assert letter_pdf(replace(letter, signed="x"), paper) != letter_pdf(letter, paper)


MARKUP = (
    '#read("/etc/passwd")',
    "*bold* _slanted_ `raw` $x^2$",
    "@label <label> = heading",
    r"\ \u{41} \* // comment /* more */",
    "#import sys: inputs; #sys.inputs.data",
    "{page} ~ --- ... \"quotes\" 'single'",
    "- item + item / term: x https://example.org[x]",
    "#let x = 1; #panic()",
)


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_is_only_text(markup: str, tmp_path: Path):
    letter = replace(
        letter_samples.american(),
        sender=(markup, markup),
        recipient=(markup,),
        subject=f"A {markup} B",
        blocks=(
            letter_samples.paragraph(f"C {markup} D"),
            letter_samples.heading(f"E {markup} F"),
            letter_samples.numbered(1, f"G {markup} H"),
            letter_samples.bullet(f"I {markup} J"),
        ),
        closing=f"K {markup} L",
        signed=f"M {markup} N",
        enclosures=(f"O {markup} P",),
        doubts=(f"Q {markup} R",),
        reference="PB-1",
    )
    text = squeezed(text_of(letter_pdf(letter, Paper.LETTER), tmp_path))
    for start in "ACEGIKMOQ":
        assert squeezed(f"{start} {markup} {chr(ord(start) + 1)}") in text
    assert "root:x:0" not in text


NAMES = ("Žofie Ďuríčková", "Ευστάθιος", "Жук Їжакевич Ђорђевић", "שלום כהן", "محمد الأحمد",
         "Նարեկ", "ნინო", "Nguyễn Thị Hạnh", "Þórður Ærlegsson", "Ðặng", "ŞİĞIıÜ")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_that_the_fonts_have(name: str, tmp_path: Path):
    letter = replace(letter_samples.american(), signed=name)
    assert unprintable(letter) == ()
    text = text_of(letter_pdf(letter, Paper.A4), tmp_path)
    assert set(squeezed(name)) <= set(text)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("王小明 Wang", "王小明"),
        ("Kim 김", "김"),
        ("u94d हिन्दी", "हिन्दी"),
        ("ไทย", "ไทย"),
        ("Ana 😀", "😀"),
        ("さくら", "さくら"),
    ],
)
def test_names_that_no_font_has_are_told_and_never_printed_as_boxes(name: str, missing: str):
    letter = replace(letter_samples.german(), sender=(name, "x"))
    assert unprintable(letter) == tuple(dict.fromkeys(missing))
    with pytest.raises(BadRecord, match=r"no font here has .*U\+") as caught:
        letter_pdf(letter, Paper.A4)
    assert f"U+{ord(max(missing)):04X}" in caught.value.message
    assert "e-mail and the text carry it" in caught.value.hint


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\r", "\u202e", "\u2066", "\ue000", "\u200f"]
)
def test_characters_that_mislead_are_refused(character: str):
    for changed in (
        {"sender": (f"An{character}na",)},
        {"blocks": (letter_samples.paragraph(f"An{character}na"),)},
        {"subject": f"An{character}na"},
    ):
        with pytest.raises(BadRecord, match=rf"U\+{ord(character):04X}"):
            letter_pdf(replace(letter_samples.german(), **changed), Paper.A4)


ADDRESSES = {
    "three lines": ("Clear Example Inc.", "Main Street 1", "New York, NY 10001"),
    "nine lines": (*(f"Line {number} of the address" for number in range(8)), "Wien"),
    "long lines": (
        "Gesellschaft für die Wiedererkennung von Gesichtern im öffentlichen Raum mbH & Co. KGaA",
        "Abteilung für Anfragen betroffener Personen und Datenschutzkoordination Europa",
        "Straße des Siebzehnten Juni 135, Aufgang B, 4. Obergeschoss, Zimmer 4.117",
        "10623 Berlin",
        "Deutschland",
    ),
}


@pytest.mark.parametrize("recipient", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_the_address_is_in_the_window_din_5008(recipient: tuple[str, ...], tmp_path: Path):
    letter = replace(letter_samples.german(), recipient=recipient)
    words = words_of(letter_pdf(letter, Paper.A4), tmp_path)
    window = [mm * MILLIMETRE for mm in (20, 45, 110, 90)]
    shown = [word for word, box in words if overlaps(box, window)]
    inside = [word for word, box in words if within(box, window)]
    assert shown == inside
    expected = " · ".join(letter.sender).split() + " ".join(recipient).split()
    assert without_marks(shown) == without_marks(expected)


@pytest.mark.parametrize("recipient", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_the_address_is_in_the_window_us(recipient: tuple[str, ...], tmp_path: Path):
    letter = replace(letter_samples.american(), recipient=recipient)
    words = words_of(letter_pdf(letter, Paper.LETTER), tmp_path)
    # A no. 10 envelope is 9.5 by 4.125 in, its window 4.5 by 1.125 in, 0.875 in from its left and
    # 0.5 in from its lower edge. The folded sheet, 8.5 by 3.667 in, rests on the lower edge; it
    # slides from left to right.
    always = [0.875 * INCH, 2.042 * INCH, 4.375 * INCH, 3.167 * INCH]
    ever = [-0.125 * INCH, 2.042 * INCH, 5.375 * INCH, 3.167 * INCH]
    shown = [word for word, box in words if overlaps(box, ever)]
    inside = [word for word, box in words if within(box, always)]
    assert shown == inside
    assert without_marks(shown) == without_marks(" ".join(recipient).split())


def without_marks(words: list[str]) -> str:
    return squeezed("".join(words).replace("&amp;", "&").replace("·", ""))


def overlaps(box: tuple[float, ...], window: list[float]) -> bool:
    return box[0] < window[2] and box[2] > window[0] and box[1] < window[3] and box[3] > window[1]


def within(box: tuple[float, ...], window: list[float]) -> bool:
    return (
        box[0] >= window[0] and box[1] >= window[1] and box[2] <= window[2] and box[3] <= window[3]
    )


LENGTHS = range(14, 24)


@pytest.mark.parametrize(
    "make", [letter_samples.paragraph, lambda text: letter_samples.numbered(1, text)]
)
def test_no_page_holds_a_signature_alone(make: Any, tmp_path: Path):
    broken = 0
    for length in LENGTHS:
        blocks: tuple[Block, ...] = (
            *(letter_samples.paragraph("Das ist ein Satz.") for _ in range(length)),
            make("Der letzte Satz steht hier."),
        )
        letter = replace(letter_samples.german(), blocks=blocks, enclosures=())
        pages = [
            page.extract_text() for page in reader(letter_pdf(letter, Paper.A4), tmp_path).pages
        ]
        last = next(text for text in reversed(pages) if "Mit freundlichen" in text)
        assert "Der letzte Satz" in last
        broken += len(pages) > 1
    assert 0 < broken < len(LENGTHS)


def test_pages_are_counted_and_the_anchor_is_at_the_foot(tmp_path: Path):
    pdf = reader(letter_pdf(letter_samples.german(), Paper.A4), tmp_path)
    pages = [page.extract_text() for page in pdf.pages]
    assert [
        f"Seite {number + 1} von {len(pages)}" in text for number, text in enumerate(pages)
    ] == [True] * len(pages)
    assert letter_samples.ANCHOR in pages[0]
    assert "Prüfwert" in pages[0]
    without = letter_pdf(replace(letter_samples.german(), anchor=None), Paper.A4)
    assert "Prüfwert" not in text_of(without, tmp_path)


def test_a_draft_says_why_on_every_page(tmp_path: Path):
    plain = letter_samples.german()
    draft = replace(plain, doubts=("Die Anschrift hat niemand geprüft.",))
    assert plain.labels.draft not in text_of(letter_pdf(plain, Paper.A4), tmp_path)
    pages = reader(letter_pdf(draft, Paper.A4), tmp_path).pages
    assert len(pages) == 2
    assert all(plain.labels.draft in page.extract_text() for page in pages)
    assert draft.doubts[0] in pages[0].extract_text()


def test_a_reading_copy_says_so_on_every_page(tmp_path: Path):
    copy = replace(letter_samples.german(), reading_copy=True)
    for page in reader(letter_pdf(copy, Paper.A4), tmp_path).pages:
        assert copy.labels.reading_copy in page.extract_text()
    plain = text_of(letter_pdf(letter_samples.german(), Paper.A4), tmp_path)
    assert copy.labels.reading_copy not in plain


def test_long_words_stay_on_the_sheet(tmp_path: Path):
    words = ("a1" * 200, "https://example.org/" + "/".join(["abcdefghij"] * 30) + "?" + "q" * 300)
    blocks = tuple(letter_samples.paragraph(word) for word in words)
    data = letter_pdf(replace(letter_samples.german(), blocks=blocks), Paper.A4)
    assert all(box[2] <= 186 * MILLIMETRE for _, box in words_of(data, tmp_path))
    assert all(word in text_of(data, tmp_path).replace(" ", "") for word in map(squeezed, words))


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("make", [letter_samples.bullet, letter_samples.heading])
def test_letters_of_few_blocks(count: int, make: Any, tmp_path: Path):
    letter = replace(letter_samples.polish(), blocks=(make("Krótko."),) * count, signed="A\nB")
    assert text_of(letter_pdf(letter, Paper.A4), tmp_path).count("Krótko.") == count


@pytest.mark.parametrize(
    "changed",
    [
        {"sender": ()},
        {"recipient": ()},
        {"subject": " "},
        {"language": "not a language"},
        {"blocks": (Block(kind=BlockKind.NUMBERED, text="x"),)},
    ],
)
def test_a_letter_that_lacks_something_is_refused(changed: dict[str, Any]):
    with pytest.raises(BadRecord):
        letter_pdf(replace(letter_samples.german(), **changed), Paper.A4)


@pytest.mark.parametrize("language", ["de", "pt-BR", "sr-Latn", "zh-Hant-TW", "fil", "el"])
def test_tags_of_languages(language: str, tmp_path: Path):
    letter = replace(letter_samples.german(), language=language)
    root: Any = reader(letter_pdf(letter, Paper.A4), tmp_path).trailer["/Root"]
    assert root["/Lang"].lower().startswith(language.partition("-")[0])
