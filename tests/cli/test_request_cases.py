"""Requests on the command line: from a fresh install to the bundle and the erasure."""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import icalendar
import numpy as np
import pytest
from PIL import Image

from mail_server import PASSWORD, USER, Post, make_certificates, serve
from passerby.files import Staged
from passerby.media import watermark
from passerby.rights.cases.checklist import points_of
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.point import Point
from passerby.rights.knowledge import Knowledge, folders
from shells import Shell

SENDER = """\
name = "Anna Świątek"
address = ["Weg 1", "20095 Hamburg"]
email = "anna@example.org"
language = "de"
place = "DE-HH"
purpose = "Ich will wissen, ob mein Gesicht gespeichert ist."
background = ["Eine Freundin hat mich dort gefunden."]
"""
NEW = (
    "new", "--controller", "clearview-ai", "--law", "gdpr", "--right", "access,erasure,object",
    "--sender", "me.toml", "--language", "de", "-o", "out",
)  # fmt: skip


class Clinic(Shell):
    """A shell with a passphrase and a sender, in a folder of its own."""

    def ask(self, *arguments: str, today: date | None = None) -> int:
        """Run a command of `request` on the records in this folder."""
        day = () if today is None else ("--today", today.isoformat())
        return self.run("request", *arguments, "--store", "records", *day)

    def told(self, *arguments: str, today: date | None = None) -> Any:
        """Run one that has to succeed; return its JSON."""
        assert self.ask(*arguments, "--json", today=today) == 0, self.err
        return json.loads(self.out)

    def begin(self, *arguments: str, today: date | None = None) -> Any:
        """Begin a request to Clearview AI; return what was written."""
        (request,) = self.told(*NEW, *arguments, today=today)["requests"]
        return request


@pytest.fixture
def shell(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Clinic]:
    monkeypatch.chdir(tmp_path)
    Path("me.toml").write_text(SENDER)
    Path("words").write_text("a horse that counts to eight\n")
    monkeypatch.setenv("PASSERBY_PASSPHRASE_FILE", "words")
    yield Clinic(capfd)


def test_one_command_on_a_fresh_install(shell: Clinic) -> None:
    assert shell.ask(*NEW, "--country", "DE") == 0
    assert shell.out == ""
    assert "Write this recovery key down" in shell.err
    files = {path.suffix: path for path in Path("out").iterdir()}
    assert set(files) == {".pdf", ".eml", ".txt", ".ics"}
    assert files[".pdf"].read_bytes().startswith(b"%PDF-")
    mail = message_from_bytes(files[".eml"].read_bytes(), policy=default)
    assert mail["From"].addresses[0].addr_spec == "anna@example.org"
    assert mail["X-Unsent"] == "1"
    text = " ".join(files[".txt"].read_text().split())
    assert "DSGVO" in text
    # The file says in which part of the country she is, and so which authority is in charge.
    assert "Der Hamburgische Beauftragte" in text
    assert "Ich will wissen, ob mein Gesicht gespeichert ist." in text
    calendar = icalendar.Calendar.from_ical(files[".ics"].read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert "record the date of receipt" in str(event["summary"])
    for word in ("Clearview", "Anna", "face", "GDPR"):
        assert word not in files[".ics"].read_text()
        assert word not in " ".join(path.name for path in files.values())


def test_the_recovery_key_is_told_once_and_opens_the_records(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.begin()
    (key,) = [line.strip() for line in shell.err.splitlines() if line.count("-") == 7]
    Path("key").write_text(key + "\n")
    assert shell.ask("list") == 0
    assert key not in shell.err + shell.out
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE")
    assert shell.ask("list", "--recovery-key-file", "key") == 0
    assert "Anna Świątek" in shell.err


def test_a_wrong_passphrase_and_none_at_all(shell: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.begin()
    Path("words").write_text("another\n")
    assert shell.ask("list") == 61
    assert "this is not the right passphrase" in shell.err
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE")
    assert shell.ask("list") == 2
    assert "nobody to ask for the passphrase" in shell.err
    assert shell.ask("list", "--passphrase-file", "words", "--key-file", "words") == 2
    assert shell.ask("list", "--passphrase-file", "missing") == 10


def test_records_that_are_not_there(shell: Clinic) -> None:
    assert shell.ask("list") == 61
    assert "no records in records" in shell.err


def test_a_key_file_is_made_when_the_records_are_begun(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSERBY_PASSPHRASE_FILE")
    assert shell.ask(*NEW, "--key-file", "my.key") == 0
    assert Path("my.key").stat().st_mode & 0o077 == 0
    assert shell.ask("list", "--key-file", "my.key") == 0


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (("--law", "gdbr"), 62, "did you mean gdpr"),
        (("--country", "US-CA"), 62, "does not give the right access in US-CA"),
        (("--right", "opt-out"), 62, "does not give the right opt-out"),
        (("--right", "acces"), 2, "'acces' is no right"),
        (("--controller", "clear"), 62, "clear"),
        (("--language", "xx"), 62, "xx"),
        (("--country", "Hamburg"), 2, "is no place"),
        (("--mandate", "m1"), 62, "no mandate m1"),
        (("--client", "x"), 2, "one of --sender, --client and --clients"),
        (("--channel", "fax"), 62, "no sourced address of Clearview AI"),
        (("--today", "2126-01-01"), 10, "still to come"),
        (("--today", "2026-02-30"), 10, "does not exist"),
    ],
)
def test_what_cannot_be_asked(shell: Clinic, more: tuple[str, ...], code: int, says: str) -> None:
    assert shell.ask(*NEW, *more) == code
    assert says in shell.err
    assert "Traceback" not in shell.err
    assert not Path("out").exists()
    if Path("records").exists() and "--today" not in more:
        assert shell.told("client", "list")["clients"] == []


def test_a_request_without_a_purpose(shell: Clinic) -> None:
    Path("me.toml").write_text(SENDER.replace("purpose", "contact"))
    assert shell.ask(*NEW) == 10
    assert "the purpose is missing" in shell.err


def points(verdict_of_sources: str) -> str:
    """A checked reply."""
    law = Knowledge(own=None).law("gdpr")
    demanded = points_of(law, (RightKind.ACCESS, RightKind.ERASURE, RightKind.OBJECTION))
    return "".join(
        f"{point}={verdict_of_sources if point is Point.SOURCES else 'given'}\n"
        for point in demanded
    )


def test_the_whole_way(shell: Clinic) -> None:
    begun = date(2026, 3, 5)
    reference = shell.begin(today=begun)["reference"]
    case = shell.told("sent", reference, "--received", "2026-03-05", "-o", "out", today=begun)
    assert (case["due"], case["overdue_from"]) == ("2026-04-06", "2026-04-08")
    calendar = icalendar.Calendar.from_ical(Path(case["files"][0]).read_bytes())
    assert [event["dtstart"].dt for event in calendar.walk("VEVENT")] == [
        date(2026, 4, 6),
        date(2026, 4, 8),
    ]
    asked = date(2026, 3, 10)
    told = shell.told("answer", reference, "--demand", "photo", "-o", "out", today=asked)
    assert told["letter"]["letter_kind"] == "identity"
    assert (told["status"], told["reason"]) == ("in_progress", "need_user_verification")
    shell.told("sent", reference, today=asked)
    Path("reply.eml").write_bytes(b"From: c@clearview.example\r\nSubject: Yours\r\n\r\nHere.\r\n")
    Path("checked").write_text(points("missing"))
    replied = date(2026, 3, 30)
    told = shell.told(
        "answer", reference, "--file", "reply.eml", "--points", "checked", "-o", "out",
        today=replied,
    )  # fmt: skip
    assert told["letter"]["letter_kind"] == "wanting"
    shell.told("sent", reference, today=replied)
    late = replied + timedelta(days=14)
    (due,) = shell.told("due", today=late)["cases"]
    assert due["overdue"] is True
    assert due["next"]["letter"] == "complaint"
    letter = shell.told("escalate", reference, "-o", "out", today=late)
    assert (letter["letter_kind"], letter["letter"]) == ("complaint", 4)
    shell.told("sent", reference, "--channel", "post", today=late)
    _bundle(shell, reference)


def _bundle(shell: Clinic, reference: str) -> None:
    """Export the evidence; it is whole, and no more with one byte changed."""
    key = shell.told("export", reference, "-o", "evidence.zip")["key"]
    assert shell.run("request", "verify-bundle", "evidence.zip", "--key", key) == 0
    data = bytearray(Path("evidence.zip").read_bytes())
    place = data.index(b"Subject: Yours")
    data[place] ^= 1
    Path("evidence.zip").write_bytes(data)
    assert shell.run("request", "verify-bundle", "evidence.zip") == 50
    assert "answers/2-1.eml" in shell.err
    again = shell.told("export", reference, "-o", "again.zip")
    assert again["key"] == key


def test_the_mail_as_it_was_sent_is_read(shell: Clinic) -> None:
    reference = shell.begin(today=date(2026, 3, 5))["reference"]
    Path("sent.eml").write_bytes(
        b"From: Anna <anna@example.org>\r\nTo: c@clearview.example\r\n"
        b"Date: Fri, 06 Mar 2026 10:00:00 +0100\r\nMessage-ID: <real@mail.example>\r\n\r\nHello\r\n"
    )
    shell.told("sent", reference, "--eml", "sent.eml")
    (letter,) = shell.told("show", reference)["letters"]
    assert letter["sent"]["message_id"] == "<real@mail.example>"
    assert letter["sent"]["day"] == "2026-03-06"
    assert letter["sent"]["proof"]["file_name"] == "sent.eml"
    assert shell.ask("sent", reference) == 2
    assert "was sent on 2026-03-06 already" in shell.err


def test_forty_clients_in_one_run_and_one_erased(shell: Clinic) -> None:
    rows = [
        {
            "name": f"Client {number}",
            "email": f"c{number}@example.org",
            "language": "en",
            "place": "DE-HH",
            "controller": "clearview-ai",
            "law": "gdpr",
            "rights": "access",
            "purpose": f"I, number {number}, want to know.",
            "background": f"On day {number} I was there.",
        }
        for number in range(1, 41)
    ]
    rows[15]["law"] = "gdbr"
    _write(rows)
    assert shell.ask("new", "--clients", "clients.csv", "-o", "out") == 10
    assert "line 17: no law is called 'gdbr'" in shell.err
    assert shell.told("client", "list")["clients"] == []
    rows[15]["law"] = "gdpr"
    _write(rows)
    requests = shell.told("new", "--clients", "clients.csv")["requests"]
    assert len({each["reference"] for each in requests}) == 40
    assert shell.ask("new", "--clients", "clients.csv") == 10
    assert "line 2: this client is on record already" in shell.err
    shutil.copytree("records", "copy")
    name = b"Client 23"
    reference = requests[22]["reference"]
    shell.told("show", reference, "--letter", "1", "-o", "out")
    erasure = shell.told("erase", reference, "--yes")
    assert sorted(Path(path).suffix for path in erasure["exported"]) == [".eml", ".pdf", ".txt"]
    assert all(name not in path.read_bytes() for path in Path("records").iterdir())
    assert len(shell.told("client", "list")["clients"]) == 39
    assert shell.ask("show", reference) == 62
    # The copy from before is the copy that the note speaks of.
    assert "Copies of the records that were made before this still hold her" in erasure["note"]
    assert shell.run("request", "show", reference, "--store", "copy") == 0


def _write(rows: list[dict[str, str]]) -> None:
    with Path("clients.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_hold_a_mandate_and_the_log(shell: Clinic) -> None:
    reference = shell.begin()["reference"]
    Path("clinic.toml").write_text(
        'name = "Clinic"\naddress = ["Weg 2"]\nemail = "c@example.org"\n'
    )
    Path("signed.pdf").write_bytes(b"%PDF-1.7 signed")
    made = shell.told(
        "mandate", "add", reference, "--kind", "attorney", "--holder", "clinic.toml",
        "--since", "2026-01-01", "--document", "signed.pdf",
    )  # fmt: skip
    assert made["mandate"] == "m1"
    shell.told("client", "hold", reference, "--why", "proceedings")
    assert shell.ask("erase", reference, "--yes") == 2
    assert "under a legal hold" in shell.err
    client = shell.told("client", "lift", reference, "--why", "they ended")
    assert client["hold"] is None
    written = shell.told(
        "new", "--client", client["client"], "--controller", "clearview-ai", "--law", "gdpr",
        "--right", "access", "--purpose", "Ich will es wissen.", "--mandate", "m1",
    )["requests"][0]  # fmt: skip
    assert written["reference"] != reference
    ended = shell.told("mandate", "end", reference, "m1")
    assert ended["mandates"][0]["ended"] is not None
    assert shell.ask("escalate", written["reference"], "--kind", "reminder") == 2
    shell.told("client", "retain", reference, "--until", "2020-01-01")
    assert shell.told("due")["retention_over"] == [client["client"]]
    assert "is over" in shell.err
    log = shell.told("log", reference)["entries"]
    assert [one["number"] for one in log] == list(range(1, len(log) + 1))
    assert log[0]["event"] == "client-added"
    assert log[-1]["event"] == "retention-set"
    shell.told("close", reference, "--reason", "withdrawn")
    assert {case["status"] for case in shell.told("list")["cases"]} == {"revoked", "draft"}


def test_nothing_is_written_over(shell: Clinic) -> None:
    reference = shell.begin()["reference"]
    assert shell.ask("show", reference, "--letter", "1", "-o", "out") == 40
    assert "exists" in shell.err


def test_a_letter_goes_by_her_own_server_and_is_recorded(
    shell: Clinic, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PASSERBY_OFFLINE", raising=False)
    certificates = make_certificates(tmp_path_factory.mktemp("certificates"))
    post = Post()
    reference = shell.begin("--to", "privacy@clearview.example")["reference"]
    monkeypatch.setenv("SMTP_WORDS", PASSWORD)
    with serve(post, certificates) as port:
        Path("smtp.toml").write_text(
            f'host = "localhost"\nport = {port}\nuser = "{USER}"\n'
            f'password-env = "SMTP_WORDS"\nca-file = "{certificates.authority}"\n'
        )
        assert shell.ask("send", reference, "--smtp", "smtp.toml") == 2
        assert "nobody to ask whether it is to be sent" in shell.err
        yesterday = date.today() - timedelta(days=1)
        assert shell.ask("send", reference, "--smtp", "smtp.toml", "--yes", today=yesterday) == 2
        assert "a letter is sent today" in shell.err
        assert post.letters == []
        told = shell.told("send", reference, "--smtp", "smtp.toml", "--yes")
        assert shell.ask("send", reference, "--smtp", "smtp.toml", "--yes") == 2
    assert len(post.letters) == 1
    assert told["recipients"] == ["privacy@clearview.example"]
    case = shell.told("show", reference)
    assert case["status"] == "open"
    assert case["letters"][0]["sent"]["message_id"] == told["message_id"]
    assert case["letters"][0]["sent"]["proof"]["role"] == "proof"


def test_a_draft_is_not_sent(shell: Clinic) -> None:
    reference = shell.begin()["reference"]
    Path("smtp.toml").write_text('host = "mail.example.org"\n')
    assert shell.ask("send", reference, "--smtp", "smtp.toml", "--yes") == 2
    assert "is a draft with" in shell.err


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("laws", "us-foia"),
        ("controllers", "clearview-ai"),
        ("authorities", "de-hh-hmbbfdi"),
        ("languages", "de"),
    ],
)
def test_what_is_known_is_listed_without_records(shell: Clinic, what: str, name: str) -> None:
    found = {each["id"] for each in shell.told("list", what)[what]}
    assert name in found
    assert f"{name}  " in shell.err
    assert not Path("records").exists()


def test_a_case_whose_company_is_no_longer_known_hides_no_other(shell: Clinic) -> None:
    Path("own/controllers").mkdir(parents=True)
    shipped = Path(folders.__file__).parents[1] / "data/controllers/clearview-ai.yaml"
    text = shipped.read_text().replace("id: clearview-ai", "id: another-ai")
    Path("own/controllers/another-ai.yaml").write_text(text)
    other = shell.begin("--controller", "another-ai", "--knowledge", "own")["reference"]
    known = shell.begin()["reference"]
    for reference in (other, known):
        more = ("--knowledge", "own") if reference == other else ()
        shell.told("sent", reference, *more)
    Path("own/controllers/another-ai.yaml").unlink()
    found = {each["reference"] for each in shell.told("due")["cases"]}
    assert found == {other, known}
    assert f"{other}: its days could not be computed anew" in shell.err


def test_records_whose_beginning_was_cut_off_are_begun_anew(shell: Clinic) -> None:
    """The process that was killed left the file with nothing in it."""
    Path("records").mkdir(mode=0o700)
    Path("records/records.db").touch(0o600)
    assert shell.ask("client", "add", "me.toml") == 0, shell.err
    assert "Write this recovery key down" in shell.err
    assert len(shell.told("client", "list")["clients"]) == 1


@pytest.mark.parametrize(
    ("zone", "written", "day"),
    [
        ("America/New_York", "Thu, 05 Mar 2026 23:30:00 -0500", "2026-03-05"),
        ("America/New_York", "Fri, 06 Mar 2026 04:30:00 +0000", "2026-03-05"),
        ("Europe/Berlin", "Fri, 06 Mar 2026 00:30:00 +0100", "2026-03-06"),
        ("Europe/Berlin", "Thu, 05 Mar 2026 23:30:00 -0000", "2026-03-06"),
        ("UTC", "Thu, 05 Mar 2026 23:30:00 +0000", "2026-03-05"),
    ],
)
def test_a_mail_sent_around_midnight_went_out_on_the_day_that_it_was_here(
    shell: Clinic, monkeypatch: pytest.MonkeyPatch, zone: str, written: str, day: str
) -> None:
    reference = shell.begin("--country", "DE", today=date(2026, 3, 5))["reference"]
    Path("sent.eml").write_text(
        f"From: a@b.example\nMessage-ID: <1@b.example>\nDate: {written}\n\n"
    )
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        shell.told("sent", reference, "--eml", "sent.eml")
    finally:
        if before is None:
            monkeypatch.delenv("TZ")
        else:
            monkeypatch.setenv("TZ", before)
        time.tzset()
    (letter,) = shell.told("show", reference)["letters"]
    assert letter["sent"]["day"] == day


def test_what_is_written_is_for_its_owner_alone(shell: Clinic) -> None:
    old = os.umask(0)
    try:
        reference = shell.begin("--country", "DE")["reference"]
        shell.told("export", reference, "-o", "evidence.zip")
    finally:
        os.umask(old)
    written = [*Path("out").iterdir(), Path("evidence.zip"), Path("records/records.db")]
    assert len(written) == 6
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert {Path(name).stat().st_mode & 0o777 for name in ("out", "records")} == {0o700}


def test_an_erasure_removes_what_a_killed_process_was_writing(shell: Clinic) -> None:
    reference = shell.begin("--country", "DE")["reference"]
    child = os.fork()
    if child == 0:
        Staged(Path("out") / f"{reference}-1-request.txt").write(b"Anna")
        os._exit(0)
    os.waitpid(child, 0)
    assert len([path for path in Path("out").iterdir() if path.name.startswith(".")]) == 1
    told = shell.told("erase", reference, "--yes")
    left = {str(path.absolute()) for path in Path("out").iterdir()}
    assert left == set(told["exported"])


def test_only_a_crop_that_was_made_here_goes_with_a_letter(shell: Clinic) -> None:
    """What looks like one may be the original, with its place and everybody in it."""
    reference = shell.begin("--country", "DE")["reference"]
    crop = ("--kind", "crop", "--watermark", "only for this request", "-o", "out", "--crop")
    picture = Image.effect_noise((400, 500), 30).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "on the balcony in Lyon"
    picture.save("me.jpg", quality=90, subsampling=0, exif=exif)
    assert shell.ask("escalate", reference, *crop, "me.jpg") == 2
    assert "me.jpg is no crop that Passerby made" in shell.err
    Path("crop.jpg").write_bytes(watermark.write_jpeg(np.asarray(picture)))
    assert shell.ask("escalate", reference, *crop, "crop.jpg") != 1
    assert "is no crop" not in shell.err
