"""ICC profiles: checked, and rebuilt from an allow-list of tags."""

from __future__ import annotations

from passerby.model.media import Mode


def keep(profile: bytes | None, mode: Mode, notes: list[str]) -> bytes | None:
    """Return the profile rebuilt, or None with a note when it cannot be kept."""
    return None
