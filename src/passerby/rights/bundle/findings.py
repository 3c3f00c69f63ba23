"""What the check of a bundle finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passerby.rights.bundle.manifest import Manifest


class Trouble(StrEnum):
    """The ways in which a bundle is not the one that was signed. The names are stable."""

    NO_BUNDLE = "no-bundle"
    """No zip file, or one without a manifest."""
    LIMIT = "limit"
    """More files or bytes than a bundle may have: nothing further was looked at."""
    DIRECTORY = "directory"
    """The zip's directory cannot be read, or does not say what the members' headers say."""
    HEADER = "header"
    """A member's own header is not the one that Passerby writes for it."""
    EXTRA_BYTES = "extra-bytes"
    """Bytes that belong to no member: before the first, between two, after the end, a comment."""
    OVERLAP = "overlap"
    """Two members share bytes."""
    PACKED = "packed"
    """A member is compressed: it was not unpacked."""
    ENCRYPTED = "encrypted"
    NAME = "name"
    """A name that leads out of the folder, or that must not be unpacked for another reason."""
    DUPLICATE = "duplicate"
    """Two members have one name."""
    ORDER = "order"
    """The members stand in another order."""
    CHANGED = "changed"
    """A member's bytes are not those that were signed."""
    ADDED = "added"
    """A member that the manifest does not know."""
    REMOVED = "removed"
    """A member that the manifest lists and that is not there."""
    RENAMED = "renamed"
    """A member that the manifest lists under another name."""
    MANIFEST = "manifest"
    """The manifest cannot be read."""
    SIGNATURE = "signature"
    """The signature is not of this manifest by this key."""
    OTHER_KEY = "other-key"
    """The public key in the bundle is not the one that the manifest names."""
    UNTRUSTED_KEY = "untrusted-key"
    """The bundle is signed by another key than the one that was asked for."""
    CHAIN = "chain"
    """The client's history cannot be read, or an entry does not follow from the one before."""
    TAIL_CUT = "tail-cut"
    """The history ends before the entry that the manifest says is its last."""
    HEAD = "head"
    """The history's last digest is not the one in the manifest."""
    ANCHOR = "anchor"
    """A head that a letter carries is not in the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was signed. `member` names the file of the bundle that it is
    about; None: the bundle as a whole."""

    trouble: Trouble
    member: str | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the check found. `manifest` is what the bundle says of itself, None where that
    cannot be read; it is worth nothing unless `whole`. `key` is the fingerprint of the public key
    in the bundle. `anchors` are the numbers of the entries whose digests were asked for, `recorded`
    the members that the history holds: their bytes came with an entry that is disclosed."""

    manifest: Manifest | None
    key: str | None
    anchors: tuple[int, ...]
    recorded: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def whole(self) -> bool:
        """Whether these bytes are the ones that the holder of the key signed."""
        return not self.differences
