"""Sends an e-mail by the user's own server: only when she configured one and says so.

Encrypted, with the certificate checked, or not at all. The name of this machine is not told. All
recipients are accepted, or nothing is sent. No password stands in a message or a log.
"""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime

from passerby.errors import (
    BadRecord,
    DependencyError,
    NetworkForbidden,
    NoAddress,
    SendingUnknown,
)
from passerby.rights.render.headers import check_address, check_message_id
from passerby.rights.render.smtp_config import Security, Server

OFFLINE = "PASSERBY_OFFLINE"
"""Environment variable that forbids any network when it is set, and not to 0."""

_GREETING = "[127.0.0.1]"
"""What is said in EHLO instead of this machine's name: an address literal (RFC 5321, 4.1.3)."""
_NOT_SENT = "Nothing was sent."
_LEFT_OUT = re.compile(rb"(?im)^(?:X-Unsent|Bcc|Date):[^\n]*\n(?:[ \t][^\n]*\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What was sent: the bytes as they went out, and what the server answered."""

    message_id: str
    recipients: tuple[str, ...]
    eml: bytes
    answer: str


def _nothing() -> None:
    """Nothing is done before."""


def submit_eml(
    eml: bytes,
    server: Server,
    password: str | None,
    before: Callable[[], None] = _nothing,
) -> Submission:
    """Send an e-mail to all of its recipients; `X-Unsent` and `Bcc` are left out of it, and its
    date is now, in UTC: a draft may be weeks old (RFC 5322, 3.6.1).

    `before` is called when the server has accepted all recipients and the e-mail is handed over
    next. Where it raises, nothing was sent. Whatever else is raised after it says that too, but
    for SendingUnknown.

    Raises NetworkForbidden where `PASSERBY_OFFLINE` is set, BadRecord for an e-mail without
    sender, recipient or Message-ID, NoAddress when the server refuses a recipient,
    DependencyError when it cannot be reached, trusted or logged in to, or refuses the e-mail, and
    SendingUnknown when the connection broke before it was known whether the e-mail was taken.
    """
    if os.environ.get(OFFLINE, "0") not in ("", "0"):
        raise NetworkForbidden(
            f"{OFFLINE} forbids sending", "Send the EML with your mail program, or unset it."
        )
    sender, recipients, message_id = _envelope(eml)
    data = _outgoing(eml, datetime.now(UTC))
    client = _connect(server)
    try:
        _log_in(client, server, password)
        _deliver(client, sender, recipients)
        before()
        answer = _hand_over(client, data)
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
    finally:
        client.close()
    return Submission(message_id=message_id, recipients=recipients, eml=data, answer=answer)


def _envelope(eml: bytes) -> tuple[str, tuple[str, ...], str]:
    message = message_from_bytes(eml, policy=default)
    try:
        senders = [address.addr_spec for address in message["From"].addresses]
        fields = [message[name] for name in ("To", "Cc") if message[name] is not None]
        recipients = [address.addr_spec for field in fields for address in field.addresses]
        message_id = check_message_id(str(message["Message-ID"]).strip())
    except (AttributeError, ValueError, LookupError):
        raise BadRecord("the e-mail has no sender or no recipient") from None
    if len(senders) != 1 or not recipients:
        raise BadRecord("the e-mail has no sender or no recipient")
    return (
        check_address(senders[0], "the sender"),
        tuple(check_address(recipient, "a recipient") for recipient in recipients),
        message_id,
    )


def _outgoing(eml: bytes, at: datetime) -> bytes:
    """The e-mail with CRLF, dated, without the fields that are for mail programs only."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", eml)
    head, gap, body = lines.partition(b"\r\n\r\n")
    date = f"Date: {format_datetime(at)}\r\n".encode("ascii")
    return date + _LEFT_OUT.sub(b"", head + b"\r\n")[:-2] + gap + body


def _connect(server: Server) -> smtplib.SMTP:
    """Open a connection that is encrypted and whose certificate was checked."""
    where = f"{server.host}:{server.port}"
    try:
        context = ssl.create_default_context(cafile=server.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if server.security is Security.IMPLICIT:
            return smtplib.SMTP_SSL(
                server.host, server.port, _GREETING, timeout=server.timeout, context=context
            )
        client = smtplib.SMTP(server.host, server.port, _GREETING, timeout=server.timeout)
    except (OSError, smtplib.SMTPException) as error:
        raise _unreachable(where, error) from None
    try:
        client.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        client.close()
        raise DependencyError(f"{where} offers no encryption (STARTTLS)", _NOT_SENT) from None
    except (OSError, smtplib.SMTPException) as error:
        client.close()
        raise _unreachable(where, error) from None
    return client


def _unreachable(where: str, error: Exception) -> DependencyError:
    match error:
        case ssl.SSLCertVerificationError():
            return DependencyError(
                f"the certificate of {where} is not to be trusted: {error.verify_message}",
                f"{_NOT_SENT} Ask who runs the server; nothing else is accepted.",
            )
        case ssl.SSLError():
            why = f"{where} speaks no TLS as it should"
        case socket.gaierror():
            why = f"no such host: {where}"
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
            why = f"{where} does not answer"
        case ConnectionRefusedError():
            why = f"{where} refuses connections"
        case FileNotFoundError():
            why = "the ca-file of the mail server is missing"
        case _:
            why = f"{where} cannot be reached"
    return DependencyError(why, f"{_NOT_SENT} Check host, port and security in smtp.toml.")


def _log_in(client: smtplib.SMTP, server: Server, password: str | None) -> None:
    if server.user is None:
        return
    if password is None:
        raise DependencyError("no password was given", _NOT_SENT)
    try:
        client.login(server.user, password)
    except smtplib.SMTPAuthenticationError:
        why = "the server refuses the login"
    except smtplib.SMTPNotSupportedError:
        why = "the server knows no login that is spoken here"
    except UnicodeEncodeError:
        why = "the user or the password is not ASCII"
    except (OSError, smtplib.SMTPException):
        why = "the connection broke at the login"
    else:
        return
    raise DependencyError(why, f"{_NOT_SENT} Check the user and the password.")


def _deliver(client: smtplib.SMTP, sender: str, recipients: tuple[str, ...]) -> None:
    """Tell the server from whom and to whom. Raises where it does not accept all of it."""
    try:
        client.ehlo_or_helo_if_needed()
        _expect(client.mail(sender), "the server refuses the sender")
        for recipient in recipients:
            code, reply = client.rcpt(recipient)
            if code not in (250, 251):
                raise NoAddress(
                    f"the server refuses {recipient} ({code} {_shown(reply)})",
                    f"{_NOT_SENT} Check the address, or use another channel.",
                )
    except (OSError, smtplib.SMTPException):
        raise DependencyError("the connection broke before the e-mail", _NOT_SENT) from None


def _hand_over(client: smtplib.SMTP, data: bytes) -> str:
    try:
        code, reply = client.data(data)
    except smtplib.SMTPDataError as error:
        _expect((error.smtp_code, _bytes(error.smtp_error)), "the server refuses the e-mail")
        raise
    except (OSError, smtplib.SMTPException):
        raise SendingUnknown("the connection broke while the e-mail was handed over") from None
    _expect((code, reply), "the server refuses the e-mail")
    return f"{code} {_shown(reply)}"


def _expect(answer: tuple[int, bytes], why: str) -> None:
    code, reply = answer
    if code != 250:
        raise DependencyError(f"{why} ({code} {_shown(reply)})", _NOT_SENT)


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


def _shown(reply: bytes) -> str:
    """What a server said, on one line, without control characters, and short."""
    text = " ".join(reply.decode("utf-8", "replace").split())
    return "".join(c for c in text if c.isprintable())[:200]
