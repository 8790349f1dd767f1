"""The page escapes by default, allows no script, and loads nothing."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from genre.train.page import (
    Html,
    bullets,
    document,
    fold,
    join,
    picture,
    table,
    tag,
    text,
)
from tests.attacks.markup import HOSTILE, read_markup

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (300).to_bytes(4, "big") + bytes(8)
OURS = {
    "html", "head", "meta", "title", "style", "body", "main", "p", "em", "ul", "li",
    "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "img",
    "figcaption", "details", "summary",
}  # fmt: skip


def everywhere(raw: str) -> str:
    """Return a page with ``raw`` in every place that takes text."""
    return document(
        raw,
        tag("p", raw, title=raw, class_=raw),
        bullets([raw]),
        table([raw], [(raw, [[raw]])], caption=raw),
        picture(PNG, alt=raw, caption=raw),
        fold(raw, raw),
        join([raw]),
    )


@pytest.mark.parametrize("raw", HOSTILE)
def test_foreign_text_stays_text(raw: str) -> None:
    """No payload adds a tag, an event handler, an address or a comment."""
    found = read_markup(everywhere(raw))

    assert found.dangers == []
    assert found.tags <= OURS


@pytest.mark.parametrize("raw", HOSTILE)
def test_unsafe_characters_are_made_visible(raw: str) -> None:
    """No control, direction or unassigned character reaches the reader."""
    page = everywhere(raw).replace("\n", "")

    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Drum & Bass", "Drum &amp; Bass"),
        ("a<b", "a&lt;b"),
        ('"', "&quot;"),
        ("&lt;", "&amp;lt;"),
        ("a\x1bb", "a\\u001bb"),
    ],
)
def test_text_is_escaped_once(raw: str, shown: str) -> None:
    """What a reader sees is the text itself, entities included."""
    assert text(raw) == shown


def test_markup_of_ours_is_not_escaped_twice() -> None:
    """A child that is ``Html`` is taken as it is."""
    assert tag("p", tag("em", "a & b"), "<c>") == ("<p><em>a &amp; b</em>&lt;c&gt;</p>")


def test_attributes_are_named_as_in_html() -> None:
    """A trailing underscore falls away, others become hyphens."""
    assert tag("meta", http_equiv="x", class_="y") == '<meta http-equiv="x" class="y">'


def test_nothing_to_list_is_nothing() -> None:
    """An empty list leaves no empty element."""
    assert bullets([]) == Html("")


def test_policy_allows_only_the_page_itself() -> None:
    """Nothing is loaded or run; the one style sheet is allowed by its hash."""
    page = document("t")
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()

    assert read_markup(page).policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';"
        " base-uri 'none'; form-action 'none'"
    )


def test_page_names_no_address() -> None:
    """The file can be mailed: it refers to nothing outside itself."""
    assert "//" not in document("t", picture(PNG, alt="", caption="")).replace(
        base64.b64encode(PNG).decode(), ""
    )


def test_picture_is_embedded_at_its_size() -> None:
    """300 picture pixels are 200 page pixels wide; the bytes are in the page."""
    found = picture(PNG, alt="curve", caption="A curve.")

    assert base64.b64encode(PNG).decode() in found
    assert 'alt="curve" width="200"' in found


def test_table_keeps_groups_and_columns() -> None:
    """A titled group begins with a line over all columns."""
    found = table(["", "n"], [("Songs", [["model", "1"]]), ("", [["prior", "2"]])])

    assert found.count("<tbody>") == 2
    assert '<th colspan="2">Songs</th>' in found
    assert "<td>model</td><td>1</td>" in found


class Balance(HTMLParser):
    """Keeps the tags that are open, and fails on one that closes another."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Open a tag, unless it is one that never closes."""
        if tag not in {"img", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost tag, which has to be this one."""
        assert self.open.pop() == tag


def test_every_element_is_closed() -> None:
    """Opening and closing tags are balanced, in order."""
    reader = Balance()

    reader.feed(everywhere("plain"))

    assert reader.open == []
