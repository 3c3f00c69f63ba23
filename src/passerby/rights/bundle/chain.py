"""`chain.json`: the client's history as the store's chain of digests, computed again by anybody.

What an entry says is not in the chain, only hashes: all of it can be shown to anybody. The
entries that a bundle discloses stand beside it, each with the opening of its commitment, so that
everybody can see that they are what the chain holds.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passerby.rights.bundle.manifest import (
    SCHEMA,
    ChainEnd,
    canonical,
    count_of,
    read_json,
    sha256_of,
    text_of,
)
from passerby.store.chain import (
    BlobRef,
    Chain,
    Link,
    beginning,
    digest_of,
    microseconds,
    time_of,
)
from passerby.store.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A client's whole chain, and those of its entries that may be read."""

    chain: Chain
    disclosed: tuple[Entry, ...] = ()

    @property
    def end(self) -> ChainEnd:
        """Where it stands."""
        chain = self.chain
        return ChainEnd(subject=chain.subject, entries=len(chain.links), head=chain.head)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The numbers of the entries by their digests; 0 for what stands before the first."""
        here = {link.digest: link.number for link in self.chain.links}
        return {beginning(self.chain.subject): 0, **here}


def breaks_in(history: History) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the entries that do not follow from what stands before them, or that
    are not what the chain holds, each with what is wrong. After a break the chain is followed
    on from what the entry says."""
    chain = history.chain
    before = beginning(chain.subject)
    for place, link in enumerate(chain.links, start=1):
        if link.number != place:
            yield link.number, f"it stands in place {place}"
        hashes = (link.sealed_sha256, link.commitment, link.blobs_sha256)
        if digest_of(before, chain.subject, link.number, *hashes) != link.digest:
            yield link.number, "its digest does not follow from the entry before it"
        before = link.digest
    commitments = {link.number: link.commitment for link in chain.links}
    for one in history.disclosed:
        if commitments.get(one.number) != one.commitment(chain.subject):
            yield one.number, "what is disclosed of it is not what the history holds"


def write_chain(history: History) -> bytes:
    """Return `chain.json`."""
    return canonical(
        {
            "schema": SCHEMA,
            "subject": history.chain.subject,
            "entries": [
                {
                    "number": link.number,
                    "sealed_sha256": link.sealed_sha256,
                    "commitment": link.commitment,
                    "blobs_sha256": list(link.blobs_sha256),
                    "digest": link.digest,
                }
                for link in history.chain.links
            ],
            "disclosed": [_plain(one) for one in history.disclosed],
        }
    )


def _plain(one: Entry) -> dict[str, Any]:
    return {
        "number": one.number,
        # Microseconds since 1970, UTC: what the commitment is computed from.
        "at": microseconds(one.at),
        "opening": one.opening,
        "record": base64.b64encode(one.record).decode(),
        "blobs": [{"name": blob.name, "sha256": blob.sha256} for blob in one.blobs],
    }


def read_chain(data: bytes) -> History:
    """Read `chain.json`. Raises ValueError, in words for people, for anything that
    `write_chain` would not have written."""
    document = read_json(data)
    try:
        links = tuple(map(_link, document["entries"]))
        history = History(
            chain=Chain(subject=text_of(document["subject"]), links=links),
            disclosed=tuple(_disclosed(each, links) for each in document["disclosed"]),
        )
        again = write_chain(history)
    except (KeyError, TypeError, AttributeError, OverflowError, UnicodeEncodeError) as error:
        raise ValueError(f"it is no chain: {type(error).__name__}") from error
    if again != data:
        raise ValueError("it is not written as a chain is")
    return history


def _link(each: Mapping[str, Any]) -> Link:
    return Link(
        number=_number(each["number"]),
        sealed_sha256=sha256_of(each["sealed_sha256"]),
        commitment=sha256_of(each["commitment"]),
        blobs_sha256=tuple(sha256_of(blob) for blob in _list(each["blobs_sha256"])),
        digest=sha256_of(each["digest"]),
    )


def _disclosed(each: Mapping[str, Any], links: Sequence[Link]) -> Entry:
    try:
        record = base64.b64decode(text_of(each["record"]), validate=True)
    except binascii.Error as error:
        raise ValueError("a record is no base64") from error
    number = _number(each["number"])
    return Entry(
        number=number,
        at=_time(each["at"]),
        opening=sha256_of(each["opening"]),
        record=record,
        digest=links[number - 1].digest if 1 <= number <= len(links) else "",
        blobs=tuple(
            BlobRef(name=text_of(blob["name"]), sha256=sha256_of(blob["sha256"]))
            for blob in _list(each["blobs"])
        ),
    )


def _time(value: object) -> datetime:
    """Return the time of an entry. Raises ValueError, or OverflowError where there is no such
    time."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a time is missing")  # noqa: TRY004 - of data, not of a type
    return time_of(value)


def _number(value: object) -> int:
    """Return the number of an entry: 8 bytes hold it. Raises ValueError."""
    number = count_of(value)
    if number >= 2**64:
        raise ValueError("the number of an entry is too large")
    return number


def _list(value: object) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ValueError("a list is missing")  # noqa: TRY004 - of data, not of a type
    return value
