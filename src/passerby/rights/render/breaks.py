"""Where a line of a letter may end."""

from __future__ import annotations

import re

_BEFORE_NUMBER = re.compile(
    r"(§+|№|n°|n\.º|\b(?:[Aa]rts?|[Aa]bs|[Aa]pdo|Nr|Nos?|[Ss]ec|ust|pkt|lit|para|al|n)\."
    r"|\b(?:[Aa]rticles?|Artikel|[Aa]rticol[oi]|[Aa]rtículos?|[Ss]ections?|Absatz"
    r"|[Pp]aragraphes?|[Pp]oints?|[Aa]partados?|[Pp]untos?))[ ](?=[\dIVX(])"
)
_BEFORE_LETTER = re.compile(r"\b([Pp]oints?|let\.|lit\.|[Ll]etras?|[Ll]etter[ae])[ ](?=[a-z]\))")
_BEFORE_MARK = re.compile(r"(?<=\S)[ ](?=[;:?!»](?!\w))|(?<=«)[ ]")
"""French sets a space before these marks, and within its quotation marks."""
_BEHIND_NUMBER = re.compile(
    r"(?<=\d)[ ](?=(?:Abs|Buchst|Satz|Nr|ust|pkt|lit|let|para|al|DSGVO|RODO|GDPR|RGPD)\b)"
)
_LONG = re.compile(r"[^\s\u200b]{36,}")


def number_kept(text: str) -> str:
    """Put no-break spaces where a citation would read badly when broken, "Art. 15", and before
    marks that stand behind a space."""
    kept = _BEFORE_LETTER.sub("\\1\u00a0", _BEFORE_NUMBER.sub("\\1\u00a0", text))
    return _BEFORE_MARK.sub("\u00a0", _BEHIND_NUMBER.sub("\u00a0", kept))


def broken_well(text: str) -> str:
    """Keep citations together, and let a long address of a page or a hash be broken: behind what
    separates its parts, else after every 16 letters, by zero-width spaces."""
    return _LONG.sub(lambda found: _breakable(found.group()), number_kept(text))


def _breakable(word: str) -> str:
    """A word with places to break it: behind what separates its parts, else every 16 letters."""
    parts = re.findall(r"[^/?&=._\-]{1,16}[/?&=._\-]*|[/?&=._\-]+", word)
    return "\u200b".join(parts)
