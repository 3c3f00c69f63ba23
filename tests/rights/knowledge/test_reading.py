"""What is read of YAML, what is refused, and that every refusal names its line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge_files import put
from passerby.rights.knowledge import reading
from passerby.rights.knowledge.reading import DEEPEST, LARGEST, Malformed, Tree, read


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test with the parser in C and with the one in Python."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(reading, "_Parser", getattr(yaml, request.param))


def tree_of(folder: Path, text: str | bytes) -> Tree:
    return read(put(folder, "a.yaml", text))


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(Malformed) as caught:
        tree_of(folder, text)
    line = str(caught.value)
    assert line.startswith(f"{folder / 'a.yaml'}:"), line
    assert "\n" not in line
    assert len(line) < len(str(folder)) + 200
    return line.removeprefix(f"{folder / 'a.yaml'}:")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("~", "~"),
        ("Null", "Null"),
        ("'null'", "null"),
        ('"true"', "true"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("12:30", "12:30"),
        ("190:20:30", "190:20:30"),
        ("0", 0),
        ("17", 17),
        ("-3", -3),
        ("017", "017"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("1.0", "1.0"),
        (".inf", ".inf"),
        ("'17'", "17"),
        ("1" * 400, "1" * 400),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_only_a_few_words_are_typed(tmp_path: Path, written: str, value: object) -> None:
    found = tree_of(tmp_path, f"key: {written}\n").value["key"]
    assert found == value
    assert type(found) is type(value)


def test_norway_is_a_place_and_a_key(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, "places: [NO, SE]\nno: Datatilsynet\nOFF: x\n")
    assert tree.value == {"places": ["NO", "SE"], "no": "Datatilsynet", "OFF": "x"}


def test_each_value_has_the_line_of_its_key(tmp_path: Path) -> None:
    text = (
        "# a comment\na: 1\n\nb:\n  - x\n  -\n    c: |\n      two\n      lines\n  - [1,\n     2]\n"
    )
    tree = tree_of(tmp_path, text)
    assert dict(tree.lines) == {
        (): 1,
        ("a",): 2,
        ("b",): 4,
        ("b", 0): 5,
        ("b", 1): 7,
        ("b", 1, "c"): 7,
        ("b", 2): 10,
        ("b", 2, 0): 10,
        ("b", 2, 1): 11,
    }
    assert tree.fault(("b", 1, "d", 4), "x").line == 7


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n")
    assert tree.value == {"a": 1, "b": "x\ny\n"}
    assert tree.lines["b",] == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "3: the key 'a' stands here twice, first in line 1"),
        ("a:\n  b: 1\n  'b': 1\n", "3: the key 'b' stands here twice, first in line 2"),
        ("a: 1\nb:\n\tc: 1\n", "3: a tab: use spaces"),
        ("a: 1\nb: x\ty\n", "2: a tab: use spaces"),
        ("a: &x 1\nb: 2\n", "1: anchors and aliases (& and *) are not read: write it out"),
        ("a: 1\nb: *x\n", "2: anchors and aliases (& and *) are not read: write it out"),
        ("a:\n  - !!python/object/apply:os.system [true]\n", "2: tags (!) are not read"),
        ("a: !!str 1\n", "1: tags (!) are not read"),
        ("!!map {a: 1}\n", "1: tags (!) are not read"),
        ("? [a, b]\n: 1\n", "1: a key has to be a plain word"),
        ("a: 1\n&x b: 2\n", "2: a key has to be a plain word"),
        ("a: 1\n---\nb: 2\n", "2: a second document begins here: one file holds one"),
        ("", "1: this file is empty"),
        ("# nothing\n", "2: this file is empty"),
        ("a: 1\nb: x\u0000y\n", "2: the character U+0000 has no place here"),
        ("a: 1\nb: x\u2028y\n", "2: the character U+2028 has no place here"),
        ("a: 1\n\nb: x\u202ey\n", "3: the character U+202E has no place here"),
        ("a: 1\rb: 2\n", "1: the character U+000D has no place here"),
        (b"a: 1\nb: M\xfcnchen\n", "2: this is not UTF-8 text"),
        ("a: 1\n".encode("utf-16"), "1: this is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n", "1: this is not UTF-8 text"),
    ],
)
def test_a_refusal_names_its_line(tmp_path: Path, text: str | bytes, line: str) -> None:
    assert refused(tmp_path, text) == line


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", (2, 3)),
        ("a: 1\nb: 'x\n", (2, 3)),
        ("a: 1\n  b: 2\n", (2,)),
        ("a: 1\nb: x: y\n", (2,)),
        ("a: 1\n- b\n", (2,)),
        ("a: 1\nb: @x\n", (2,)),
        ("a: 1\nb: %x\n", (2,)),
        ('a: 1\nb: "\\q"\n', (2,)),
        ("%YAML 9.9\n---\na: 1\n", (1, 2)),
        ("%FOO\n%YAML 1.1\n%YAML 1.1\n---\na: 1\n", (1, 3, 4)),
    ],
)
def test_what_is_not_yaml_names_its_line(
    tmp_path: Path, text: str, number: tuple[int, ...]
) -> None:
    line, _, what = refused(tmp_path, text).partition(": ")
    assert int(line) in number
    assert what.startswith("this is not YAML: ")


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor(tmp_path: Path) -> None:
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert refused(tmp_path, "\n".join(bomb)).startswith("1: anchors and aliases")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(tmp_path: Path, opening: str) -> None:
    assert refused(tmp_path, "top:\n  " + opening * 20_000).startswith("2: ")


def test_what_is_as_deep_as_allowed_is_read(tmp_path: Path) -> None:
    value: Any = tree_of(tmp_path, "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)).value
    for _ in range(DEEPEST - 2):
        (value,) = value
    assert value == []
    wrong = "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)
    assert refused(tmp_path, wrong) == f"1: this is nested more than {DEEPEST} levels deep"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = put(tmp_path, "a.yaml", "")
    os.truncate(path, 2**40)
    with pytest.raises(Malformed, match=f"larger than {LARGEST:,} bytes"):
        read(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "lost.yaml").symlink_to(tmp_path / "nowhere")
    for name in ("pipe.yaml", "loop.yaml", "lost.yaml", "none.yaml", "."):
        with pytest.raises(Malformed, match=":1: "):
            read(tmp_path / name)


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path, mode: str) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    path = put(tmp_path, "a.yaml", "a: 1\n")
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(Malformed, match=":1: cannot be read: Permission denied"):
        read(path)


@given(st.text(max_size=60) | st.text("ab:-[]{}?!&*|>'\"#%@ \n,~0", max_size=60))
@example("a: \ud800")
@example("|\n \n")
@example("- a\n -b")
def test_any_text_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        tree = read(path)
    except Malformed as error:
        assert all(fault.line >= 1 and "\n" not in str(fault) for fault in error.faults)
    else:
        assert max(tree.lines.values()) <= text.count("\n") + 1
