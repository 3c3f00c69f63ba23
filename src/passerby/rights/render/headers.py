"""Header fields of e-mail: addresses and message ids, checked before they are written."""

from __future__ import annotations

import re
import secrets
from email.headerregistry import Address
from email.policy import SMTP, EmailPolicy

from passerby.errors import BadRecord
from passerby.rights.facts.letter import Letter
from passerby.rights.render.plain import check_line

NO_DOMAIN = "passerby.invalid"
"""Stands in a Message-ID for a sender without a mail domain; `.invalid` is nobody's (RFC 2606)."""

_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_ATOMS})@({_LABEL}(?:\.{_LABEL})+)")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_OF_IDS = frozenset({"references", "in-reply-to"})


class MailPolicy(EmailPolicy):
    """The standard library's policy for SMTP, but message ids are never encoded.

    That encodes an id that is longer than a line (Outlook's are) in In-Reply-To and References,
    where mail programs do not decode it, so that the thread breaks. Here each stands on a line.
    """

    def fold(self, name: str, value: str) -> str:
        """Return the header field as lines."""
        if name.lower() in _OF_IDS:
            return f"{name}: {f'{self.linesep} '.join(value.split())}{self.linesep}"
        folded: str = super().fold(name, value)
        # A name alone on its line is allowed, and not read by every program.
        return folded.replace(f"{name}:{self.linesep} ", f"{name}: ", 1)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header field as the bytes that go over the wire."""
        return self.fold(name, value).encode("ascii")


MAIL = MailPolicy(linesep=SMTP.linesep, cte_type="7bit", raise_on_defect=False)
"""What mail is written with: CRLF, 7 bit, so that no server on the way has to change it."""


def check_address(text: str, what: str) -> str:
    """Return an e-mail address with its domain in ASCII. Raises BadRecord when it is none.

    A local part that is not ASCII is refused: many servers cannot take it (RFC 6531).
    """
    check_line(text, what)
    local, _, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError:
        ascii_domain = ""
    address = f"{local}@{ascii_domain}"
    if len(address) > 254 or len(local) > 64 or not _ADDRESS.fullmatch(address):
        raise BadRecord(f"{what} is no e-mail address that a server takes")
    return address


def named_address(name: str, address: str, what: str) -> Address:
    """Return a name with an e-mail address. Raises BadRecord for a name of several lines."""
    check_line(name, what)
    return Address(display_name=name, addr_spec=check_address(address, what))


def mail_subject(letter: Letter) -> str:
    """Return the subject of a letter as mail, with its reference in brackets, once: answers are
    found by it. Raises BadRecord for one of several lines."""
    check_line(letter.subject, "the subject")
    mark = f"[{letter.reference}]"
    return letter.subject if mark in letter.subject else f"{letter.subject} {mark}"


def check_message_id(text: str) -> str:
    """Return a Message-ID, `<left@right>`. Raises BadRecord when it is none."""
    if not _MESSAGE_ID.fullmatch(text) or text.count("@") != 1:
        raise BadRecord("that is no Message-ID")
    return text


def new_message_id(sender_email: str | None) -> str:
    """Return a random Message-ID in the sender's mail domain; it names no machine.

    Raises BadRecord for a bad address.
    """
    domain = NO_DOMAIN
    if sender_email is not None:
        domain = check_address(sender_email, "the sender's address").rpartition("@")[2]
    return f"<{secrets.token_hex(16)}@{domain}>"
