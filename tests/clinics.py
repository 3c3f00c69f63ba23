"""Requests on the command line, in a folder of their own."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from shells import Shell

SENDER = """\
name = "Anna Świątek"
address = ["Weg 1", "20095 Hamburg"]
email = "anna@example.org"
language = "de"
place = "DE-HH"
purpose = "Ich will wissen, ob mein Gesicht gespeichert ist."
background = ["Eine Freundin hat mich dort gefunden."]
"""
NEW = (
    "new", "--controller", "clearview-ai", "--law", "gdpr", "--right", "access,erasure,object",
    "--sender", "me.toml", "--language", "de", "-o", "out",
)  # fmt: skip


class Clinic(Shell):
    """A shell with a passphrase and a sender, in a folder of its own."""

    def ask(self, *arguments: str, today: date | None = None) -> int:
        """Run a command of `request` on the records in this folder."""
        day = () if today is None else ("--today", today.isoformat())
        return self.run("request", *arguments, "--store", "records", *day)

    def told(self, *arguments: str, today: date | None = None) -> Any:
        """Run one that has to succeed; return its JSON."""
        assert self.ask(*arguments, "--json", today=today) == 0, self.err
        return json.loads(self.out)

    def begin(self, *arguments: str, today: date | None = None) -> Any:
        """Begin a request to Clearview AI; return what was written."""
        (request,) = self.told(*NEW, *arguments, today=today)["requests"]
        return request


def client_rows(count: int) -> list[dict[str, str]]:
    """Rows of a table of clients, each with words of her own."""
    return [
        {
            "name": f"Client {number}",
            "email": f"c{number}@example.org",
            "language": "en",
            "place": "DE-HH",
            "controller": "clearview-ai",
            "law": "gdpr",
            "rights": "access",
            "purpose": f"I, number {number}, want to know.",
            "background": f"On day {number} I was there.",
        }
        for number in range(1, count + 1)
    ]


def write_rows(rows: list[dict[str, str]]) -> None:
    """Write them to clients.csv."""
    with Path("clients.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
