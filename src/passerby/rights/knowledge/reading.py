"""Reads one YAML file as plain values, and keeps the line of each.

It reads less than YAML is: one document, no anchors, no aliases, no tags, each key once. Only
`true`, `false`, `null` (or nothing) and whole numbers are typed; everything else is text, so
that `NO` is Norway and a date stays what was written. Text in quotes is text always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Never

import yaml

LARGEST = 2**20
"""Bytes of the largest file that is read."""

DEEPEST = 24
"""Levels of lists and mappings inside each other."""

Keys = tuple[str | int, ...]
"""The way from the top of a file to a value: keys of mappings, indices of lists."""

_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,14}", re.ASCII)
_TYPED = {"": None, "null": None, "true": True, "false": False}

# Line separators of Unicode would make the lines counted here others than an editor's, and
# control characters, bidirectional ones among them, would make a letter other than it looks.
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one line of a file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class Malformed(Exception):
    """Files are not as they have to be. `faults` are at least one, by file and line."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        super().__init__(str(self.faults[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The values of a file, and the line on which each stands (that of its key)."""

    file: str
    value: Any
    lines: Mapping[Keys, int]

    def fault(self, keys: Keys, what: str) -> Fault:
        """Return that the value at the end of `keys` is wrong."""
        while keys not in self.lines:
            keys = keys[:-1]
        return Fault(self.file, self.lines[keys], what)

    def refuse(self, keys: Keys, what: str) -> Never:
        """Raise Malformed: the value at the end of `keys` is wrong."""
        raise Malformed(self.fault(keys, what))


def read(file: Traversable) -> Tree:
    """Read a file. Raises Malformed."""
    name = str(file)
    text = _text(name, _bytes(file, name))
    try:
        return _Builder(name, text).build()
    except yaml.YAMLError as error:
        raise Malformed(_translated(name, error)) from error


def _bytes(file: Traversable, name: str) -> bytes:
    try:
        if not file.is_file():
            raise Malformed(Fault(name, 1, "this is no file"))
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise Malformed(Fault(name, 1, f"cannot be read: {error.strerror}")) from error
    if len(data) > LARGEST:
        raise Malformed(Fault(name, 1, f"this is larger than {LARGEST:,} bytes"))
    return data


def _text(name: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Malformed(Fault(name, line, "this is not UTF-8 text")) from error
    text = text.replace("\r\n", "\n")
    found = _FORBIDDEN.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        what = f"the character U+{ord(found[0]):04X} has no place here"
        raise Malformed(Fault(name, line, "a tab: use spaces" if found[0] == "\t" else what))
    return text


def _translated(name: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    line = 1 if mark is None else mark.line + 1
    return Fault(name, line, f"this is not YAML: {problem}")


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


class _Builder:
    """Builds the values of one file from the events of the YAML parser."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._events: Iterator[Any] = yaml.parse(text, Loader=_Parser)
        self._lines: dict[Keys, int] = {(): 1}

    def build(self) -> Tree:
        """Return the values. Raises Malformed, yaml.YAMLError."""
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            self._refuse(start, "this file is empty")
        value = self._value(next(self._events), ())
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(after, "a second document begins here: one file holds one")
        return Tree(file=self._name, value=value, lines=self._lines)

    def _value(self, event: Any, keys: Keys) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, "anchors and aliases (& and *) are not read: write it out")
        if event.tag is not None:
            self._refuse(event, "tags (!) are not read")
        if len(keys) >= DEEPEST:
            self._refuse(event, f"this is nested more than {DEEPEST} levels deep")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(keys)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(keys)
        return self._scalar(event)

    def _mapping(self, keys: Keys) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if key is None or event.anchor is not None or event.tag is not None:
                self._refuse(event, "a key has to be a plain word")
            if key in made:
                first = self._lines[*keys, key]
                self._refuse(event, f"the key {key!r} stands here twice, first in line {first}")
            self._lines[*keys, key] = _line(event)
            made[key] = self._value(next(self._events), (*keys, key))
        return made

    def _sequence(self, keys: Keys) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            self._lines[*keys, len(made)] = _line(event)
            made.append(self._value(event, (*keys, len(made))))
        return made

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        plain = event.implicit[0]
        if plain and text in _TYPED:
            return _TYPED[text]
        return int(text) if plain and _NUMBER.fullmatch(text) else text

    def _refuse(self, event: Any, what: str) -> Never:
        raise Malformed(Fault(self._name, _line(event), what))
