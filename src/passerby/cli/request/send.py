"""`passerby request send`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.errors import PasserbyError, SendingUnknown, UsageError

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk
    from passerby.rights.cases.events import LetterDrafted
    from passerby.rights.render.smtp import Submission
    from passerby.rights.render.smtp_config import Server


@click.command()
@click.argument("reference", metavar="REFERENCE")
@click.option("--letter", type=click.IntRange(min=1), metavar="NUMBER", help="Which letter.  "
              "[default: the last one]")  # fmt: skip
@click.option(
    "--smtp",
    type=Name(),
    metavar="FILE",
    help="Your mail server, as TOML: host, port, security, user.  [default: smtp.toml in the "
    "user's configuration folder]",
)
@click.option(
    "--again",
    is_flag=True,
    help="Send a letter that may have gone out already: it then arrives twice.",
)
@click.option("--yes", is_flag=True, help="Send it without asking once more.")
@access_options
@json_option
def send(
    access: Access,
    reference: str,
    letter: int | None,
    smtp: Path | None,
    again: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Send a letter by your own mail server, and record that it went out.

    Nothing else in Passerby's requests uses the network. A letter that is a draft to be checked
    is not sent: write it anew with --to, once its address is confirmed, or send its file yourself.

    That a letter is handed to the server is recorded before it is. Where it is not known after
    that whether it went out, `show` and `due` say so, and it is sent once more only by --again.
    """
    from passerby.report.text import printable
    from passerby.rights.render.smtp_config import config_path, read_server

    if access.today is not None and access.today != date.today():
        raise UsageError(
            f"a letter is sent today, not on {access.today}",
            "Leave --today out; record by `request sent` what you sent yourself on another day.",
        )
    server = read_server(smtp or config_path())
    with open_desk(access) as desk:
        drafted, eml = _ready(desk, reference, letter, again=again)
        if not yes:
            _ask(f"Send letter {drafted.letter} ({drafted.kind}) to {drafted.to} now?")
        submission = _submit(desk, drafted, eml, server)
        say(f"sent to {printable(', '.join(submission.recipients))}: {submission.answer}")
        _record(desk, drafted, submission.message_id, submission.eml)
    if as_json:
        print_json(_document(drafted, submission))
    return 0


def _document(drafted: LetterDrafted, submission: Submission) -> dict[str, Any]:
    from passerby.report.json import document

    return document(
        "submission",
        reference=drafted.case,
        letter=drafted.letter,
        message_id=submission.message_id,
        recipients=list(submission.recipients),
        answer=submission.answer,
    )


def _submit(desk: Desk, drafted: LetterDrafted, eml: bytes, server: Server) -> Submission:
    """Hand a letter to the server, and record before that it is. Raises as `submit_eml` does."""
    from passerby.rights.render.smtp import submit_eml
    from passerby.rights.render.smtp_config import password_of

    begun = False

    def before() -> None:
        nonlocal begun
        desk.begin_submission(drafted.case, drafted.letter)
        begun = True

    try:
        return submit_eml(eml, server, password_of(server, _password), before)
    except SendingUnknown:
        raise
    except PasserbyError:
        if begun:
            desk.refuse_submission(drafted.case, drafted.letter)
        raise


def _ready(
    desk: Desk, reference: str, letter: int | None, *, again: bool
) -> tuple[LetterDrafted, bytes]:
    """Return a letter that can be sent, and its mail. Raises UsageError when it cannot be."""
    from passerby.rights.cases.events import Role
    from passerby.rights.cases.transitions import check_letter

    client_id, _, case = desk.records.find(reference)
    kept = case.letter(letter or len(case.letters))
    if kept is None:
        raise UsageError(f"{case.reference} has no such letter")
    drafted = kept.drafted
    if kept.sent is not None:
        raise UsageError(f"letter {drafted.letter} was sent on {kept.sent.day} already")
    if kept.maybe_sent is not None and not again:
        raise UsageError(
            f"letter {drafted.letter} may have gone out on {kept.maybe_sent}",
            "Check your mail program: if it did, record it by `passerby request sent`; if it did"
            " not, give --again.",
        )
    check_letter(case, drafted.kind)
    mails = [file for file in drafted.files if file.role is Role.EML]
    if not mails:
        raise UsageError(f"letter {drafted.letter} has no e-mail: it goes by {drafted.channel}")
    if drafted.doubts:
        raise UsageError(
            f"letter {drafted.letter} is a draft with {drafted.doubts} points to check",
            "Check them; then write it anew with --to ADDRESS, or send its file yourself.",
        )
    return drafted, desk.records.file(client_id, mails[0])


def _record(desk: Desk, drafted: LetterDrafted, message_id: str, eml: bytes) -> None:
    from passerby.rights.cases.desk import Given
    from passerby.rights.facts.party import Channel

    proof = Given(file_name=f"{drafted.case}-{drafted.letter}-sent.eml", data=eml)
    try:
        desk.record_sent(drafted.case, drafted.letter, desk.today, Channel.EMAIL, message_id, proof)
    except PasserbyError:
        say("The letter WAS sent, and that could not be recorded: do it by `request sent`.")
        raise


def _ask(question: str) -> None:
    from passerby.report.text import printable

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("there is nobody to ask whether it is to be sent", "Give --yes.")
    click.confirm(printable(question), abort=True, err=True)


def _password(what: str) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "there is nobody to ask for the mail server's password",
            "Name password-env or password-command in its file.",
        )
    password: str = click.prompt(what, hide_input=True, err=True)
    return password
