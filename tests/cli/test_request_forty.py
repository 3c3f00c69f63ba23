"""Forty clients from one table, and one of them erased: nothing of her is left in the records."""

from __future__ import annotations

import base64
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinics import Clinic, client_rows, write_rows
from passerby.rights.cases.events import Role
from passerby.rights.cases.records import Records
from passerby.store import Passphrase, Store
from passerby.store.database import Database

NAME = "Katarzyna Świątek-Kanarek"
HER = 22
"""Her row, from 0."""
WORDS = Passphrase("a horse that counts to eight")


@dataclass(frozen=True)
class Forty:
    """What one run left: the clients' references, row by row, and the letters as text."""

    references: list[str]
    texts: list[str]
    rows: list[dict[str, str]]


def begin(shell: Clinic) -> Forty:
    """Forty clients in one run, in `records` and `out`."""
    rows = client_rows(40)
    rows[HER]["name"] = NAME
    write_rows(rows)
    requests = shell.told("new", "--clients", "clients.csv", "-o", "out")["requests"]
    texts = [
        Path(next(path for path in each["files"] if path.endswith("-request.txt"))).read_text()
        for each in requests
    ]
    return Forty([each["reference"] for each in requests], texts, rows)


def sealed_keys(folder: Path) -> list[bytes]:
    """The part of each sealed data key that holds the key, in the order of the clients."""
    connection = sqlite3.connect(folder / "records.db")
    found = [bytes(sealed)[-48:] for (sealed,) in connection.execute("SELECT sealed FROM subject")]
    connection.close()
    return found


def forms_of(name: str) -> set[bytes]:
    """A name as it may lie in a file."""
    forms = set()
    for word in (name, name.casefold(), *name.split()):
        data = word.encode()
        forms |= {data, word.encode("utf-16-le"), word.encode("utf-16-be")}
        # Base 64 of a text depends on how many bytes stand before it: three ways, cut at both
        # ends to what does not depend on its neighbours.
        forms |= {base64.b64encode(b"\0" * n + data)[4 if n else 0 : -4] for n in range(3)}
    return forms


def traces(folder: Path, name: str, key: bytes) -> list[str]:
    """Where a name, in any form, or any 8 bytes of a key lie: in files, or in their names."""
    needles = forms_of(name) | {key[at : at + 8] for at in range(0, len(key), 8)}
    found = []
    for path in sorted(folder.rglob("*")):
        names = forms_of(name)
        if any(form in str(path).encode() for form in names):
            found.append(f"name of {path.name}")
        if path.is_file():
            data = path.read_bytes()
            lower = data.decode("utf-8", "replace").casefold().encode()
            if any(needle in data for needle in needles) or name.casefold().encode() in lower:
                found.append(path.name)
    return found


@pytest.mark.parametrize("form", sorted(forms_of(NAME)))
def test_the_search_finds_every_form(tmp_path: Path, form: bytes) -> None:
    (tmp_path / "file").write_bytes(b"ab" + form + b"cd")
    assert traces(tmp_path, NAME, bytes(48 * [1])) == ["file"]


def test_the_search_finds_names_of_files_capitals_and_keys(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.pdf").touch()
    (tmp_path / "capitals").write_text(NAME.upper())
    (tmp_path / "key").write_bytes(b"..." + bytes(range(100, 110)))
    found = traces(tmp_path, NAME, bytes(range(100, 148)))
    assert found == [f"name of {NAME}.pdf", "capitals", "key"]


def test_forty_clients_in_one_run_and_one_erased(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    forty = begin(shell)
    _are_individual(forty)
    keys = sealed_keys(Path("records"))
    assert len(set(keys)) == 40
    her, key = forty.references[HER], keys[HER]
    assert traces(Path("records"), NAME, key) == ["records.db"]
    shutil.copytree("records", "copy")
    _stays_without_the_checkpoint(shell, her, key, monkeypatch)
    assert shell.ask("erase", her, "--yes") == 0
    hers = sorted(path for path in Path("out").iterdir() if path.name.startswith(her))
    assert {path.suffix for path in hers} == {".eml", ".ics", ".pdf", ".txt"}
    assert all(f"  {path.absolute()}\n" in shell.err for path in hers)
    assert shell.err.count(str(Path("out").absolute())) == len(hers)
    assert "Copies of the records that were made before this still hold her" in shell.err
    assert traces(Path("records"), NAME, key) == []
    assert shell.ask("show", her) == 62
    _open(Path("records"), [one for one in forty.references if one != her])
    # The copy from before is what the note speaks of.
    assert traces(Path("copy"), NAME, key) == ["records.db"]
    assert shell.run("request", "show", her, "--store", "copy") == 0
    assert NAME in shell.err


def _are_individual(forty: Forty) -> None:
    """Each letter has its client's own words and nobody else's: without what tells names,
    references and anchors, no two are the same."""
    bare = set()
    for row, reference, text in zip(forty.rows, forty.references, forty.texts, strict=True):
        body = " ".join(text.partition("\nRecord\n")[0].split())
        others = [other for other in forty.rows if other is not row]
        assert row["purpose"] in body
        assert row["background"] in body
        assert not any(other["background"] in body for other in others)
        for word in (row["name"], row["email"], reference):
            assert word in body
            body = body.replace(word, "")
        bare.add(body)
    assert len(bare) == 40


def _stays_without_the_checkpoint(
    shell: Clinic, her: str, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the search would see an erasure that leaves her key."""
    shutil.copytree("records", "leaky")
    # Another connection, as of another run: the last to close would empty the log by itself.
    other = sqlite3.connect("leaky/records.db")
    other.execute("SELECT count(*) FROM subject").fetchone()
    with monkeypatch.context() as patch:
        patch.setattr(Database, "truncate", lambda _: None)
        assert shell.run("request", "erase", her, "--yes", "--store", "leaky") == 0
    assert traces(Path("leaky"), NAME, key) == ["records.db"]
    assert shell.run("request", "show", her, "--store", "leaky") == 62
    other.close()


def _open(folder: Path, references: list[str]) -> None:
    """The others open: every record and every letter is read."""
    with Store.open(folder, WORDS) as store:
        records = Records(store)
        clients = records.clients()
        assert [case.reference for _, client in clients for case in client.cases] == references
        for client_id, client in clients:
            (letter,) = client.cases[0].letters
            texts = [file for file in letter.drafted.files if file.role is Role.TEXT]
            assert client.profile.person.name in records.file(client_id, texts[0]).decode()
        assert store.check() == ()
