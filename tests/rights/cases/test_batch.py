"""Many clients from one table: all of it is checked before any of it is used."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from passerby.errors import BadRecord, NoRight, UnreadableInput
from passerby.rights.cases.batch import NEEDED, Row, read_batch
from passerby.rights.facts.law import RightKind

HEADER = (
    "name", "address", "email", "care_of", "language", "place", "controller", "law", "rights",
    "purpose", "background", "contact",
)  # fmt: skip


def cells(number: int, **others: str) -> dict[str, str]:
    """One client of many."""
    return {
        "name": f"Client {number}",
        "address": f"Weg {number}|20095 Hamburg",
        "email": f"c{number}@example.org",
        "care_of": "",
        "language": "de",
        "place": "DE-HH",
        "controller": "clearview-ai",
        "law": "gdpr",
        "rights": "access, erasure",
        "purpose": f"I, number {number}, want to know.",
        "background": f"On day {number} I was there.\nAnd seen.",
        "contact": "",
        **others,
    }


def table(folder: Path, rows: list[dict[str, str]], end: str = "\r\n", mark: bytes = b"") -> Path:
    """A CSV file with these rows."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADER, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "clients.csv"
    path.write_bytes(mark + out.getvalue().encode())
    return path


def forty(**others: dict[str, str]) -> list[dict[str, str]]:
    """Forty clients; `r17={...}` changes the seventeenth."""
    return [cells(number, **others.get(f"r{number}", {})) for number in range(1, 41)]


def accept(row: Row) -> None:
    """Any row."""


def refusal(path: Path, check: object = accept) -> str:
    with pytest.raises(BadRecord) as caught:
        read_batch(path, check)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize(("end", "mark"), [("\r\n", b""), ("\n", b"\xef\xbb\xbf")])
def test_forty_clients(tmp_path: Path, end: str, mark: bytes) -> None:
    batch = read_batch(table(tmp_path, forty(), end, mark), accept)
    assert len(batch.rows) == 40
    assert batch.warnings == ()
    row = batch.rows[16]
    assert row.sender.person.name == "Client 17"
    assert row.sender.person.address == ("Weg 17", "20095 Hamburg")
    assert row.sender.background == ("On day 17 I was there.", "And seen.")
    assert row.sender.person.care_of is None
    assert row.rights == (RightKind.ACCESS, RightKind.ERASURE)
    # The background of each row has two lines.
    assert [each.line for each in batch.rows] == list(range(2, 82, 2))


def test_an_error_in_one_row_is_told_and_nothing_is_used(tmp_path: Path) -> None:
    checked: list[int] = []

    def check(row: Row) -> None:
        checked.append(row.line)

    rows = [cells(number, background=f"I was there, {number}.") for number in range(1, 41)]
    rows[15]["place"] = "Hamburg"
    assert refusal(table(tmp_path, rows), check) == (
        "clients.csv: line 17, column place: 'HAMBURG' is no place of ISO 3166 such as DE or US-CA"
    )
    assert len(checked) == 39


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    rows = forty(r3={"email": "no"}, r5={"rights": "acces"}, r7={"purpose": " ", "language": "xx"})
    says = refusal(table(tmp_path, rows))
    for part in (
        "line 6, column email: 'no' is no e-mail",
        "line 10, column rights: 'acces' is no right; they are access",
        "line 14, column language",
        "line 14, column purpose: this is empty",
    ):
        assert part in says
    many = forty(**{f"r{number}": {"email": "no"} for number in range(1, 21)})
    assert refusal(table(tmp_path, many)).endswith("; and 12 more")


def test_what_the_law_does_not_bear_is_told_with_the_line(tmp_path: Path) -> None:
    def check(row: Row) -> None:
        if row.place == "US-CA":
            raise NoRight("gdpr does not give the right access in US-CA")

    says = refusal(table(tmp_path, forty(r2={"place": "US-CA"})), check)
    assert says == "clients.csv: line 4: gdpr does not give the right access in US-CA"


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        ({"name": "Client 1", "email": "c1@example.org"}, True),
        ({"name": "CLIENT  1", "email": "C1@example.org", "controller": "pimeyes"}, True),
        ({"name": "Client 1"}, False),
        ({"name": "Client 1", "email": ""}, False),
        ({"name": "Client 1", "email": "", "address": "Weg 1, 20095 Hamburg"}, True),
    ],
)
def test_the_same_person_twice(tmp_path: Path, other: dict[str, str], refused: bool) -> None:
    path = table(tmp_path, forty(r9=other))
    if refused:
        assert "line 18, column name: the same person stands in line 2" in refusal(path)
    else:
        assert len(read_batch(path, accept).rows) == 40


def test_letters_are_individual(tmp_path: Path) -> None:
    words = {"background": "I was  THERE, on day 1\nand seen."}
    rows = forty(r1={"background": "I was there on day 1 and seen"}, r9=words)
    says = refusal(table(tmp_path, rows))
    assert "line 17, column background: this is word for word that of line 2" in says
    rows = forty(r1={"purpose": "To know."}, r9={"purpose": "to know"})
    batch = read_batch(table(tmp_path, rows), accept)
    assert batch.warnings == (
        "lines 2, 18 have the same purpose: let each client say it in her own words",
    )


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "'quoted"])
def test_formulas_are_text(tmp_path: Path, name: str) -> None:
    batch = read_batch(table(tmp_path, forty(r1={"name": name})), accept)
    assert batch.rows[0].sender.person.name == name


@pytest.mark.parametrize("name", ["Anna\nBcc: x@y.org", "Anna\tX", "Anna\x00", "Anna\u202e"])
def test_what_could_do_harm_is_refused(tmp_path: Path, name: str) -> None:
    assert "column name: " in refusal(table(tmp_path, forty(r1={"name": name})))


def text(folder: Path, data: str | bytes) -> Path:
    path = folder / "clients.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


TOP = ",".join(NEEDED) + ",email"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "no column name, language"),
        (TOP, "there is no row"),
        (TOP + "\r\n\r\n,,,,,,,,\r\n", "there is no row"),
        (TOP.replace("purpose,", ""), "line 1: no column purpose"),
        (TOP + ",email", "line 1: the column email stands twice"),
        (TOP + ",Colour", "line 1: there is no column 'colour'; they are name"),
        (TOP.replace(",", ";"), "line 1: the columns are separated by semicolons"),
        (TOP + "\r\nAnna,de", "line 2: 2 cells under 9 columns"),
        (TOP + '\r\n"Anna,de', "line 2: unexpected end of data"),
        (TOP.encode() + b"\r\n\xff", "line 2: this is not UTF-8 text"),
    ],
)
def test_what_is_no_table(tmp_path: Path, data: str | bytes, says: str) -> None:
    assert says in refusal(text(tmp_path, data))


def test_columns_can_stand_in_any_order_and_lines_be_empty(tmp_path: Path) -> None:
    names = [*reversed(NEEDED), "email"]
    row = cells(1)
    line = ",".join(f'"{row[name]}"' for name in names)
    batch = read_batch(text(tmp_path, f"{','.join(names).upper()}\n\n{line}\n,,,,,,,,\n"), accept)
    assert [each.line for each in batch.rows] == [3]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"clients\.csv cannot be read"):
        read_batch(tmp_path / "clients.csv", accept)
