"""A short letter as a link that opens a mail program (RFC 6068)."""

from __future__ import annotations

from urllib.parse import quote

from passerby.errors import NoAddress
from passerby.rights.facts.letter import Letter
from passerby.rights.render.headers import check_address, mail_subject
from passerby.rights.render.plain import check_letter
from passerby.rights.render.text import body_text

LIMIT = 1600
"""Characters of a link that every program still takes. What users measured: Gmail in Firefox
about 1620, Chrome about 2000, Firefox 2008, Outlook 2046; a longer one is cut without a word."""


def letter_mailto(letter: Letter) -> str | None:
    """Return the link, or None when it would be longer than `LIMIT` and so might be cut.

    Raises NoAddress when the recipient has no e-mail address, BadRecord for text that cannot
    stand in a header.
    """
    if letter.recipient_email is None:
        raise NoAddress("the recipient has no e-mail address")
    address = check_address(letter.recipient_email, "the recipient")
    check_letter(letter)
    subject = quote(mail_subject(letter), safe="")
    body = quote(body_text(letter).replace("\n", "\r\n"), safe="")
    link = f"mailto:{quote(address, safe='@')}?subject={subject}&body={body}"
    return link if len(link) <= LIMIT else None
