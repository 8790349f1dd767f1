"""Where a service's pages lead: never to another server, never round in circles.

Each page names the address of the next. A client that follows it with a login must
look first: another server would see the login, a circle would never end.
"""

from genre.errors import FetchError
from genre.records import ErrorClass
from genre.urls import parse_target, redact

_MAX_PAGES = 2_000


class PageTrail:
    """The pages of one listing below ``prefix``, as far as they were followed."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._seen: set[str] = set()

    def follow(self, url: object) -> None:
        """Let the address of a next page pass.

        Raises
        ------
        FetchError
            It lies elsewhere (permanent), or was followed before (temporary).
        """
        if not isinstance(url, str) or not self._is_below(url):
            raise FetchError(
                f"Expected the next page at {redact(self._prefix)}, found that it leads to"
                f" {redact(str(url))}, which must not see your login; report this to"
                " the service.",
                error_class=ErrorClass.PERMANENT,
            )
        if url in self._seen or len(self._seen) == _MAX_PAGES:
            raise FetchError(
                f"Expected the pages at {redact(url)} to come to an end, found that they"
                f" lead round in circles (after {len(self._seen)} pages); try again later."
            )
        self._seen.add(url)

    def _is_below(self, url: str) -> bool:
        """Tell whether an address lies below the prefix and brings no login along."""
        try:
            target, own = parse_target(url), parse_target(self._prefix)
        except FetchError:
            return False
        below = target.path.startswith(own.path)
        return target.origin == own.origin and below and not target.login
