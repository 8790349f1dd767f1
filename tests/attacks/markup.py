"""Texts that try to become markup, and a reader that finds out whether they did."""

from html.parser import HTMLParser

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</td></tr></table><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "<a href=\"javascript:alert(1)\">x</a>",
    "<iframe src=javascript:alert(1)>",
    "<!--<script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "＜script＞alert(1)＜/script＞",
    "\u202eevil\u2066right-to-left",
    "\x1b]0;title\x07\x1b[31mred",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input name=q>",
    "<style>@import '//evil.example';</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<object data=//evil.example>",
    "$x^2$ \\frac{a}{b} ${HOME} {{7*7}} %s %(x)s {0}",
    "音楽 🎵 \U000e0041",
)  # fmt: skip

_URLS = {
    "src",
    "href",
    "action",
    "data",
    "formaction",
    "xlink:href",
    "srcset",
    "poster",
}


class MarkupReader(HTMLParser):
    """Reads a page and collects its tags, its dangers and its texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.dangers: list[str] = []
        self.texts: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; an event handler or a foreign address is a danger."""
        self.tags.add(tag)
        values = {name: value or "" for name, value in attrs}
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        for name, value in values.items():
            address = name in _URLS and not value.startswith("data:image/png;base64,")
            if name.startswith("on") or name == "style" or address:
                self.dangers.append(f"{tag} {name}={value[:80]}")
        if values.get("http-equiv", "").lower() == "refresh":
            self.dangers.append("refresh")

    def handle_data(self, data: str) -> None:
        """Note what a reader sees."""
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        """No page of ours holds a comment."""
        self.dangers.append(f"comment {data[:80]}")

    @property
    def text(self) -> str:
        """Everything a reader sees."""
        return " ".join(self.texts)


def read_markup(page: str) -> MarkupReader:
    """Parse a page to its end."""
    reader = MarkupReader()
    reader.feed(page)
    reader.close()
    return reader
