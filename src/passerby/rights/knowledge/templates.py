"""The templates of letters: what they may do, and what they speak of.

Texts are plain, so nothing is escaped here: whoever typesets a letter does. A template is run
in a sandbox, since a user may bring her own language file, and a variable that is not there is
an error. Values are never read as templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from passerby.errors import BadKnowledge

Value = str | int | bool

_SAMPLE = 2
"""Stands for a count when a text is tried."""


def render_text(text: str, values: Mapping[str, Value]) -> str:
    """Return the text with its variables filled in. Raises BadKnowledge when it cannot be."""
    try:
        return _compiled(text).render(values)
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise BadKnowledge(f"a letter's text cannot be used: {error}: {text[:60]!r}") from error


def problem_of(text: str, variables: frozenset[str]) -> str | None:
    """Return what is wrong with a text that may use these variables; None when nothing is."""
    try:
        used = meta.find_undeclared_variables(_environment().parse(text))
    except TemplateError as error:
        return f"no template: {error.message}"
    if unknown := sorted(used - variables):
        return f"may not use {', '.join(unknown)}; it may use {', '.join(sorted(variables))}"
    samples: dict[str, Value] = dict.fromkeys(variables, "x")
    try:
        render_text(text, {**samples, "count": _SAMPLE, "acting": True, "agency": False})
    except BadKnowledge as error:
        return error.message
    return None


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Template:
    """Return a template, compiled once: a letter has dozens, and a clinic many letters."""
    return _environment().from_string(text)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    """Return the environment of all texts."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False
    )
    environment.globals.clear()
    environment.filters["upper_first"] = _upper_first
    return environment


def _upper_first(text: str) -> str:
    """Return the text with its first letter in upper case, and the rest as it was."""
    return text[:1].upper() + text[1:]
