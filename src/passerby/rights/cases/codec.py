"""Events of cases <-> the bytes that the store keeps."""

from __future__ import annotations

from passerby.rights.cases.events import Event
from passerby.store.codec import EventCodec, kind_of, to_json

__all__ = ["SCHEMA", "decode_event", "encode_event", "kind_of", "to_json"]

SCHEMA = 1
"""Raised when an older Passerby could misread what a newer one writes."""

_CODEC: EventCodec[Event] = EventCodec(
    union=Event,
    schema=SCHEMA,
    advice="It was written by a newer Passerby, or is no record of a case: use that version.",
)
encode_event = _CODEC.encode
"""Return the record of an event: the same bytes for the same event, always."""
decode_event = _CODEC.decode
"""Return the event of a record. Raises BadRecord."""
