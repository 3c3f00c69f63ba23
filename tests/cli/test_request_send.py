"""Letters that go out by the client's own mail server, and what is known when that is cut off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from clinics import Clinic
from mail_server import PASSWORD, USER, Post, make_certificates, serve
from passerby.rights.render import smtp

SEND = ("--smtp", "smtp.toml", "--yes")


class _Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def post(
    shell: Clinic, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Post]:
    """A mail server, and the file by which `send` finds it."""
    monkeypatch.delenv("PASSERBY_OFFLINE", raising=False)
    monkeypatch.setenv("SMTP_WORDS", PASSWORD)
    certificates = make_certificates(tmp_path_factory.mktemp("certificates"))
    post = Post()
    with serve(post, certificates) as port:
        Path("smtp.toml").write_text(
            f'host = "localhost"\nport = {port}\nuser = "{USER}"\n'
            f'password-env = "SMTP_WORDS"\nca-file = "{certificates.authority}"\n'
        )
        yield post


@pytest.fixture
def reference(shell: Clinic) -> str:
    """A case whose first letter is ready to be sent."""
    begun: str = shell.begin("--to", "privacy@clearview.example")["reference"]
    return begun


def events(shell: Clinic, reference: str) -> list[str]:
    """The kinds of what was recorded since the letter was written."""
    kinds = [one["event"] for one in shell.told("log", reference)["entries"]]
    return kinds[kinds.index("letter-drafted") + 1 :]


def test_a_letter_goes_out_by_her_own_server(shell: Clinic, post: Post, reference: str) -> None:
    assert shell.ask("send", reference, "--smtp", "smtp.toml") == 2
    assert "nobody to ask whether it is to be sent" in shell.err
    yesterday = date.today() - timedelta(days=1)
    assert shell.ask("send", reference, *SEND, today=yesterday) == 2
    assert "a letter is sent today" in shell.err
    assert post.letters == []
    told = shell.told("send", reference, *SEND)
    assert shell.ask("send", reference, *SEND, "--again") == 2
    assert f"was sent on {date.today()} already" in shell.err
    assert len(post.letters) == 1
    assert told["recipients"] == ["privacy@clearview.example"]
    case = shell.told("show", reference)
    assert case["status"] == "open"
    assert case["letters"][0]["sent"]["message_id"] == told["message_id"]
    assert case["letters"][0]["sent"]["proof"]["role"] == "proof"
    assert "may have gone out" not in shell.err
    assert "submission-began" in events(shell, reference)


def test_a_process_that_ends_after_the_server_took_the_letter(
    shell: Clinic, post: Post, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is visible, and the letter does not go out twice by itself."""
    hand_over = smtp._hand_over

    def killed(*arguments: object) -> str:
        hand_over(*arguments)  # type: ignore[arg-type]
        raise _Killed

    with monkeypatch.context() as patch, pytest.raises(_Killed):
        patch.setattr(smtp, "_hand_over", killed)
        shell.ask("send", reference, *SEND)
    assert len(post.letters) == 1
    today = date.today().isoformat()
    maybe = f"letter 1 (request) may have gone out on {today}: check your mail program, then"
    for command in (("show", reference), ("due",)):
        assert shell.ask(*command) == 0
        assert f"{maybe} `passerby request sent`" in shell.err
    assert shell.told("show", reference)["letters"][0]["submission"]["day"] == today
    assert shell.ask("send", reference, *SEND) == 2
    assert f"may have gone out on {today}. Check your mail program" in shell.err
    assert "--again" in shell.err
    assert len(post.letters) == 1
    # It did go out: recorded as of the day on which the server took it.
    case = shell.told("sent", reference)
    assert case["status"] == "open"
    assert shell.told("show", reference)["letters"][0]["sent"]["day"] == today
    assert "may have gone out" not in shell.err


def test_a_letter_that_did_not_go_out_is_sent_again_where_she_says_so(
    shell: Clinic, post: Post, reference: str
) -> None:
    post.breaks_at_letter = True
    assert shell.ask("send", reference, *SEND) == 20
    assert "Whether it was sent is not known" in shell.err
    post.breaks_at_letter = False
    post.letters.clear()
    assert shell.ask("send", reference, *SEND) == 2
    assert post.letters == []
    shell.told("send", reference, *SEND, "--again")
    assert len(post.letters) == 1
    assert shell.told("show", reference)["status"] == "open"


def test_a_refusal_leaves_no_doubt(shell: Clinic, post: Post, reference: str) -> None:
    post.refused_letters = True
    assert shell.ask("send", reference, *SEND) == 20
    assert "looks like spam" in shell.err
    assert [kind for kind in events(shell, reference) if "submission" in kind] == [
        "submission-began",
        "submission-refused",
    ]
    assert shell.ask("show", reference) == 0
    assert "may have gone out" not in shell.err
    post.refused_letters = False
    shell.told("send", reference, *SEND)
    assert len(post.letters) == 1


def test_what_never_reached_the_letter_is_not_recorded(
    shell: Clinic, post: Post, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = events(shell, reference)
    post.refused_recipient = "privacy@clearview.example"
    assert shell.ask("send", reference, *SEND) == 62
    monkeypatch.setenv("SMTP_WORDS", "wrong")
    assert shell.ask("send", reference, *SEND) == 20
    assert events(shell, reference) == before


def test_a_draft_is_not_sent(shell: Clinic) -> None:
    reference = shell.begin()["reference"]
    Path("smtp.toml").write_text('host = "mail.example.org"\n')
    assert shell.ask("send", reference, *SEND) == 2
    assert "is a draft with" in shell.err
