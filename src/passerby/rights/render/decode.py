"""Text out of bytes that may lie about their charset."""

from __future__ import annotations

import codecs
import html
import re
from base64 import b64decode
from binascii import Error as NotBase64
from quopri import decodestring

_CHARSETS = re.compile(
    r"us-ascii|ascii|utf-?8|utf-?16(?:le|be)?|iso-?8859-?(?:[1-9]|1[0-6])|latin-?1|"
    r"windows-125[0-8]|cp125[0-8]|cp850|cp437|koi8-[ru]|mac-?roman|macintosh|gb2312|gbk|gb18030|"
    r"big5|shift[-_]jis|iso-2022-jp|euc-jp|euc-kr|ks_c_5601-1987|tis-620"
)
_ASCII = frozenset({"ascii", "us-ascii"})
_ENCODED_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[\w.:*-]+\?[bBqQ]\?)")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
_HIDDEN = {f"<{name}": re.compile(f"</{name}[^>]{{0,40}}>", re.I) for name in ("script", "style")}
_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"})


def decoded_text(data: bytes, charset: str, notes: list[str]) -> str:
    """Return bytes as text. An unknown charset is read as UTF-8, and what does not fit becomes
    U+FFFD; both are told in `notes`.

    Only charsets of mail are taken: Python has codecs that are none, and slow ones.
    """
    name = charset.strip().lower()
    try:
        known = bool(_CHARSETS.fullmatch(name)) and codecs.lookup(name) is not None
    except LookupError:
        known = False
    if not known:
        notes.append("its charset is not known: it was read as UTF-8")
        name = "utf-8"
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        notes.append(f"its text is not {name}, as it says: some letters were lost")
        return data.decode("utf-8" if name in _ASCII else name, errors="replace")


def decoded_header(value: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) read, on one line, without
    control characters. Whatever cannot be read stays as it is."""
    raw = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    joined = _BETWEEN_WORDS.sub(r"\1", raw)
    shown = _ENCODED_WORD.sub(_decoded_word, joined)
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())


def _decoded_word(found: re.Match[str]) -> str:
    charset, how, text = found.groups()
    try:
        if how in "bB":
            data = b64decode(text + "=" * (-len(text) % 4))
        else:
            data = decodestring(text.replace("_", " ").encode("ascii"), header=True)
    except (NotBase64, ValueError):
        return found.group()
    return decoded_text(data, charset, [])


def text_of_html(page: str) -> str:
    """Return the words of a page, without its tags, scripts and styles; nothing is fetched.

    One pass that never looks back: the standard library's parser takes minutes for half a MiB
    of comments that do not end.
    """
    words: list[str] = []
    place = 0
    while (tag := page.find("<", place)) >= 0:
        words.append(page[place:tag])
        place = _behind_tag(page, tag, words)
    words.append(page[place:])
    lines = (" ".join(line.split()) for line in _unescaped("".join(words)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _behind_tag(page: str, tag: int, words: list[str]) -> int:
    """Where the text goes on behind a tag or a comment; its end where that never closes."""
    if page.startswith("<!--", tag):
        end = page.find("-->", tag + 4)
        return len(page) if end < 0 else end + 3
    end = page.find(">", tag)
    if end < 0:
        words.append(page[tag:])
        return len(page)
    name = _TAG.match(page, tag)
    if name is None:
        return end + 1
    if name[1].lower() in _BREAKS:
        words.append("\n")
    closing = _HIDDEN.get(name[0].lower())
    if closing is None:
        return end + 1
    found = closing.search(page, end)
    return len(page) if found is None else found.end()


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        # A number of thousands of digits.
        return text
