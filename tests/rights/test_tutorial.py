"""The tutorial of requests is run as it stands: the whole path, first letter to altered bundle."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "requests.md"


def commands() -> str:
    return "\n".join(re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(), re.M | re.S))


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the tutorial's commands in one shell; return the folder and what was said."""
    folder = tmp_path_factory.mktemp("tutorial")
    tools = tmp_path_factory.mktemp("tools")
    passerby = tools / "passerby"
    passerby.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m passerby "$@"\n')
    passerby.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "SAMPLES": str(ROOT / "samples"),
        "HOME": str(folder / "home"),
        "XDG_DATA_HOME": str(folder / "home"),
        "XDG_CONFIG_HOME": str(folder / "home"),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands()],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done.stdout + done.stderr


def test_every_letter_of_the_path_is_there(walked: tuple[Path, str]) -> None:
    folder, _ = walked
    for number, kind in enumerate(
        ("request", "identity", "crop", "wanting", "reminder", "complaint"), start=1
    ):
        for suffix in ("txt", "pdf", "eml"):
            (found,) = folder.glob(f"letters/PB-*-{number}-{kind}.{suffix}")
            assert found.stat().st_size > 500


def test_the_letters_follow_each_other_in_one_thread(walked: tuple[Path, str]) -> None:
    folder, _ = walked
    first, second = (
        message_from_bytes(next(folder.glob(f"letters/PB-*-{n}.eml")).read_bytes(), policy=default)
        for n in ("1-request", "2-identity")
    )
    assert second["In-Reply-To"]
    assert first["Message-ID"] in second["References"]
    assert {first["To"], second["To"]} == {first["To"]}


def test_the_letters_stay_in_the_language_of_the_first(walked: tuple[Path, str]) -> None:
    folder, _ = walked
    for kind in ("2-identity", "3-crop", "4-wanting", "5-reminder", "6-complaint"):
        text = next(folder.glob(f"letters/PB-*-{kind}.txt")).read_text()
        assert "Sehr geehrte Damen und Herren" in text


def test_only_the_crop_s_letter_holds_a_picture(walked: tuple[Path, str]) -> None:
    folder, _ = walked
    for path in folder.glob("letters/*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=default)
        kinds = [part.get_content_type() for part in message.walk()]
        assert ("image/jpeg" in kinds) == path.name.endswith("-3-crop.eml"), path.name


def test_the_days_are_those_of_the_law(walked: tuple[Path, str]) -> None:
    _, said = walked
    # Received on 2 September 2026: one month later is Friday 2 October, a working day in Hamburg.
    assert "clock answer: due 2026-10-02, late from 2026-10-03" in said
    # The authority received it on 2 November: three months later is 2 February 2027.
    assert "clock authority: due 2027-02-02" in said


def test_the_altered_bundle_is_found_and_the_file_is_named(walked: tuple[Path, str]) -> None:
    _, said = walked
    assert "evidence.zip: whole" in said
    assert re.search(r"^ +changed +\S+: its bytes are not those that were signed$", said, re.M)
