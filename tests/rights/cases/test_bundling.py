"""What a bundle discloses of a history, and what stays with the client."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from case_desks import REQUEST, desk_on, profile, store_in, write
from passerby.cli.app import passerby
from passerby.rights.bundle import verify_bundle
from passerby.rights.cases.bundling import bundle_case
from passerby.rights.cases.events import Closing
from passerby.rights.facts.letter import LetterKind

DAY = date(2026, 3, 5)
AT = datetime(2026, 3, 6, tzinfo=UTC)
REMARK = "she moved to her sister in Lyon"


def test_a_closing_remark_and_the_paths_on_this_machine_are_not_disclosed(tmp_path: Path) -> None:
    with store_in(tmp_path) as store:
        desk = desk_on(store, DAY)
        client_id = desk.add_client(profile())
        reference = desk.open_case(client_id, REQUEST)
        write(desk, reference, LetterKind.REQUEST)
        desk.record_export(client_id, reference, ["/home/anna/letters/1.pdf"])
        desk.begin_pause(reference, DAY, "identity in doubt")
        desk.close(reference, Closing.OTHER, REMARK)
        kept = desk.records.entries(client_id)
        data = bundle_case(desk, reference, AT).data
    assert verify_bundle(data).differences == ()
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    assert any(REMARK.encode() in entry.record for entry in kept)
    for private in (REMARK, "/home/anna"):
        assert [name for name, held in members.items() if private.encode() in held] == []
    told = [one["record"] for one in json.loads(members["chain.json"])["disclosed"]]
    assert len(told) < len(kept)
    # The case would be another one without it.
    assert b"identity in doubt" in members["timeline.json"]


def option(command: click.Command, name: str) -> Any:
    return next(each for each in command.params if name in each.opts)


def test_what_a_bundle_does_disclose_is_said_where_it_is_asked_for() -> None:
    commands: Any = passerby.commands["request"]
    answer, sent = commands.commands["answer"], commands.commands["sent"]
    for command, names in (
        (answer, ("--file", "--pause-why", "--point")),
        (sent, ("--eml", "--proof")),
    ):
        for name in names:
            assert "in a bundle" in option(command, name).help or (
                "into a bundle" in option(command, name).help
            )
    close, export = commands.commands["close"], commands.commands["export"]
    assert "No bundle discloses it" in option(close, "--remark").help
    for words in ("why the clock stood", "remarks on the points", "names that given files had"):
        assert words in " ".join(export.help.split())
