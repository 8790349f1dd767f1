"""A self-contained HTML page built from parts that are escaped by default.

``tag`` escapes every child and attribute that is not already ``Html``, so foreign
text (titles, genre names, settings) cannot become markup. The page holds no
script and loads nothing: its content security policy allows only its own style
sheet, by hash, and pictures embedded as data.
"""

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence

from genre.text import display

PIXEL_RATIO = 1.5  # picture pixels per page pixel, so that fine screens stay crisp
_VOID = {"img", "meta"}
_TEXT_WIDTH = 600  # characters of one piece of text; longer ones are cut

STYLE = """
:root { color-scheme: light dark; --ink: #1d2126; --soft: #5b6570; --line: #dfe3e8;
  --back: #ffffff; --card: #f6f7f9; --mark: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1;
  --line: #333a42; --back: #14171a; --card: #1d2126; --mark: #58b4e8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 58rem;
  color: var(--ink); background: var(--back);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; }
p, li { max-width: 44rem; }
p { margin: .5rem 0; }
ul { padding-left: 1.2rem; margin: .5rem 0; }
li { margin: .25rem 0; }
.soft, figcaption, caption { color: var(--soft); font-size: .9rem; }
.lede { border-left: 3px solid var(--mark); padding: .1rem 0 .1rem 1rem; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .9rem; min-width: 60%;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 .4rem; caption-side: top; }
th, td { padding: .32rem .7rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:first-child { white-space: normal; min-width: 9rem; overflow-wrap: anywhere; }
thead th { color: var(--soft); font-size: .82rem; border-bottom: 1px solid var(--soft); }
tbody th { padding-top: 1rem; color: var(--soft); font-size: .82rem; }
.range { color: var(--soft); font-size: .82rem; display: block; line-height: 1.2; }
.wide td { white-space: normal; overflow-wrap: anywhere; text-align: left; }
figure { margin: 1rem 0 1.6rem; }
img { max-width: 100%; height: auto; display: block; border-radius: 6px;
  background: #fff; border: 1px solid var(--line); }
figcaption { margin-top: .4rem; max-width: 44rem; overflow-wrap: anywhere; }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--mark); }
@media print { body { max-width: none; padding: 0; } }
"""


class Html(str):
    """Markup that is safe to embed; anything else is text."""

    __slots__ = ()


def text(raw: object) -> Html:
    """Return ``raw`` as escaped text, unsafe characters made visible."""
    return Html(html.escape(display(raw, width=_TEXT_WIDTH), quote=True))


def tag(name: str, /, *children: str, **attributes: str) -> Html:
    """Return an element; children and attributes that are no ``Html`` are escaped.

    ``class_`` stands for ``class`` and other underscores for hyphens.
    """
    pairs = [
        f' {key.rstrip("_").replace("_", "-")}="{join([value])}"'
        for key, value in attributes.items()
    ]
    opened = f"<{name}{''.join(pairs)}>"
    if name in _VOID:
        return Html(opened)
    return Html(f"{opened}{join(children)}</{name}>")


def join(children: Iterable[str]) -> Html:
    """Return all children in a row, escaped unless they are ``Html``."""
    return Html("".join(c if isinstance(c, Html) else text(c) for c in children))


def bullets(sentences: Iterable[str]) -> Html:
    """Return a list, or nothing when there is nothing to list."""
    items = [tag("li", sentence) for sentence in sentences]
    return tag("ul", *items) if items else Html("")


Row = Sequence[str]


def table(
    head: Row, groups: Sequence[tuple[str, Sequence[Row]]], *, caption: str = ""
) -> Html:
    """Return a table of groups of rows; a group with a title gets a line of its own."""
    bodies = []
    for title, rows in groups:
        lines = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
        if title:
            lines.insert(0, tag("tr", tag("th", title, colspan=str(len(head)))))
        bodies.append(tag("tbody", *lines))
    top = tag("thead", tag("tr", *(tag("th", cell) for cell in head)))
    captions = [tag("caption", caption)] if caption else []
    return tag("div", tag("table", *captions, top, *bodies), class_="scroll")


def picture(png: bytes, *, alt: str, caption: str) -> Html:
    """Return a figure with the PNG embedded, so that the page can be mailed."""
    data = base64.b64encode(png).decode("ascii")
    width = int.from_bytes(png[16:20], "big")  # the PNG header's, in its own pixels
    image = tag(
        "img",
        src=Html(f"data:image/png;base64,{data}"),
        alt=alt,
        width=str(round(width / PIXEL_RATIO)),
    )
    return tag("figure", image, tag("figcaption", caption))


def fold(title: str, *children: str) -> Html:
    """Return something that is closed until the reader opens it."""
    return tag("details", tag("summary", title), *children)


def document(title: str, *sections: str) -> Html:
    """Return the whole page."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';"
        " base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    body = tag("body", tag("main", *sections))
    page = tag("html", head, body, lang="en")
    return Html(f"<!doctype html>\n{page}\n")
