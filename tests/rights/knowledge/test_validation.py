"""A file that differs from its schema: what is said, and of which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_files import AUTHORITY, CONTROLLER, RULING, changed, line_of, put
from passerby.errors import BadKnowledge
from passerby.rights.facts.party import Channel, Ruling
from passerby.rights.knowledge import Kind, Knowledge
from passerby.rights.knowledge.reading import Malformed, read
from passerby.rights.knowledge.tables import TABLES
from passerby.rights.knowledge.validation import SCHEMAS, schema_of, validate

FILES = {
    Kind.CONTROLLERS: CONTROLLER,
    Kind.AUTHORITIES: AUTHORITY,
    Kind.RULINGS: RULING,
}


def said(folder: Path, kind: Kind, text: str) -> str:
    """Return what loading says of a file, without the path of its folder."""
    path = put(folder, f"{kind}/row.yaml", text)
    with pytest.raises(BadKnowledge) as caught:
        Knowledge.load(folder).rows(kind)
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith(f"{path}:")
    return caught.value.message.removeprefix(f"{path}:")


WRONG = [
    (Kind.CONTROLLERS, "seat: NO", "seat: UK", "seat: 'UK' is not an ISO 3166 code such as DE"),
    (Kind.CONTROLLERS, "seat: NO", "seat: no", "seat: 'no' is not an ISO 3166 code such as DE"),
    (Kind.CONTROLLERS, "seat: NO", "seat: DE-HAMB", "seat: 'DE-HAMB' is not an ISO 3166 code"),
    (Kind.CONTROLLERS, "seat: NO", "seat: 17", "seat has to be text or null, not 17: put it in"),
    (Kind.CONTROLLERS, "[no, en]", "[no, english]", "languages[2]: 'english' is not an ISO 639-1"),
    (Kind.CONTROLLERS, "[no, en]", "[no, gr]", "languages[2]: 'gr' is not an ISO 639-1 code"),
    (Kind.CONTROLLERS, "[no, en]", "[en, en]", "languages holds something twice"),
    (Kind.CONTROLLERS, "[no, en]", "[]", "languages is empty"),
    (Kind.CONTROLLERS, "[no, en]", "en", "languages has to be a list, not 'en'"),
    (Kind.CONTROLLERS, "name: Face Finder Ltd", "name: ''", "name: '' is not a text, it is empty"),
    (
        Kind.CONTROLLERS,
        "name: Face Finder Ltd",
        "name: 2600",
        "name has to be text, not 2600: put it in qu",
    ),
    (Kind.CONTROLLERS, "name: Face Finder Ltd", "name: [a]", "name has to be text, not a list"),
    (Kind.CONTROLLERS, "name: Face Finder Ltd", "name:", "name has to be text, not null"),
    (Kind.CONTROLLERS, "name: Face Finder Ltd", "nam: Face", "'nam' is not known: did you mean 'n"),
    (Kind.CONTROLLERS, "id: face-finder", "id: Face Finder", "id: 'Face Finder' is not an id: low"),
    (Kind.CONTROLLERS, "id: face-finder", "id: ../../etc", "id: '../../etc' is not an id: lower"),
    (Kind.CONTROLLERS, "channel: email", "channel: mail", "contacts[1].channel: 'mail' is none of"),
    (Kind.CONTROLLERS, "privacy@facefinder.example", "privacy at x", "contacts[1].value: 'privacy"),
    (Kind.CONTROLLERS, "privacy@facefinder.example", "a@b, c@d.ee", "contacts[1].value: 'a@b, c@d"),
    (Kind.CONTROLLERS, "privacy@facefinder.example", '"a@b.cc\\n"', "contacts[1].value: 'a@b.cc\\"),
    (Kind.CONTROLLERS, "confidence: read", "confidence: sure", "contacts[1].confidence: 'sure' is"),
    (Kind.CONTROLLERS, "    source: imprint", "    source: web", "'web' is none of the row's sour"),
    (
        Kind.CONTROLLERS,
        "url: https://facefinder.example/imprint",
        "url: facefinder",
        "sources.impr",
    ),
    (
        Kind.CONTROLLERS,
        "checked: null",
        "checked: 2026-02-30",
        "checked: '2026-02-30' is not a day",
    ),
    (Kind.CONTROLLERS, "checked: null", "checked: 31.1.2026", "checked: '31.1.2026' is not a day"),
    (Kind.CONTROLLERS, "checked: null", "checked: 20260131", "checked has to be text"),
    (Kind.CONTROLLERS, "checked: null", "checked: '20260131'", "checked: '20260131' is not a day"),
    (Kind.CONTROLLERS, "checked: null", "checked: 2026-1-31", "checked: '2026-1-31' is not a day"),
    (Kind.CONTROLLERS, "checked: null", "checked: true", "checked has to be text or null, not tr"),
    (Kind.AUTHORITIES, "[companies]", "[company]", "remits[1]: 'company' is none of companies, pu"),
    (Kind.AUTHORITIES, "[companies]", "[]", "remits is empty"),
    (Kind.AUTHORITIES, "[IM]", "[IM, IM]", "places holds something twice"),
    (Kind.AUTHORITIES, "en: Authority", "eng: Authority", "names.eng: 'eng' is not an ISO 639-1"),
    (Kind.RULINGS, "day: 2024-02-29", "day: 2023-02-29", "day: '2023-02-29' is not a day written"),
    (Kind.RULINGS, "day: 2024-02-29", "day: 2024-13", "day: '2024-13' is not a day written YYYY"),
    (Kind.RULINGS, "day: 2024-02-29", "day: 2024", "day has to be text, not 2024: put it in"),
    (Kind.RULINGS, "[named-recipients]", "[named-recipient]", "supports[1]: 'named-recipient' is"),
    (Kind.RULINGS, "finality: final", "finality: settled", "finality: 'settled' is none of final"),
    (Kind.RULINGS, "kind: decision", "kind: ruling", "kind: 'ruling' is none of decision, settle"),
]


@pytest.mark.parametrize(("kind", "old", "new", "what"), WRONG)
def test_a_wrong_value_is_told_with_its_line(
    tmp_path: Path, kind: Kind, old: str, new: str, what: str
) -> None:
    line = line_of(FILES[kind], old)
    told = said(tmp_path, kind, changed(FILES[kind], old, new))
    faults = told.partition(" (and ")[0]
    assert faults.startswith((f"{line}: {what}", "1: 'name' is missing")), told
    if "nam:" not in new:
        assert faults.startswith(f"{line}: ")
        assert " more)" not in told


@pytest.mark.parametrize("kind", FILES)
def test_each_key_that_is_needed_is_missed(tmp_path: Path, kind: Kind) -> None:
    tree = read(put(tmp_path / "whole", "a.yaml", FILES[kind]))
    lines = FILES[kind].splitlines(keepends=True)
    starts = [*sorted(line for keys, line in tree.lines.items() if len(keys) == 1), len(lines) + 1]
    for key in schema_of(TABLES[kind].schema)["required"]:
        first = tree.lines[key,]
        after = starts[starts.index(first) + 1]
        told = said(tmp_path / "own", kind, "".join(lines[: first - 1] + lines[after - 1 :]))
        assert told == f"1: {key!r} is missing"


def test_the_line_of_a_part_that_lacks_something_is_that_of_the_part(tmp_path: Path) -> None:
    text = changed(CONTROLLER, "    confidence: read\n", "")
    line = line_of(text, "- channel: email")
    assert (
        said(tmp_path, Kind.CONTROLLERS, text) == f"{line}: 'confidence' is missing in contacts[1]"
    )


def test_all_faults_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    text = changed(CONTROLLER, "seat: NO", "seat: UK\nsize: 3")
    text = changed(text, "channel: email", "channel: mail")
    assert said(tmp_path, Kind.CONTROLLERS, text).endswith("such as DE or DE-HH (and 2 more)")
    with pytest.raises(Malformed) as caught:
        validate(read(tmp_path / "controllers/row.yaml"), "controller.schema.json")
    assert [fault.line for fault in caught.value.faults] == [4, 5, 8]


def test_faults_of_several_files_are_told_together(tmp_path: Path) -> None:
    put(tmp_path, "controllers/b.yaml", "id: b\n")
    put(tmp_path, "controllers/c.yaml", "- b\n")
    with pytest.raises(BadKnowledge, match=r"b.yaml:1: .*\(and 6 more\)$"):
        Knowledge.load(tmp_path).controllers()


@pytest.mark.parametrize(
    ("channel", "value", "accepted"),
    [
        ("phone", "+49 40 428540", True),
        ("phone", "040 428540", False),
        ("fax", "+1 (916) 572-2900", True),
        ("form", "https://a.example/b?c=d", True),
        ("form", "javascript:alert(1)", False),
        ("form", "https://a.example/b c", False),
        ("email", "a.b+c@d-e.example", True),
        ("email", "a@b", False),
        ("email", "a@b..example", False),
        ("email", "Ä@b.example", False),
        ("post", "|\n      A Street 1\n      Town", True),
        ("post", "'  '", False),
    ],
)
def test_an_address_fits_its_channel(
    tmp_path: Path, channel: str, value: str, accepted: bool
) -> None:
    text = changed(CONTROLLER, "channel: email", f"channel: {channel}")
    text = changed(text, "privacy@facefinder.example", value)
    if not accepted:
        line = line_of(CONTROLLER, "    value:")
        assert said(tmp_path, Kind.CONTROLLERS, text).startswith(f"{line}: contacts[1].value")
        return
    put(tmp_path, "controllers/a.yaml", text)
    (contact,) = Knowledge.load(tmp_path).controller("face-finder").contacts
    assert contact.channel is Channel(channel)
    assert contact.value == contact.value.strip()


def test_a_company_without_an_address_says_what_to_look_up(tmp_path: Path) -> None:
    first, last = CONTROLLER.index("contacts:"), CONTROLLER.index("sources:")
    text = f"{CONTROLLER[:first]}contacts: []\n{CONTROLLER[last:]}"
    line = "6: no address: `missing` has to say what to look up, and where"
    assert said(tmp_path, Kind.CONTROLLERS, text) == line
    put(tmp_path, "controllers/row.yaml", text + "missing: [Look at the imprint.]\n")
    assert Knowledge.load(tmp_path).controller("face-finder").missing == ("Look at the imprint.",)


def test_of_some_decisions_only_the_month_is_known(tmp_path: Path) -> None:
    put(tmp_path, "rulings/a.yaml", changed(RULING, "2024-02-29", "2024-02"))
    ruling: Ruling = Knowledge.load(tmp_path).row(Kind.RULINGS, "court-1").value
    assert (str(ruling.day), ruling.month_only) == ("2024-02-29", True)
    put(tmp_path, "rulings/a.yaml", RULING)
    ruling = Knowledge.load(tmp_path).row(Kind.RULINGS, "court-1").value
    assert (str(ruling.day), ruling.month_only) == ("2024-02-29", False)


def test_the_schemas_are_schemas_and_know_no_other_keys() -> None:
    import jsonschema

    names = [file.name for file in SCHEMAS.iterdir()]
    assert {table.schema for table in TABLES.values()} <= set(names)
    for name in names:
        schema = schema_of(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"] == name
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for table in TABLES.values():
        assert schema_of(table.schema)["additionalProperties"] is False, table.schema


HOSTILE = {
    "many empty mappings": "places: [" + "{}, " * 200_000 + "{}]",
    "many keys that nobody knows": "".join(f"key-{number}: 1\n" for number in range(50_000)),
    "an address that is nearly one": f"url: 'http://{'a.' * 200_000} '",
    "an id that is nearly one": f"id: {'a-' * 200_000}",
    "a word that is nearly one": f"channel: {'email' * 100_000}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_takes_long(tmp_path: Path, name: str) -> None:
    """Each would take hours, were it compared in more than linear time."""
    text = HOSTILE[name]
    if text.startswith(("url", "channel")):
        kind = Kind.CONTROLLERS
        old = "url: https://facefinder.example/imprint" if "url" in text else "channel: email"
        text = changed(CONTROLLER, old, text)
    else:
        kind = Kind.AUTHORITIES
    told = said(tmp_path, kind, text)
    assert len(told) < 250
