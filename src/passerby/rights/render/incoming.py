"""What came back: e-mail and documents, read as data and never run, opened or fetched."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime

from passerby.errors import BadRecord
from passerby.rights.render.decode import decoded_header, decoded_text, text_of_html
from passerby.rights.render.sniffing import media_type_of

MAX_BYTES = 50 * 2**20
"""Of one e-mail or document."""
MAX_TEXT = 2**20
"""Characters of a text that are kept; what is beyond is told and stays in the original."""
MAX_HTML = 2**19
"""Characters of a page that are looked through for its words."""
MAX_PARTS = 500
_MAX_BOUNDARY_LINES = 20_000
_MAX_LINES = 1_500_000
_MAX_BLOCKS = 20_000
_MAX_COMMENTS = 100
_MAX_ADDRESSES = 64 * 2**10
"""Characters of all fields of one name: to take eight million addresses apart takes minutes."""
_MAX_FIELDS = 10_000
_MAX_HEADER = 16 * 2**10
_FIELD = re.compile(rb"(?im)^[a-z][a-z0-9-]{0,40}:[^\n]*(?:\n[ \t][^\n]*)*")
_EMPTY_LINE = re.compile(rb"(?:\r\n|\r|\n)(?=\r|\n)")
_NOTICE = re.compile(rb"(?i)message/delivery-status")
_CUT = "its text is longer than what is kept of it here"
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")


class _RawPolicy(Compat32):
    """Hands out header fields as they came, bytes that are not ASCII among them: many programs
    write UTF-8, which the standard library would drop."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        del name
        return value


_RAW = _RawPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as it came. `name` is cleaned; `media_type` is told from the bytes."""

    name: str
    media_type: str
    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An e-mail, as far as it could be read. `sent` is in UTC. `notes` say what is not as it
    claims to be: an unknown charset, a text cut off, a day that does not exist."""

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sent: datetime | None
    sender: str
    sender_email: str | None
    recipients: tuple[str, ...]
    subject: str
    text: str
    documents: tuple[Document, ...]
    sha256: str
    notes: tuple[str, ...]


def read_document(data: bytes, name: str) -> Document:
    """Take a reply that came as a file, as it is. Raises BadRecord when it is empty or larger
    than 50 MiB."""
    _check_size(data)
    return _document(data, name)


def read_eml(data: bytes) -> Mail:
    """Read an e-mail: one that was sent, or a reply.

    Raises BadRecord for what is no e-mail, and for one that is built to harm: more than 50 MiB,
    500 parts, 16 KiB in a header field, or nested too deep.
    """
    _check_size(data)
    _check_shape(data)
    try:
        message = message_from_bytes(data, policy=_RAW)
        if len(message) > _MAX_FIELDS:
            raise BadRecord("the e-mail has too many header fields")
        mail = _mail(message, _parts_of(message), hashlib.sha256(data).hexdigest())
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        raise BadRecord("the e-mail cannot be read: it is nested too deep or damaged") from None
    if not mail.sender and mail.sent is None and mail.message_id is None:
        raise BadRecord("that is no e-mail: it has no sender, no date and no id")
    return mail


def _check_size(data: bytes) -> None:
    if not data:
        raise BadRecord("the file is empty")
    if len(data) > MAX_BYTES:
        raise BadRecord(f"the file is larger than {MAX_BYTES // 2**20} MiB")


def _check_shape(data: bytes) -> None:
    """Refuse before parsing what makes the parser slow: it does not limit itself."""
    if data.count(b"\n--") > _MAX_BOUNDARY_LINES:
        raise BadRecord("the e-mail has too many parts")
    # The parser ends a line at a carriage return alone, too.
    if data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") > _MAX_LINES:
        raise BadRecord("the e-mail has too many lines")
    # Each of the blocks of a notice of delivery becomes a part.
    if _NOTICE.search(data) and sum(1 for _ in _EMPTY_LINE.finditer(data)) > _MAX_BLOCKS:
        raise BadRecord("the e-mail has too many parts")
    for field in _FIELD.finditer(data):
        if field.end() - field.start() > _MAX_HEADER:
            raise BadRecord("a header field of the e-mail is too long")


def _parts_of(message: Message) -> list[Message]:
    """Every part that holds no other parts. An e-mail inside is one part: it stays whole."""
    leaves: list[Message] = []
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(_inner(part)))
        else:
            leaves.append(part)
        if len(leaves) + len(waiting) > MAX_PARTS:
            raise BadRecord("the e-mail has too many parts")
    return leaves


def _mail(message: Message, parts: list[Message], sha256: str) -> Mail:
    notes: list[str] = []
    text, documents = _contents(parts, notes)
    senders = _addresses(message, "From")
    return Mail(
        message_id=next(iter(_ids(message, "Message-ID")), None),
        in_reply_to=_ids(message, "In-Reply-To"),
        references=_ids(message, "References"),
        sent=_date(message, notes),
        sender=(senders[0][0] or senders[0][1]) if senders else "",
        sender_email=senders[0][1] if senders else None,
        recipients=tuple(to for name in ("To", "Cc") for _, to in _addresses(message, name)),
        subject=_header(message, "Subject"),
        text=text,
        documents=documents,
        sha256=sha256,
        notes=tuple(dict.fromkeys(notes)),
    )


def _contents(parts: list[Message], notes: list[str]) -> tuple[str, tuple[Document, ...]]:
    """The text, from plain parts or else from HTML, and all the rest as documents."""
    plain: list[str] = []
    html: list[str] = []
    documents = []
    for place, part in enumerate(parts):
        data = _bytes_of(part)
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"} and not _is_attached(part):
            text = decoded_text(data, _charset(part), notes)
            (plain if kind == "text/plain" else html).append(text)
        elif data:
            documents.append(_document(data, _name(part) or f"part-{place + 1}"))
    text = "\n".join(plain)
    if not text.strip():
        page = "\n".join(html)
        text = text_of_html(page[:MAX_HTML])
        if len(page) > MAX_HTML:
            notes.append(_CUT)
    if len(text) > MAX_TEXT:
        notes.append(_CUT)
    return text[:MAX_TEXT].replace("\r\n", "\n").strip("\n"), tuple(documents)


def _is_attached(part: Message) -> bool:
    disposition = str(part.get("Content-Disposition", "")).partition(";")[0]
    return disposition.strip().lower() == "attachment"


def _inner(part: Message) -> list[Message]:
    """The parts inside one that has some. Of any other, `get_payload` would decode the text by
    whatever codec it names, and some of Python's take forever."""
    return [inner for inner in part.get_payload() if isinstance(inner, Message)]


def _bytes_of(part: Message) -> bytes:
    if part.is_multipart():
        # An e-mail inside an e-mail; written again, as its parser took it apart.
        return b"\r\n".join(inner.as_bytes() for inner in _inner(part))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _document(data: bytes, name: str) -> Document:
    return Document(
        name=_cleaned(name),
        media_type=media_type_of(data),
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
    )


def _cleaned(name: str) -> str:
    """A file name without a path, control characters or a leading dot, of 100 letters."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in last if c.isprintable()).lstrip(". ")
    return shown[-100:] or "unnamed"


def _header(message: Message, name: str) -> str:
    return decoded_header(str(message.get(name, "")))[:2000]


def _ids(message: Message, name: str) -> tuple[str, ...]:
    return tuple(_ID.findall(str(message.get(name, ""))))


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    values = [str(value) for value in message.get_all(name, [])]
    if sum(map(len, values)) > _MAX_ADDRESSES:
        raise BadRecord(f"the fields {name} of the e-mail are too long")
    if any(value.count("(") > _MAX_COMMENTS for value in values):
        # Comments nest, and some versions of the standard library follow them without end.
        raise BadRecord(f"the field {name} of the e-mail cannot be read")
    found = getaddresses(values)
    return [(decoded_header(shown), decoded_header(one)) for shown, one in found if "@" in one]


def _date(message: Message, notes: list[str]) -> datetime | None:
    value = message.get("Date")
    if value is None:
        return None
    try:
        day = parsedate_to_datetime(str(value))
        return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        notes.append("its date cannot be read")
        return None


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset("utf-8")
    except (ValueError, LookupError, TypeError):
        return "unknown"


def _name(part: Message) -> str:
    try:
        return decoded_header(part.get_filename(""))
    except (ValueError, LookupError, TypeError):
        return ""
