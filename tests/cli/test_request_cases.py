"""Requests on the command line: from a fresh install to the bundle and the erasure."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import icalendar
import numpy as np
import pytest
from PIL import Image

from clinics import NEW, SENDER, Clinic, client_rows, write_rows
from passerby.media import watermark
from passerby.rights.cases.checklist import points_of
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.point import Point
from passerby.rights.knowledge import Knowledge, folders


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


@pytest.mark.parametrize("country", ["US", "GB-SCT"])
def test_a_company_is_bound_by_the_law_of_its_seat_wherever_the_client_is(
    shell: Clinic, country: str
) -> None:
    asked = ("new", "--law", "gdpr", "--right", "access", "--country", country, "--language", "en")
    asked = (*asked, "--sender", "me.toml", "-o", "out")
    assert shell.ask(*asked, "--controller", "clearview-ai") == 62
    assert f"does not give the right access in {country}" in shell.err
    told = shell.told(*asked, "--controller", "lenso-ai", "--to", "x@lenso.example")
    (letter,) = told["requests"]
    (text,) = [name for name in letter["files"] if name.endswith("request.txt")]
    assert "Personal Data Protection Office" in " ".join(Path(text).read_text().split())
    shell.told("sent", letter["reference"])
    shell.told("answer", letter["reference"], "--refused")
    complaint = shell.told("escalate", letter["reference"], "--kind", "complaint", "-o", "out")
    (text,) = [name for name in complaint["files"] if name.endswith("complaint.txt")]
    assert "kancelaria@uodo.gov.pl" in Path(text).read_text()


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


def test_one_row_that_cannot_be_asked_stops_them_all(shell: Clinic) -> None:
    rows = client_rows(3)
    rows[1]["law"] = "gdbr"
    write_rows(rows)
    assert shell.ask("new", "--clients", "clients.csv", "-o", "out") == 10
    assert "line 3: no law is called 'gdbr'" in shell.err
    assert shell.told("client", "list")["clients"] == []
    assert not Path("out").exists()


def test_who_is_on_record_is_not_added_by_a_table(shell: Clinic) -> None:
    write_rows(client_rows(1))
    assert len(shell.told("new", "--clients", "clients.csv")["requests"]) == 1
    assert shell.ask("new", "--clients", "clients.csv") == 10
    assert "line 2: this client is on record already" in shell.err


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


def test_a_letter_that_went_out_is_not_recorded_again(shell: Clinic) -> None:
    begun = date(2026, 3, 5)
    reference = shell.begin(today=begun)["reference"]
    shell.told("sent", reference, "--date", "2026-03-05", "--received", "2026-03-06")
    before = shell.told("log", reference)["entries"]
    Path("sent.eml").write_bytes(b"From: a@b.example\r\nMessage-ID: <x@b.example>\r\n\r\nHello\r\n")
    for option, value in (("--date", "2026-03-07"), ("--eml", "sent.eml"), ("--channel", "post")):
        assert shell.ask("sent", reference, option, value, "--received", "2026-03-09") == 2
        assert f"letter 1 (request) was sent on 2026-03-05 already: {option} cannot" in shell.err
        assert "--letter N" in shell.err
    assert shell.ask("sent", reference) == 2
    assert shell.told("log", reference)["entries"] == before


def test_a_receipt_is_corrected_and_the_day_with_it(shell: Clinic) -> None:
    reference = shell.begin(today=date(2026, 3, 5))["reference"]
    shell.told("sent", reference, "--date", "2026-03-05", "--received", "2026-03-06")
    Path("slip.pdf").write_bytes(b"%PDF-1.7 slip")
    case = shell.told("sent", reference, "--received", "2026-03-09", "--proof", "slip.pdf")
    assert case["due"] == "2026-04-09"
    assert "Corrected: letter 1 was received on 2026-03-09, not on 2026-03-06." in shell.err
    (letter,) = shell.told("show", reference)["letters"]
    assert letter["received"]["day"] == "2026-03-09"
    assert letter["received"]["proof"]["file_name"] == "slip.pdf"
    assert letter["sent"]["day"] == "2026-03-05"


def test_a_receipt_before_the_letter_went_out_records_nothing(shell: Clinic) -> None:
    reference = shell.begin(today=date(2026, 3, 5))["reference"]
    for received in ("2026-03-05", "2126-01-01"):
        assert shell.ask("sent", reference, "--date", "2026-03-06", "--received", received) != 0
        assert shell.told("show", reference)["status"] == "draft"


def test_one_option_for_a_short_reply(shell: Clinic) -> None:
    reference = shell.begin(today=date(2026, 3, 5))["reference"]
    shell.told("sent", reference, "--date", "2026-03-05", "--received", "2026-03-05")
    point = ("--point", "sources=missing No page is named.")
    case = shell.told("answer", reference, *point, "--rest", "given")
    verdicts = {one["point"]: one["verdict"] for one in case["replies"][0]["points"]}
    assert verdicts.pop("sources") == "missing"
    assert set(verdicts.values()) == {"given"}
    assert len(verdicts) == len(points("given").splitlines()) - 1
    assert "    held: given\n" in shell.err
    assert "    sources: missing  No page is named.\n" in shell.err
    assert all(line == line.rstrip() for line in shell.err.splitlines())
    case = shell.told("answer", reference, "--rest", "given")
    assert case["status"] == "fulfilled"


def test_records_without_a_case_say_so(shell: Clinic) -> None:
    reference = shell.begin()["reference"]
    shell.told("erase", reference, "--yes")
    assert shell.ask("list") == 0
    assert shell.err == "Nothing is on record.\n"
    assert shell.told("list")["cases"] == []
