"""The user's own mail server: a TOML file that holds no password."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import platformdirs

from passerby.errors import BadRecord, DependencyError

_COMMAND_SECONDS = 60
_KEYS = frozenset(
    {"host", "port", "security", "user", "password-env", "password-command", "ca-file", "timeout"}
)


class Security(StrEnum):
    """How the connection is encrypted. There is no third way."""

    STARTTLS = "starttls"
    """From the first command on; a server that does not offer it is not used."""
    IMPLICIT = "implicit"
    """From the first byte on."""


_PORTS = {Security.STARTTLS: 587, Security.IMPLICIT: 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that takes mail from its user. `user` None: it wants no login. The password is in
    the environment variable `password_env`, or is the first line that `password_command` prints
    (of a keyring or a password manager; run without a shell), or is asked for. `ca_file` holds
    the certificates to trust instead of the machine's. `timeout` is in seconds."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password_env: str | None = None
    password_command: tuple[str, ...] = ()
    ca_file: Path | None = None
    timeout: float = 30.0


def config_path() -> Path:
    """Return where the file is looked for; it may not exist."""
    return platformdirs.user_config_path("passerby", False) / "smtp.toml"


def read_server(path: Path) -> Server:
    """Read the file. Raises DependencyError when there is none, BadRecord when it cannot be
    followed, or holds a password."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DependencyError(
            f"no mail server is configured: {path} is missing",
            "Write it (host, port, security, user), or send the EML with your mail program.",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRecord(f"{path.name} cannot be read: {error}") from None
    except RecursionError:
        raise BadRecord(f"{path.name} cannot be read: it is nested too deeply") from None
    if "password" in values:
        raise BadRecord(
            f"{path.name} holds a password",
            "Take it out and change it; name password-env or password-command instead.",
        )
    unknown = sorted(values.keys() - _KEYS)
    if unknown:
        raise BadRecord(f"{path.name}: unknown key {unknown[0]!r}")
    return _server(values, path)


def password_of(server: Server, ask: Callable[[str], str]) -> str | None:
    """Return the password, or None for a server without login. `ask` is given what to ask for,
    and called only when the file names no other way.

    Raises DependencyError when the variable is not set or the command fails; what that printed
    is not repeated.
    """
    if server.user is None:
        return None
    if server.password_env is not None:
        password = os.environ.get(server.password_env, "")
        if not password:
            raise DependencyError(
                f"the environment variable {server.password_env} is not set", "Set it."
            )
        return password
    if server.password_command:
        return _first_line_of(server.password_command)
    return ask(f"Password of {server.user} at {server.host}")


def _server(values: Mapping[str, Any], path: Path) -> Server:
    def wanted(key: str, kind: type, default: object) -> Any:
        value = values.get(key, default)
        if value is not default and (not isinstance(value, kind) or isinstance(value, bool)):
            raise BadRecord(f"{path.name}: {key} is no {kind.__name__}")
        return value

    host = wanted("host", str, None)
    if not host or any(c.isspace() for c in host):
        raise BadRecord(f"{path.name}: host is missing")
    try:
        security = Security(wanted("security", str, Security.STARTTLS.value))
    except ValueError:
        raise BadRecord(f"{path.name}: security is starttls or implicit") from None
    port = wanted("port", int, _PORTS[security])
    timeout = wanted("timeout", int, 30)
    if not 0 < port < 65536 or not 0 < timeout <= 600:
        raise BadRecord(f"{path.name}: port or timeout is out of range")
    command = wanted("password-command", list, [])
    if not all(isinstance(part, str) for part in command):
        raise BadRecord(f"{path.name}: password-command is a list of strings")
    ca_file = wanted("ca-file", str, None)
    return Server(
        host=host,
        port=port,
        security=security,
        user=wanted("user", str, None),
        password_env=wanted("password-env", str, None),
        password_command=tuple(command),
        ca_file=None if ca_file is None else path.parent / ca_file,
        timeout=float(timeout),
    )


def _first_line_of(command: tuple[str, ...]) -> str:
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_COMMAND_SECONDS,
            check=True,
        )
        password = done.stdout.decode("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        password = ""
    if not password:
        raise DependencyError(
            f"{name} gave no password", "Run the command of password-command by hand."
        )
    return password
