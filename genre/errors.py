"""Every error that a user can meet, in one tree.

    GenreError                      exit code 1
    ├── UsageError                  2  a wrong option or argument
    │   └── ListFileError           2  the playlist list file is missing or empty
    ├── BusyError                   3  the same stage already runs on this corpus, or
    │                                  another program holds the catalog
    ├── NotReadyError               1  an earlier stage has to run first
    ├── DiskFullError               1  no room: the run stops, no item is blamed
    ├── CorpusError                 1  the corpus folder cannot be written
    ├── CatalogError                1
    │   ├── CatalogTooNewError         written by a newer version of genre
    │   ├── CatalogOutdatedError       a reader met an old schema
    │   └── CatalogDamagedError        SQLite's own check failed
    ├── StoreError                  1  a segment shard is missing or damaged
    ├── CheckpointError             1  a run's checkpoint is missing or damaged
    ├── ExportError                 1  an export could not be written or read
    ├── ChildError                  1  a mistake of ours, in a helper process
    └── ItemError                   -  one track, playlist or service; goes into the ledger
        ├── MediaError                 permanent: this is not usable audio
        ├── FetchError                 any class: it could not be fetched
        │   └── OfflineError           environment: this machine has no way there
        ├── ToolError                  environment: a program or library is missing
        ├── LoginError                 environment: log in to a service, or again
        └── ServiceStopError           stop: the service asks us to stay away

A message is one sentence that says what was expected, what was found and what
to do. ``cli.main`` catches the root once and prints it; an ``ItemError`` is
caught by its pipeline, which writes it into the ledger and goes on.
"""

from genre.records import ErrorClass


class GenreError(Exception):
    """Root of all errors that have a message for the user."""

    exit_code = 1


class UsageError(GenreError):
    """An option or argument cannot be used as given."""

    exit_code = 2


class ListFileError(UsageError):
    """The playlist list file is missing, unreadable or holds no source."""


class BusyError(GenreError):
    """Another process is at work: on the same stage, or in the catalog."""

    exit_code = 3


class NotReadyError(GenreError):
    """The catalog does not hold yet what this command works on."""


class DiskFullError(GenreError):
    """The disk is full (or nearly): the run stops and nothing is marked as failed."""


class CorpusError(GenreError):
    """The corpus folder cannot be made or written."""


class CatalogError(GenreError):
    """The catalog cannot be used."""


class CatalogTooNewError(CatalogError):
    """The catalog was written by a newer version of genre."""


class CatalogOutdatedError(CatalogError):
    """A reading command met a catalog of an older version."""


class CatalogDamagedError(CatalogError):
    """The catalog file is not a sound SQLite database."""


class StoreError(GenreError):
    """A shard of the segment store is missing or damaged."""


class CheckpointError(GenreError):
    """A run's checkpoint is missing, damaged or of another kind."""


class ExportError(GenreError):
    """A published corpus cannot be written or read."""


class ChildError(GenreError):
    """A function in a helper process failed in a way nobody foresaw."""


class ItemError(GenreError):
    """One item failed; its class says whether trying again can help."""

    error_class = ErrorClass.PERMANENT

    def __init__(self, message: str, *, error_class: ErrorClass | None = None) -> None:
        super().__init__(message)
        if error_class is not None:
            self.error_class = error_class


class MediaError(ItemError):
    """The bytes are not usable audio: not decodable, silent, too long, too short."""


class FetchError(ItemError):
    """Something could not be fetched; the class comes from the cause."""

    error_class = ErrorClass.TEMPORARY


class OfflineError(FetchError):
    """No network leads from this machine to the host."""

    error_class = ErrorClass.ENVIRONMENT


class ToolError(ItemError):
    """A program or library this needs is missing or too old."""

    error_class = ErrorClass.ENVIRONMENT


class LoginError(ItemError):
    """A service wants a login that is missing, has ended or was refused."""

    error_class = ErrorClass.ENVIRONMENT


class ServiceStopError(ItemError):
    """A service asks us to stay away; ``retry_at`` (UTC ISO text) says until when."""

    error_class = ErrorClass.STOP

    def __init__(
        self, message: str, *, service: str, retry_at: str | None = None
    ) -> None:
        super().__init__(message)
        self.service = service
        self.retry_at = retry_at
