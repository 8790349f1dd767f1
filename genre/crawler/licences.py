"""What a licence address means: one spelling, and whether we may share the audio.

Shared are recordings whose licence allows copies of a changed work to everybody: CC0
and the public domain, and Creative Commons BY, SA and NC in any combination (a corpus
is given away, never sold; the exporter names the licence beside each song). Not shared:

- "no derivatives" (ND): a corpus holds 16 kHz mono excerpts, which are changed works;
- the retired "sampling" licences, which forbid to copy the whole;
- everything else, and whatever names no licence: all rights are reserved then.

Pure; readers of services call ``canonical``, the catalog keeps what ``may_share`` says.
"""

import re

from genre.text import clean_text

_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?P<path>(?:licenses|licences|publicdomain)"
    r"/[a-z0-9+.-]+(?:/[0-9.]+)?(?:/[a-z]{2,4})?)/?(?:(?:deed|legalcode)[\w.-]*)?",
    re.IGNORECASE,
)
_FREE = re.compile(r"licenses/(?P<terms>(?:by|nc|sa)(?:-(?:by|nc|sa))*)(?:/.*)?")
_NO_RIGHTS = re.compile(
    r"publicdomain/(?:zero|mark|certification)(?:/.*)?|licenses/publicdomain(?:/.*)?"
)


def canonical(url: str) -> str:
    """Return one spelling of a licence's address; "" when it is no address.

    ``http://www.creativecommons.org/licenses/by-nc-sa/3.0/us/deed.fr`` becomes
    ``https://creativecommons.org/licenses/by-nc-sa/3.0/us/``.
    """
    address = clean_text(url).partition("?")[0].partition("#")[0]
    if match := _COMMONS.fullmatch(address):
        path = match["path"].lower().replace("licences/", "licenses/")
        return f"https://creativecommons.org/{path}/"
    return address if re.match(r"https?://[^/]", address, re.IGNORECASE) else ""


def may_share(url: str) -> bool:
    """Tell whether a changed copy of a recording under this licence may be published."""
    path = canonical(url).removeprefix("https://creativecommons.org/").rstrip("/")
    return bool(_FREE.fullmatch(path) or _NO_RIGHTS.fullmatch(path))
