"""Events as bytes, and back."""

from __future__ import annotations

import json
import typing
from typing import Any

import pytest
from hypothesis import given, settings

from case_events import CASE, each_kind, random_events
from passerby.errors import BadRecord
from passerby.rights.cases.codec import SCHEMA, decode_event, encode_event, kind_of
from passerby.rights.cases.events import Event


def test_every_kind_has_an_example() -> None:
    assert {type(event) for event in each_kind()} == set(typing.get_args(Event))


@pytest.mark.parametrize("event", each_kind(), ids=lambda event: kind_of(type(event)))
def test_every_kind_comes_back(event: Event) -> None:
    made = encode_event(event)
    assert decode_event(made) == event
    assert encode_event(decode_event(made)) == made


@settings(deadline=None)
@given(random_events())
def test_any_event_comes_back(event: Event) -> None:
    assert decode_event(encode_event(event)) == event


def test_records_are_canonical() -> None:
    assert (
        encode_event(each_kind()[0])
        == (
            '{"data":{"profile":{"contact":null,"language":"de","person":{"address":'
            '["c/o Beratung","Weg 1","20095 Hamburg"],"care_of":null,"email":null,'
            '"name":"Anna Świątek"},"place":"DE-HH"}},"event":"client-added","schema":1}'
        ).encode()
    )


def record(event: Any = "letter-sent", schema: Any = SCHEMA, **fields: Any) -> bytes:
    """A letter that was sent, with fields that are another; `...` takes one out."""
    data = {
        "case": CASE,
        "letter": 1,
        "day": "2026-03-02",
        "channel": "email",
        "message_id": None,
        "proof": None,
        **fields,
    }
    left = {key: value for key, value in data.items() if value is not ...}
    return json.dumps({"data": left, "event": event, "schema": schema}).encode()


def test_the_record_that_is_changed_below_is_good() -> None:
    assert kind_of(type(decode_event(record()))) == "letter-sent"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (record(event="letter-eaten"), "no kind of record 'letter-eaten'"),
        (record(event=["letter-sent"]), "no kind of record"),
        (record(schema=2), "schema 2, not 1"),
        (record(schema=None), "schema None, not 1"),
        (record(colour="red"), "colour: missing or not known"),
        (record(day=...), "day: missing or not known"),
        (record(day="2026-02-30"), "letter-sent.day: expected a day"),
        (record(day="20260302"), "letter-sent.day: expected a day"),
        (record(day=5), "letter-sent.day: expected a day"),
        (record(letter="1"), "letter-sent.letter: expected int"),
        (record(letter=True), "letter-sent.letter: expected int"),
        (record(channel="pigeon"), "there is no Channel 'pigeon'"),
        (record(channel=["email"]), "there is no Channel"),
        (record(message_id=5), "expected str"),
        (record(proof={"name": "x"}), "letter-sent.proof: file_name, role, sha256: missing"),
        (record(proof=[]), "letter-sent.proof: expected an object"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "no JSON object"),
        (b'{"event":"letter-sent","schema":1}', "other parts than data, event and schema"),
        (b'{"data":{},"event":"letter-sent","schema":1,"x":1}', "other parts"),
    ],
)
def test_what_is_no_record_is_refused(wrong: bytes, says: str) -> None:
    with pytest.raises(BadRecord) as caught:
        decode_event(wrong)
    assert says in str(caught.value)
