"""Foreign text in the card shows as itself and does nothing else."""

import html
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre.export.markup import escape, front_matter, table
from genre.text import clean_text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Drum and Bass", "Drum and Bass"),
        ("Drum & Bass", "Drum &amp; Bass"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("a | b", r"a \| b"),
        ("[x](http://evil.org)", r"\[x\](http&#58;//evil.org)"),
        ("www.evil.org", "www&#46;evil.org"),
        ("@everyone *b* _i_ `c` $x$ ~~s~~", r"&#64;everyone \*b\* \_i\_ \`c\` \$x\$ \~\~s\~\~"),
        ("![p](x)", r"\!\[p\](x)"),
        ("a\\", r"a\\"),
        ("a\nb\u202ec\x1b[0m", r"a b c \[0m"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("Hip-Hop", "Hip-Hop"),
        ("日本", "日本"),
    ],
)  # fmt: skip
def test_markdown_is_escaped(text: str, markdown: str) -> None:
    """Links, pictures, tags, mentions, cells and styles become plain text."""
    assert escape(text) == markdown


def test_long_text_is_cut_before_it_is_escaped() -> None:
    """A cut cannot tear an escape apart."""
    assert escape("|" * 10_000) == r"\|" * 79 + "…"


@given(st.text(max_size=60))
def test_what_is_shown_is_the_text(text: str) -> None:
    """Undoing the escapes gives the cleaned text again; no bare bracket is left."""
    shown = escape(text)
    assert html.unescape(re.sub(r"\\(.)", r"\1", shown)) == clean_text(text)
    assert "<" not in shown
    assert "://" not in shown
    assert not re.search(r"(?<!\\)(\\\\)*[|\[`]", shown)


def test_tables_have_a_text_column_and_numbers() -> None:
    """Numbers are grouped and stand at the right."""
    assert table(("genre", "songs"), [("Dub", 12_345)]) == (
        "| genre | songs |\n| --- | ---: |\n| Dub | 12,345 |"
    )


def test_front_matter_nests_maps_and_lists() -> None:
    """The header is block style YAML whose scalars are JSON strings."""
    values = {
        "license": "other",
        "tags": ["a", 'b: "c"'],
        "configs": [{"name": "x", "files": [{"split": "train", "path": "p"}]}],
    }
    assert front_matter(values).split("\n") == [
        "---", 'license: "other"', "tags:", '  - "a"', '  - "b: \\"c\\""', "configs:",
        '  - name: "x"', "    files:", '      - split: "train"', '        path: "p"', "---",
    ]  # fmt: skip


@given(st.text())
def test_no_text_breaks_the_header(text: str) -> None:
    """A tag stays on its line, is quoted, and reads back as the cleaned text."""
    dashes, start, line, end = front_matter({"tags": [text]}).split("\n")
    assert (dashes, start, end) == ("---", "tags:", "---")
    value: Any = json.loads(line.removeprefix("  - "))
    assert value == clean_text(text)
