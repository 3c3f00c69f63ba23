"""The file that names the user's mail server, and where its password comes from."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from passerby.errors import BadRecord, DependencyError
from passerby.rights.render.smtp_config import (
    Security,
    Server,
    config_path,
    password_of,
    read_server,
)

SERVER = Server(host="mail.example", port=587, security=Security.STARTTLS, user="anna")


def read(folder: Path, text: str) -> Server:
    path = folder / "smtp.toml"
    path.write_text(text, encoding="utf-8")
    return read_server(path)


def test_a_short_file(tmp_path: Path):
    assert read(tmp_path, 'host = "mail.example"\nuser = "anna"') == SERVER
    implicit = read(tmp_path, 'host = "mail.example"\nsecurity = "implicit"')
    assert (implicit.port, implicit.security, implicit.user) == (465, Security.IMPLICIT, None)


def test_a_full_file(tmp_path: Path):
    text = """
    host = "mail.example"
    port = 2525
    security = "implicit"
    user = "anna"
    password-env = "MAIL_PASSWORD"
    password-command = ["secret-tool", "lookup", "mail", "anna"]
    ca-file = "ca.pem"
    timeout = 10
    """
    assert read(tmp_path, text) == Server(
        host="mail.example",
        port=2525,
        security=Security.IMPLICIT,
        user="anna",
        password_env="MAIL_PASSWORD",  # noqa: S106
        password_command=("secret-tool", "lookup", "mail", "anna"),
        ca_file=tmp_path / "ca.pem",
        timeout=10.0,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('host = "mail.example"\npassword = "geheim"', "holds a password"),
        ('host = "mail.example"\npasword-env = "x"', "unknown key 'pasword-env'"),
        ('host = "mail.example"\nsecurity = "none"', "starttls or implicit"),
        ('host = "mail.example"\nport = "587"', "port is no int"),
        ('host = "mail.example"\nport = true', "port is no int"),
        ('host = "mail.example"\nport = 70000', "out of range"),
        ('host = "mail.example"\ntimeout = 0', "out of range"),
        ('host = "mail example"', "host is missing"),
        ('user = "anna"', "host is missing"),
        ('host = "mail.example"\npassword-command = "pass mail"', "no list"),
        ('host = "mail.example"\npassword-command = [1]', "list of strings"),
        ("host = ", "cannot be read"),
    ],
)
def test_files_that_cannot_be_followed(text: str, message: str, tmp_path: Path):
    with pytest.raises(BadRecord, match=message) as caught:
        read(tmp_path, text)
    assert "geheim" not in f"{caught.value.message}{caught.value.hint}"


def test_a_file_that_is_nested_without_end(tmp_path: Path):
    with pytest.raises(BadRecord, match="nested too deeply"):
        read(tmp_path, "host = " + "[" * 100_000)


def test_no_file(tmp_path: Path):
    with pytest.raises(DependencyError, match=r"smtp\.toml is missing"):
        read_server(tmp_path / "smtp.toml")
    assert config_path().name == "smtp.toml"


def no_question(prompt: str) -> str:
    raise AssertionError(prompt)


def test_the_password_comes_from_where_the_file_says(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "typed"

    assert password_of(SERVER, ask) == "typed"
    assert asked == ["Password of anna at mail.example"]
    monkeypatch.setenv("MAIL_PASSWORD", "from the environment")
    by_variable = replace(SERVER, password_env="MAIL_PASSWORD")  # noqa: S106
    assert password_of(by_variable, no_question) == "from the environment"
    command = (sys.executable, "-c", "print('from $HOME a command'); print('more')")
    by_command = replace(SERVER, password_command=command)
    assert password_of(by_command, no_question) == "from $HOME a command"
    assert password_of(replace(SERVER, user=None), no_question) is None


@pytest.mark.parametrize("script", ["import sys; print('geheim'); sys.exit(1)", "pass", "print()"])
def test_a_command_that_gives_no_password(script: str):
    server = replace(SERVER, password_command=(sys.executable, "-c", script))
    with pytest.raises(DependencyError, match="gave no password") as caught:
        password_of(server, no_question)
    assert "geheim" not in f"{caught.value.message}{caught.value.hint}"


def test_a_command_or_a_variable_that_is_not_there(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(DependencyError, match="no-such-tool gave no password"):
        password_of(replace(SERVER, password_command=("/nowhere/no-such-tool",)), no_question)
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    with pytest.raises(DependencyError, match="MAIL_PASSWORD is not set"):
        password_of(replace(SERVER, password_env="MAIL_PASSWORD"), no_question)  # noqa: S106
