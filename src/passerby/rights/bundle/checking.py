"""Checks a bundle without the records that it was made from: anybody can."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from passerby.rights.bundle.archive import Stored, pack
from passerby.rights.bundle.chain import History, breaks_in, read_chain
from passerby.rights.bundle.findings import Difference, Findings, Trouble
from passerby.rights.bundle.manifest import (
    CHAIN,
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    Manifest,
    read_manifest,
)
from passerby.rights.bundle.opening import open_archive
from passerby.rights.bundle.signing import fingerprint, parse_sha256, read_key, signed_by


def verify_bundle(
    data: bytes, *, trusted: str | None = None, anchors: Sequence[str] = ()
) -> Findings:
    """Name every difference between a file and the bundle that was signed.

    `trusted` is the fingerprint of the key that has to have signed it; with None, any key will
    do, and then a bundle that somebody else made and signed is whole. `anchors` are heads of the
    history that letters carry: each has to be in it. Raises UsageError where one of these is no
    SHA-256.
    """
    wanted = None if trusted is None else parse_sha256(trusted, "the fingerprint")
    heads = [parse_sha256(anchor, "the anchor") for anchor in anchors]
    opened = open_archive(data)
    told = list(opened.differences)
    files = _first_of_each(opened.members)
    manifest = _manifest(files, told)
    key = _key(files, told)
    told += _about_signature(files, manifest, key)
    if manifest is not None:
        told += _about_members(opened.members, manifest)
    found = None if key is None else fingerprint(key)
    if wanted is not None and found != wanted:
        detail = f"signed by the key {found}, not by {wanted}" if found else "its key is unknown"
        told.append(_about(Trouble.UNTRUSTED_KEY, PUBLIC_KEY, detail))
    history = _history(files, told)
    if history is not None:
        told += _about_chain(history, manifest)
    numbers = tuple(_about_anchors(heads, history, told))
    if not told and pack(opened.members) != data:
        # All that can differ is told above by name: this is the net below it.
        told.append(_about(Trouble.DIRECTORY, None, "the file is not in the form of a bundle"))
    return Findings(
        manifest=manifest,
        key=found,
        anchors=numbers,
        recorded=_recorded(manifest, history),
        differences=tuple(dict.fromkeys(told)),
    )


def _recorded(manifest: Manifest | None, history: History | None) -> tuple[str, ...]:
    """Return the members whose bytes came with an entry that is disclosed."""
    if manifest is None or history is None:
        return ()
    sums = {blob.sha256 for entry in history.disclosed for blob in entry.blobs}
    return tuple(member.name for member in manifest.members if member.sha256 in sums)


def _about(trouble: Trouble, member: str | None, detail: str) -> Difference:
    return Difference(trouble=trouble, member=member, detail=detail)


def _first_of_each(members: Sequence[Stored]) -> Mapping[str, bytes]:
    files: dict[str, bytes] = {}
    for member in members:
        files.setdefault(member.name, member.data)
    return files


def _manifest(files: Mapping[str, bytes], told: list[Difference]) -> Manifest | None:
    if MANIFEST not in files:
        told.append(_about(Trouble.NO_BUNDLE, MANIFEST, "it is not there: this is no bundle"))
        return None
    try:
        return read_manifest(files[MANIFEST])
    except ValueError as error:
        told.append(_about(Trouble.MANIFEST, MANIFEST, f"{error}"))
        return None


def _key(files: Mapping[str, bytes], told: list[Difference]) -> Ed25519PublicKey | None:
    if PUBLIC_KEY not in files:
        return None
    try:
        return read_key(files[PUBLIC_KEY])
    except ValueError as error:
        told.append(_about(Trouble.SIGNATURE, PUBLIC_KEY, f"{error}"))
        return None


def _about_signature(
    files: Mapping[str, bytes], manifest: Manifest | None, key: Ed25519PublicKey | None
) -> Iterator[Difference]:
    if MANIFEST not in files:
        return
    if SIGNATURE not in files:
        yield _about(Trouble.SIGNATURE, SIGNATURE, "it is not there")
    elif key is None:
        yield _about(Trouble.SIGNATURE, SIGNATURE, "there is no key to check it with")
    elif not signed_by(key, files[MANIFEST], files[SIGNATURE]):
        detail = f"{MANIFEST} or {SIGNATURE} was changed, or another key signed"
        yield _about(Trouble.SIGNATURE, MANIFEST, detail)
    if key is not None and manifest is not None and fingerprint(key) != manifest.key:
        detail = f"its fingerprint is {fingerprint(key)}, the manifest names {manifest.key}"
        yield _about(Trouble.OTHER_KEY, PUBLIC_KEY, detail)


def _about_members(members: Sequence[Stored], manifest: Manifest) -> Iterator[Difference]:
    """Compare what is there with what the manifest lists."""
    sums = [(m.name, hashlib.sha256(m.data).hexdigest()) for m in members]
    there = {name for name, _ in sums}
    listed = {member.name: member for member in manifest.members}
    missing = {name: member for name, member in listed.items() if name not in there}
    for name, sha256 in sums:
        if name in listed and sha256 != listed[name].sha256:
            yield _about(Trouble.CHANGED, name, "its bytes are not those that were signed")
        if name in listed or name in (MANIFEST, SIGNATURE):
            continue
        before = next((n for n, m in missing.items() if m.sha256 == sha256), None)
        if before is None:
            yield _about(Trouble.ADDED, name, "the manifest does not list it")
        else:
            del missing[before]
            yield _about(Trouble.RENAMED, name, f"the manifest lists it as {before}")
    for name in missing:
        yield _about(Trouble.REMOVED, name, "the manifest lists it, and it is not there")
    order = [name for name, _ in sums if name in listed]
    if order != [name for name in listed if name in there] and len(order) == len(set(order)):
        yield _about(Trouble.ORDER, None, "the members stand in another order than in the manifest")
    if [name for name, _ in sums[:2]] != [MANIFEST, SIGNATURE] and SIGNATURE in there:
        yield _about(Trouble.ORDER, MANIFEST, "manifest and signature do not stand first")


def _history(files: Mapping[str, bytes], told: list[Difference]) -> History | None:
    if CHAIN not in files:
        return None
    try:
        return read_chain(files[CHAIN])
    except ValueError as error:
        told.append(_about(Trouble.CHAIN, CHAIN, f"{error}"))
        return None


def _about_chain(history: History, manifest: Manifest | None) -> Iterator[Difference]:
    for number, problem in breaks_in(history):
        yield _about(Trouble.CHAIN, CHAIN, f"entry {number}: {problem}")
    if manifest is None:
        return
    here, signed = history.end, manifest.chain
    if here.subject != signed.subject:
        yield _about(Trouble.CHAIN, CHAIN, "it is the history of another client")
    if here.entries < signed.entries:
        detail = f"entries {here.entries + 1} to {signed.entries} are cut off"
        yield _about(Trouble.TAIL_CUT, CHAIN, detail)
    elif here.entries > signed.entries:
        detail = f"{here.entries} entries, the manifest has {signed.entries}"
        yield _about(Trouble.CHAIN, CHAIN, detail)
    elif here.head != signed.head:
        yield _about(Trouble.HEAD, CHAIN, "its head is not the one in the manifest")


def _about_anchors(
    heads: Sequence[str], history: History | None, told: list[Difference]
) -> Iterator[int]:
    """Yield the numbers of the entries that the anchors are the digests of, 0 for the beginning
    of the history; tell those that are not there."""
    numbers = {} if history is None else history.numbers
    for head in heads:
        if head in numbers:
            yield numbers[head]
        else:
            told.append(_about(Trouble.ANCHOR, CHAIN, f"{head} is not in the history"))
