"""Foreign text: cleaned once where it enters, made safe once where it is shown.

``clean_text`` is for the way in (catalog), ``display`` for the way out
(terminal), and the keys are for comparing names. Nothing here is ever used to
build a path, SQL or markup.
"""

import re
import unicodedata

MAX_TEXT = 500  # characters; longer fields are a mistake or an attack

_SPACE = re.compile(r"\s+")
# The login in an address, also in one that is mistyped: no one is to read it on a screen.
_LOGIN = re.compile(r"(?<=://)[^/\s@?#]+@|(?<=/)[^/\s@:]+:[^/\s@]+@")
_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)


def clean_text(raw: object, *, limit: int = MAX_TEXT) -> str:
    """Return ``raw`` as one line of NFC text without control characters.

    Surrogates and NUL (which neither SQLite nor a terminal can hold), control
    and format characters become spaces; white space is folded; the result is
    cut to ``limit`` characters.
    """
    if raw is None:
        return ""
    text = unicodedata.normalize("NFC", str(raw)[: 4 * limit])
    kept = "".join(" " if _is_unsafe(char) else char for char in text)
    return _SPACE.sub(" ", kept).strip()[:limit].rstrip()


def display(raw: object, *, width: int = 120) -> str:
    """Return ``raw`` fit for a terminal: unsafe characters made visible, cut to width.

    The login of an address, ``//user:password@host``, is left out.
    """
    text = str(raw)
    text = (_LOGIN.sub("", text) if "@" in text else text)[: 4 * width]
    shown = "".join(f"\\u{ord(c):04x}" if _is_unsafe(c) else c for c in text)
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def plural(noun: str, n: float) -> str:
    """Return a noun as it stands behind a number: 1 song, 2 songs, 2 searches."""
    ending = "" if n == 1 else "es" if noun.endswith("ch") else "s"
    return noun + ending


def counted(n: int, noun: str) -> str:
    """Return a number and what it counts: 1 song, 1,234 songs."""
    return f"{n:,} {plural(noun, n)}"


def text_key(raw: str) -> str:
    """Return the form under which two spellings of a name are equal.

    Case, accents, punctuation and white space are dropped, ``&`` is "and":
    ``text_key("Beyoncé & Jay-Z") == text_key("BEYONCE and Jay Z")``. A name
    written in punctuation alone keeps it, so that it does not become empty.
    """
    folded = raw.lower()
    if not raw.isascii():  # most names are, and a crawl compares millions
        folded = unicodedata.normalize("NFKD", raw).casefold()
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    folded = re.sub(r"[’'`´]", "", folded.replace("&", " and "))
    words = _NOT_WORD.sub(" ", folded.replace("_", " ")).strip()
    return words or _SPACE.sub(" ", raw).strip().casefold()


def genre_key(raw: str) -> str:
    """Return the key of a genre name; ``Drum & Bass`` and ``drum n bass`` agree."""
    text = re.sub(r"['’]?\bn\b['’]?|['’]n['’]|\+", " and ", raw, flags=re.IGNORECASE)
    return text_key(text).replace(" ", "-")


def _is_unsafe(char: str) -> bool:
    """Tell control, format, surrogate, private and line-separator characters."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
