"""Rows by name and place, the user's own before those that came with Passerby."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import platformdirs
import pytest

from knowledge_files import AUTHORITY, CONTROLLER, RULING, changed, put
from passerby.errors import BadKnowledge, NoRight, UnknownName
from passerby.rights.facts.party import Authority, Controller, Finality, Remit
from passerby.rights.knowledge import Kind, Knowledge, Row, default_folder, folders


@pytest.fixture
def known(tmp_path: Path) -> Knowledge:
    """What came with Passerby, without any file of the user's."""
    return Knowledge.load(tmp_path)


def test_a_row_is_found_by_its_name(known: Knowledge) -> None:
    clearview = known.controller("clearview-ai")
    assert isinstance(clearview, Controller)
    assert clearview.name == "Clearview AI, Inc."
    hamburg = known.authority("de-hh-hmbbfdi")
    assert isinstance(hamburg, Authority)
    assert hamburg.places == ("DE-HH",)


@pytest.mark.parametrize(
    ("ask", "line"),
    [
        (lambda k: k.controller("clearview"), "no company is called 'clearview': did you mean cle"),
        (lambda k: k.controller("PimEye"), "no company is called 'PimEye': did you mean pimeyes?"),
        (lambda k: k.controller("zzz"), "no company is called 'zzz'"),
        (lambda k: k.authority("de-hh"), "no authority is called 'de-hh': did you mean de-"),
        (lambda k: k.law("gpdr!"), "no law is called 'gpdr!'"),
        (lambda k: k.language("xx"), "no language is called 'xx'"),
        (lambda k: k.row(Kind.RULINGS, "cjeu-c-154-22"), "no decision is called 'cjeu-c-154-22': "),
        (
            lambda k: k.rulings(supports="named-recipient"),
            "nothing that decisions are cited for is ",
        ),
    ],
)
def test_a_name_that_nobody_has_is_told_with_the_nearest(
    known: Knowledge, ask: Any, line: str
) -> None:
    with pytest.raises(UnknownName) as caught:
        ask(known)
    assert caught.value.message.startswith(line)
    assert "\n" not in caught.value.message


def test_a_file_of_the_users_is_added(tmp_path: Path) -> None:
    before = Knowledge.load(tmp_path).rows(Kind.CONTROLLERS)
    path = put(tmp_path, "controllers/mine.yml", CONTROLLER)
    known = Knowledge.load(tmp_path)
    row = known.row(Kind.CONTROLLERS, "face-finder")
    assert (row.origin, row.overrides, row.checked) == (path, False, None)
    assert row.value.seat == "NO"
    assert row.value.contacts[0].checked == date(2026, 1, 31)
    assert len(known.controllers()) == len(before) + 1
    assert all(each.origin is None and not each.overrides for each in before)


def test_a_file_of_the_users_stands_for_the_whole_row(tmp_path: Path) -> None:
    shipped = Knowledge.load(tmp_path).controllers()
    text = changed(CONTROLLER, "id: face-finder", "id: clearview-ai")
    path = put(tmp_path, "controllers/any-name.yaml", text)
    known = Knowledge.load(tmp_path)
    row = known.row(Kind.CONTROLLERS, "clearview-ai")
    assert (row.origin, row.overrides) == (path, True)
    mine = known.controller("clearview-ai")
    assert mine.name == "Face Finder Ltd"
    assert mine.demands == ()
    assert [each.value for each in mine.contacts] == ["privacy@facefinder.example"]
    assert [each.id for each in known.controllers()] == [each.id for each in shipped]


def test_the_users_folder_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_: tmp_path / "data")
    assert default_folder() == tmp_path / "data" / "knowledge"
    assert Knowledge.load().own is None
    put(default_folder(), "controllers/a.yaml", CONTROLLER)
    assert Knowledge.load().controller("face-finder").id == "face-finder"


def test_two_files_of_the_users_with_one_name_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "controllers/a.yaml", CONTROLLER)
    put(tmp_path, "controllers/b.yaml", CONTROLLER)
    with pytest.raises(BadKnowledge, match=r"b.yaml:1: 'face-finder' stands in .*a.yaml already$"):
        Knowledge.load(tmp_path).controllers()


def test_a_broken_file_is_never_left_out(tmp_path: Path) -> None:
    put(tmp_path, "controllers/clearview-ai.yaml", "id: clearview-ai\nname: [\n")
    known = Knowledge.load(tmp_path)
    for name in ("clearview-ai", "pimeyes"):
        with pytest.raises(BadKnowledge, match=r"clearview-ai\.yaml:3: this is not YAML"):
            known.controller(name)
    assert known.authority("pl-uodo")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("controller/a.yaml", "no kind of knowledge has this name: did you mean 'controllers'"),
        ("stuff/a.yaml", "no kind of knowledge has this name: there are laws, controllers"),
        ("a.yaml", "this belongs into one of the folders laws, controllers"),
        ("controllers/a.yaml.txt", "this is not read: the files end in .yaml"),
        ("controllers/more/a.yaml", "this is not read: the files end in .yaml"),
    ],
)
def test_a_file_that_would_never_be_read_is_told(tmp_path: Path, name: str, what: str) -> None:
    put(tmp_path, name, CONTROLLER)
    with pytest.raises(BadKnowledge) as caught:
        Knowledge.load(tmp_path)
    assert what in caught.value.message


def test_hidden_files_and_notes_beside_the_folders_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "README.md", "Ours.")
    put(tmp_path, ".git/a.yaml", "x")
    put(tmp_path, "controllers/.a.yaml.swp", b"\0")
    assert Knowledge.load(tmp_path).controllers()


def test_a_folder_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none", put(tmp_path, "file", "")):
        with pytest.raises(BadKnowledge, match="there is no such folder"):
            Knowledge.load(path)


@pytest.mark.parametrize(
    ("place", "remit", "ids"),
    [
        ("DE-HH", Remit.COMPANIES, ["de-hh-hmbbfdi"]),
        ("DE-HH", Remit.PUBLIC_BODIES, ["de-hh-hmbbfdi", "de-bfdi"]),
        ("DE-BY", Remit.COMPANIES, ["de-by-lda"]),
        ("DE-BY", Remit.PUBLIC_BODIES, ["de-by-lfd", "de-bfdi"]),
        ("DE", Remit.COMPANIES, []),
        ("PL", Remit.COMPANIES, ["pl-uodo"]),
        ("NO", Remit.COMPANIES, ["no-datatilsynet"]),
        ("ES-CT", Remit.COMPANIES, ["es-aepd"]),
        ("GB-SCT", Remit.COMPANIES, ["gb-ico"]),
        ("CA-QC", Remit.COMPANIES, ["ca-qc-cai", "ca-opc"]),
        ("US-CA", Remit.COMPANIES, ["us-ca-cppa"]),
        ("US-TX", Remit.COMPANIES, ["us-tx-ag"]),
        ("US-WY", Remit.COMPANIES, []),
        ("DE", Remit.CHURCH, []),
        ("", Remit.COMPANIES, []),
    ],
)
def test_the_authorities_of_a_place(
    known: Knowledge, place: str, remit: Remit, ids: list[str]
) -> None:
    assert [each.id for each in known.authorities_for(place, remit)] == ids


def test_where_the_part_of_the_country_decides_it_is_asked_for(known: Knowledge) -> None:
    assert known.authority_for("DE-HH").id == "de-hh-hmbbfdi"
    with pytest.raises(UnknownName, match="in DE it depends on the part") as caught:
        known.authority_for("DE")
    assert "DE-BW, DE-BY, DE-HB" in caught.value.hint
    with pytest.raises(UnknownName, match="no supervisory authority is known for ZW"):
        known.authority_for("ZW")


def test_decisions_are_chosen_by_company_law_and_what_they_support(tmp_path: Path) -> None:
    put(tmp_path, "rulings/a.yaml", RULING)
    about = changed(
        changed(RULING, "id: court-1", "id: court-2"), "controller: null", "controller: x"
    )
    put(tmp_path, "rulings/b.yaml", changed(about, "laws: []", "laws: [some-law]"))
    known = Knowledge.load(tmp_path)
    mine = {"court-1", "court-2"}

    def ids(**by: str) -> set[str]:
        return {ruling.id for ruling in known.rulings(**by)} & mine

    assert ids() == mine
    assert ids(controller="x") == mine
    assert ids(controller="pimeyes") == {"court-1"}
    assert ids(law="some-law") == {"court-2"}
    assert ids(law="gdpr") == set()
    assert ids(supports="named-recipients") == mine
    assert ids(supports="erasure") == set()
    days = [ruling.day for ruling in known.rulings()]
    assert days == sorted(days)


def test_what_is_final_is_as_the_decisions_say(known: Knowledge) -> None:
    final = {ruling.id for ruling in known.rulings() if ruling.finality is Finality.FINAL}
    assert final == {
        "cjeu-c-154-21",
        "cjeu-c-526-24",
        "ap-clearview-2024",
        "oaic-clearview-2021",
        "aata-2023-1069",
        "aclu-clearview-2022",
        "eu-ai-act-5-1-e",
        "ccpa-1798-140-v-2",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """As much of a law as choosing among its versions looks at."""

    id: str
    applies_from: date
    applies_to: date | None


def with_versions(*versions: Version) -> Knowledge:
    known = Knowledge(own=None)
    tree = known.rows(Kind.CONTROLLERS)[0].tree
    known._mine[Kind.LAWS] = tuple(
        Row(
            kind=Kind.LAWS,
            id=each.id,
            version=each.applies_from,
            value=each,
            origin=None,
            checked=None,
            tree=tree,
        )
        for each in versions
    )
    return known


def test_the_version_of_a_law_that_is_in_force_is_chosen() -> None:
    first = Version(id="law", applies_from=date(2018, 5, 25), applies_to=date(2026, 2, 5))
    second = Version(id="law", applies_from=date(2026, 2, 5), applies_to=None)
    other = Version(id="other", applies_from=date(2020, 1, 1), applies_to=None)
    known = with_versions(first, second, other)
    assert known.law("law", date(2018, 5, 25)) is first
    assert known.law("law", date(2026, 2, 4)) is first
    assert known.law("law", date(2026, 2, 5)) is second
    assert known.law("law", date(2100, 1, 1)) is second
    assert known.law("law") is second
    with pytest.raises(
        NoRight, match="'law' as it held on 2018-05-24 is not known: there is the o"
    ):
        known.law("law", date(2018, 5, 24))


def test_between_two_versions_none_is_in_force() -> None:
    known = with_versions(
        Version(id="law", applies_from=date(2020, 1, 1), applies_to=date(2021, 1, 1)),
        Version(id="law", applies_from=date(2022, 1, 1), applies_to=None),
    )
    for day in (date(2021, 1, 1), date(2021, 12, 31)):
        with pytest.raises(NoRight, match="until before 2021-01-01, from 2022-01-01"):
            known.law("law", day)


def test_what_is_known_cannot_be_changed(known: Knowledge) -> None:
    with pytest.raises(FrozenInstanceError):
        known.own = None  # type: ignore[misc]
    with pytest.raises(TypeError):
        known.authority("pl-uodo").names["en"] = "x"  # type: ignore[index]


def test_of_what_came_with_passerby_only_what_is_asked_for_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = folders.read_row
    names: list[str] = []

    def recorded(kind: Kind, file: Any, origin: Path | None) -> Row:
        names.append(file.name)
        return read(kind, file, origin)

    monkeypatch.setattr(folders, "read_row", recorded)
    put(tmp_path, "controllers/a.yaml", CONTROLLER)
    folders._shipped_row.cache_clear()
    known = Knowledge.load(tmp_path)
    assert known.controller("pimeyes").name == "PimEyes"
    assert names == ["a.yaml", "pimeyes.yaml"]
    assert known.controller("face-finder").seat == "NO"
    assert names == ["a.yaml", "pimeyes.yaml"]
    with pytest.raises(UnknownName, match="did you mean pimeyes"):
        known.controller("pimeye")
    assert len(names) == 1 + 8


def test_files_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "authorities/a.yaml", AUTHORITY)
    known = Knowledge.load(tmp_path)
    known.authorities()
    monkeypatch.setattr(folders, "read_row", lambda *_: pytest.fail("read again"))
    assert known.authority("xx-authority").remits == (Remit.COMPANIES,)
    assert known.authorities_for("IM")


def test_a_folder_that_may_not_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    for name in ("is_dir", "iterdir"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, forbidden)
            with pytest.raises(BadKnowledge, match=":1: cannot be read: Permission denied"):
                Knowledge.load(tmp_path)
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_: tmp_path / "data")
    monkeypatch.setattr(Path, "lstat", forbidden)
    with pytest.raises(BadKnowledge, match=":1: cannot be read: Permission denied"):
        Knowledge.load()


def test_the_users_folder_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_: tmp_path)
    (tmp_path / "knowledge").symlink_to(tmp_path / "gone")
    with pytest.raises(BadKnowledge, match="there is no such folder"):
        Knowledge.load()
