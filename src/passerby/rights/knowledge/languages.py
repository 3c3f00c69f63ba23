"""Builds a language of letters from its file, and says what its texts lack."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from passerby.rights.facts.language import Language
from passerby.rights.facts.wording import COMMON, WORDING
from passerby.rights.knowledge import parts
from passerby.rights.knowledge.reading import Fault, Keys, Malformed, Tree
from passerby.rights.knowledge.templates import problem_of

_PLAIN = frozenset(
    {"id", "name", "checked", "date", "joining", "quotes", "languages", "claims"},
)
"""Keys that hold no texts of letters."""

_FREE = frozenset({"words", "terms"})
"""Sections whose ids a language chooses itself."""

_PAGE = ("{page}", "{pages}")


def build(tree: Tree) -> Language:
    """Return the language. Raises Malformed with every text that is missing or unknown, or that
    cannot be used."""
    value = tree.value
    texts = dict(_leaves({key: value[key] for key in value if key not in _PLAIN}, ()))
    faults = [*_missing(tree, texts), *_wrong(tree, texts)]
    if faults:
        raise Malformed(*faults)
    return Language(
        code=value["id"],
        name=value["name"],
        checked=parts.day(value["checked"]),
        months=tuple(value["date"]["months"]),
        date_pattern=value["date"]["pattern"],
        first_day=value["date"].get("first"),
        between=value["joining"]["between"],
        last=value["joining"]["last"],
        colon=value["joining"].get("colon", ":"),
        quotes=(value["quotes"][0], value["quotes"][1]),
        languages=MappingProxyType(dict(value["languages"])),
        claims=tuple(value["claims"]),
        texts=MappingProxyType({".".join(keys): text for keys, text in texts.items()}),
    )


def _leaves(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        # The one newline at the end of a YAML block is none of the text.
        yield keys, value.strip()
        return
    for key, inner in value.items():
        yield from _leaves(inner, (*keys, key))


def _missing(tree: Tree, texts: Mapping[tuple[str, ...], str]) -> Iterator[Fault]:
    """Yield every text that the language has to have and lacks, at the section it belongs to."""
    for name in WORDING:
        keys: Keys = tuple(name.split("."))
        if keys not in texts:
            yield tree.fault(keys, f"the text {name!r} is missing")
    plain = {name for key, name, *_ in texts if key in _FREE and "@" not in name}
    for keys in texts:
        if keys[0] in _FREE and keys[1].partition("@")[0] not in plain:
            yield tree.fault(keys, f"{keys[1]!r} has no plain form without `@`")


def _wrong(tree: Tree, texts: Mapping[tuple[str, ...], str]) -> Iterator[Fault]:
    """Yield every text that is unknown, empty, or speaks of what it may not."""
    terms = frozenset(keys[1].partition("@")[0] for keys in texts if keys[0] == "terms")
    words = frozenset(keys[1].partition("@")[0] for keys in texts if keys[0] == "words")
    for keys in texts:
        if keys[0] in _FREE and keys[1].partition("@")[0] in COMMON:
            yield tree.fault(keys, f"{keys[1]!r} is the name of a variable already")
    for keys, text in texts.items():
        name = ".".join(keys)
        plain = name.partition("@")[0]
        if keys[0] == "terms":
            problem = problem_of(text, COMMON)
        elif keys[0] == "words":
            problem = problem_of(text, COMMON | terms)
        elif plain not in WORDING:
            problem = f"no letter has the text {plain!r}{_near(plain)}"
        else:
            problem = problem_of(text, WORDING[plain] | COMMON | words | terms)
        if problem is None and name == "labels.page" and not all(mark in text for mark in _PAGE):
            problem = "has to hold {page} and {pages}"
        if problem is not None:
            yield tree.fault(keys, f"{name}: {problem}")


def _near(name: str) -> str:
    close = difflib.get_close_matches(name, WORDING, 1)
    return f": did you mean {close[0]!r}?" if close else ""
