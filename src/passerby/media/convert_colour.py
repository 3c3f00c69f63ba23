"""Brings what says how a picture's colours are meant to what another format can hold."""

from __future__ import annotations

from passerby.errors import UnsupportedFormat
from passerby.media import nclx
from passerby.media.nclx import Codes
from passerby.model.media import Encoding, Format, Mode

Tags = tuple[tuple[str, bytes], ...]

_BARE = {Mode.LA: Mode.L, Mode.RGBA: Mode.RGB}
_CICP = "cICP"


def fit_colours(
    source: Encoding, target: Format, mode: Mode, notes: list[str]
) -> tuple[bytes | None, Tags]:
    """Return the profile and the colour tags of a copy with another format or mode.

    Raises UnsupportedFormat where the copy would show other colours.
    """
    if source.icc:
        kept = mode in (source.mode, _BARE.get(source.mode))
        if not kept:
            notes.append("its colour profile is one of grey; it is left out")
        _note_tags(source.colour_tags, notes)
        return (source.icc if kept else None), ()
    codes = _codes_of(source.colour_tags)
    if codes is None:
        _note_tags(source.colour_tags, notes)
        return None, ()
    if target is Format.AVIF:
        return None, () if codes.is_srgb else ((nclx.TAG, codes.to_bytes()),)
    if target is Format.PNG and codes.hdr:
        # The matrix of a PNG is 0, and its range full.
        return None, ((_CICP, codes.to_bytes() + b"\x00\x01"),)
    if codes.hdr:
        raise UnsupportedFormat(
            f"{target} cannot show {codes.hdr} colours", "Use --to avif or --to png."
        )
    if mode in (Mode.L, Mode.LA):
        _note_tags(source.colour_tags, notes)
        return None, ()
    return (None if codes.is_srgb else nclx.to_profile(codes)), ()


def _codes_of(tags: Tags) -> Codes | None:
    """Return code points that the tags name, where they are known."""
    values = dict(tags)
    raw = values.get(nclx.TAG, values.get(_CICP, b""))[:2]
    if len(raw) != 2:
        return None
    codes = Codes(*raw)
    try:
        nclx.check_known(codes)
    except UnsupportedFormat:
        return None
    return codes


def _note_tags(tags: Tags, notes: list[str]) -> None:
    if tags:
        notes.append(f"its colour tags ({', '.join(n for n, _ in tags)}) are left out")
