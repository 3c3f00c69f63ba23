"""The file that says who writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.errors import BadRecord, PasserbyError, UnreadableInput
from passerby.rights.cases.sender import Sender, read_sender
from passerby.rights.facts.matter import Person

TOML = """\
name = "Anna Świątek"
address = ["Weg 1", "20095 Hamburg"]
email = "anna@example.org"
care_of = "Beratung Nord"
language = "de"
place = "de-hh"
purpose = "I want to know whether that is lawful."
background = ["I was at a demonstration.", "A friend found me."]
contact = "Signal: anna.12"
"""

YAML = """\
name: Anna Świątek
address: |
  Weg 1
  20095 Hamburg
email: anna@example.org
care_of: Beratung Nord
language: de
place: DE-HH
purpose: I want to know whether that is lawful.
background:
  - I was at a demonstration.
  - A friend found me.
contact: "Signal: anna.12"
"""

ANNA = Sender(
    person=Person(
        name="Anna Świątek",
        address=("Weg 1", "20095 Hamburg"),
        email="anna@example.org",
        care_of="Beratung Nord",
    ),
    language="de",
    place="DE-HH",
    purpose="I want to know whether that is lawful.",
    background=("I was at a demonstration.", "A friend found me."),
    contact="Signal: anna.12",
)


def written(folder: Path, text: str | bytes, name: str = "anna.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("anna.toml", TOML),
        ("anna.toml", b"\xef\xbb\xbf" + TOML.encode()),
        ("anna.toml", TOML.replace("\n", "\r\n")),
        ("anna.yaml", YAML),
        ("anna.YML", YAML),
    ],
)
def test_both_forms_say_the_same(tmp_path: Path, name: str, text: str | bytes) -> None:
    assert read_sender(written(tmp_path, text, name)) == ANNA


def test_a_name_and_a_way_to_answer_are_enough(tmp_path: Path) -> None:
    path = written(tmp_path, 'name = "Anna"\nemail = "anna@example.org"\n')
    assert read_sender(path) == Sender(person=Person(name="Anna", email="anna@example.org"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TOML + 'colour = "red"\n', "anna.toml:10: 'colour' is no key; they are name, address"),
        (TOML.replace("anna@", "anna at "), "anna.toml:3: email: 'anna at example.org' is no"),
        (TOML.replace("anna@", "Anna <x>@"), "anna.toml:3: email"),
        (TOML.replace('"de"', '"deutsch"'), "anna.toml:5: language: 'deutsch' is no language"),
        (TOML.replace('"de-hh"', '"Hamburg"'), "anna.toml:6: place: 'HAMBURG' is no place"),
        (TOML.replace("Anna Św", "Anna\\nBcc: Św"), "anna.toml:1: name: this has to be one line"),
        (TOML.replace("Anna Św", "Anna\\u202eŚw"), "anna.toml:1: name: the character U+202E"),
        (TOML.replace("Anna Św", "Anna\\u0000Św"), "anna.toml:1: name: the character U+0000"),
        (TOML.replace('"Weg 1"', "1"), "anna.toml:2: address: this has to be text"),
        (TOML.replace("I want", "I want " * 700), "anna.toml:7: purpose: this is longer than"),
        ('address = ["Weg 1"]\n', "anna.toml: name: this is missing"),
        ('name = "Anna"\n', "anna.toml: address: this or an e-mail is needed"),
        ('name = "Anna"\nemail = "a@b.org"\ncare_of = "X"\n', "care_of: the address"),
        ('name = "Anna\n', "anna.toml: this is not TOML: "),
        (b'name = "Anna"\nemail = "\xff"\n', "anna.toml:2: this is not UTF-8 text"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(BadRecord) as caught:
        read_sender(written(tmp_path, text))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (YAML.replace("place: DE-HH", "place: Hamburg"), "anna.yaml:8: place"),
        (YAML.replace("name: A", "name: &a A"), "anna.yaml:1: anchors and aliases"),
        (YAML + "colour: red\n", "anna.yaml:14: 'colour' is no key"),
        ("- Anna\n", "anna.yaml:1: expected lines"),
        ("name: 5\nemail: a@b.org\n", "anna.yaml:1: name: this has to be text"),
    ],
)
def test_yaml_is_told_with_its_line_too(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadRecord) as caught:
        read_sender(written(tmp_path, text, "anna.yaml"))
    assert says in str(caught.value)


@pytest.mark.parametrize("name", ["anna.toml", "anna.yaml"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(PasserbyError) as caught:
        read_sender(tmp_path / name)
    assert isinstance(caught.value, UnreadableInput | BadRecord)
    assert name in str(caught.value)


def test_values_that_stand_too_deep_in_one_another(tmp_path: Path) -> None:
    path = tmp_path / "me.toml"
    path.write_text("name = " + "[" * 5_000)
    with pytest.raises(BadRecord, match=r"me\.toml: values stand too deep in one another"):
        read_sender(path)
