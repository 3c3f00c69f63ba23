"""A letter as an e-mail: a file that mail programs open as a draft, ready to be sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from passerby.errors import BadRecord, NoAddress
from passerby.rights.facts.letter import Letter
from passerby.rights.render.headers import MAIL, check_message_id, mail_subject, named_address
from passerby.rights.render.plain import check_letter
from passerby.rights.render.text import body_text

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_MEDIA_TYPE = re.compile(r"(?:application|image|text)/[a-z0-9][a-z0-9.+-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with an e-mail. Its name goes out with it: neutral, ASCII, no path."""

    file_name: str
    media_type: str
    data: bytes


def letter_eml(
    letter: Letter,
    *,
    message_id: str,
    at: datetime,
    attachments: Iterable[Attachment] = (),
    thread: Iterable[str] = (),
) -> bytes:
    """Write a letter as an RFC 5322 message, with CRLF and `X-Unsent: 1`.

    `at` (aware) is written in UTC, so that it tells no time zone. `thread` are the Message-IDs of
    the letters and replies before this one, oldest first. The same arguments give the same bytes.
    Raises NoAddress when the recipient has no e-mail address; BadRecord when the sender has none,
    for a reading copy, and for text that cannot stand in a header.
    """
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    check_letter(letter)
    sender, recipient = _parties(letter)
    message = EmailMessage(policy=MAIL)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = mail_subject(letter)
    message["Date"] = format_datetime(at.astimezone(UTC))
    message["Message-ID"] = check_message_id(message_id)
    earlier = [check_message_id(each) for each in thread]
    if earlier:
        message["In-Reply-To"] = earlier[-1]
        message["References"] = " ".join(earlier)
    message["X-Unsent"] = "1"
    message.set_content(body_text(letter), charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = letter.language
    for attachment in attachments:
        _attach(message, attachment)
    if message.is_multipart():
        # The standard library's boundary is random.
        message.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:40]}")
    return message.as_bytes()


def _parties(letter: Letter) -> tuple[Address, Address]:
    if letter.reading_copy:
        raise BadRecord("a reading copy is not sent")
    if letter.sender_email is None:
        raise BadRecord("the sender has no e-mail address")
    if letter.recipient_email is None:
        raise NoAddress("the recipient has no e-mail address")
    return (
        named_address(letter.sender[0], letter.sender_email, "the sender"),
        named_address(letter.recipient[0], letter.recipient_email, "the recipient"),
    )


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    if not _FILE_NAME.fullmatch(attachment.file_name):
        raise BadRecord("the name of an attachment is not plain ASCII without a path")
    if not _MEDIA_TYPE.fullmatch(attachment.media_type):
        raise BadRecord("the type of an attachment is not that of a document, a picture or a text")
    main, _, sub = attachment.media_type.partition("/")
    message.add_attachment(
        attachment.data, maintype=main, subtype=sub, filename=attachment.file_name
    )
