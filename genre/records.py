"""Frozen records and closed sets that cross stages.

Rows of the catalog never leave ``genre.db``: queries return these instead, so
that pure code needs no database and a test builds its input by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ErrorClass(StrEnum):
    """What a failure means for the next attempt."""

    PERMANENT = "permanent"  # this one will never work; take the next candidate
    ENVIRONMENT = "environment"  # something on this machine must be fixed first
    TEMPORARY = "temporary"  # the same command run again may succeed
    STOP = "stop"  # the whole service must be left alone for a while


class Status(StrEnum):
    """What happened to one item of a stage."""

    DONE = "done"
    KEPT = "kept"  # was there already
    REFUSED = "refused"  # nothing good enough was found; a person may decide
    FAILED = "failed"
    NOTE = "note"  # nothing failed, but the user should know


class Stage(StrEnum):
    """The stages of the flow; each has one lock per corpus."""

    CRAWL = "crawl"
    LABEL = "label"
    SPLIT = "split"
    FEATURES = "features"
    TRAIN = "train"
    EXPORT = "export"
    DEMO = "demo"


class SubjectKind(StrEnum):
    """What an attempt in the ledger was about."""

    TRACK = "track"
    PLAYLIST = "playlist"
    SERVICE = "service"


class Decision(StrEnum):
    """The matcher's (or a person's) word on a candidate."""

    ACCEPTED = "accepted"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"


class Change(StrEnum):
    """What happened to a song in a playlist between two readings."""

    ADDED = "added"
    REMOVED = "removed"


class AudioStatus(StrEnum):
    """Whether an audio row describes the WAV that is on disk now."""

    PRESENT = "present"
    REPLACED = "replaced"
    REMOVED = "removed"


class ArtistRole(StrEnum):
    """How an artist takes part in a track."""

    MAIN = "main"
    FEATURED = "featured"
    REMIXER = "remixer"


class EvidenceLevel(StrEnum):
    """What a statement about a genre was made of."""

    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"
    PLAYLIST = "playlist"


class Polarity(StrEnum):
    """Whether a witness speaks for or against a genre."""

    FOR = "for"
    AGAINST = "against"


class Split(StrEnum):
    """The part of the corpus a track belongs to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    EXCLUDED = "excluded"  # would leak an artist from test into training


# --- what a pipeline yields ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """How much work a stage found; sent before (and sometimes amid) outcomes."""

    stage: Stage
    total: int
    unit: str = "tracks"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one item; the unit of progress, summaries and ``--json``."""

    stage: Stage
    subject: str
    status: Status
    label: str = ""  # for people: "Artist - Title"
    message: str = ""  # one sentence: why it failed, or what the user should know
    error_class: ErrorClass | None = None
    data: Mapping[str, Any] = field(default_factory=dict)  # JSON-ready details

    @property
    def unfinished(self) -> bool:
        """True when the same command run again can do more (exit code 3)."""
        return (
            self.status is Status.FAILED
            and self.error_class is not ErrorClass.PERMANENT
        )


Event = Plan | Outcome


# --- playlists and tracks ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One line of the playlist list file."""

    source: str
    genres: tuple[str, ...]
    line: int  # 1-based; 0 when it came from the command line


@dataclass(frozen=True, slots=True)
class Tag:
    """A genre word that a source attaches to a song, as it is written there."""

    raw: str
    level: EvidenceLevel = EvidenceLevel.TRACK  # what it was attached to


@dataclass(frozen=True, slots=True)
class Said:
    """A genre word that a source attaches to a song, as the catalog keeps it."""

    source: str  # whose word it is
    level: EvidenceLevel  # what it was attached to
    raw: str
    ref: str  # the song as the source knows it
    who: str  # the kind of playlist that it came through


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """One row of a playlist, as the source states it."""

    position: int  # 0-based
    title: str
    artists: tuple[str, ...]  # as credited; "feat." and joins are not taken apart yet
    source: str  # "file", "url", "youtube", ... or "text" when only a name is known
    source_id: str  # content hash, URL, video id, ... ; "" for "text"
    url: str = ""  # where its audio is; "" when it has to be searched
    path: str = ""  # absolute path of a local file; never exported
    album: str = ""
    duration_s: float | None = None
    isrc: str = ""
    year: int | None = None
    trusted: bool = False  # the user's own file names the URL: it may lead anywhere
    added_at: str = ""  # UTC ISO text: when it came into the playlist, if stated
    licence: str = ""  # its address; "" when unknown
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file that may hold several playlists, and all that it holds now."""

    source_id: str
    playlists: tuple[str, ...]  # their source ids, of unreadable ones too


@dataclass(frozen=True, slots=True)
class PlaylistData:
    """A playlist as it was read once, rows in order."""

    source: str
    source_id: str
    url: str
    title: str
    owner: str
    checksum: str  # sha256 of what was read, or the service's own word for its state
    items: tuple[PlaylistItem, ...]
    truncated: bool = False  # there may be more rows than could be read
    problems: tuple[str, ...] = ()  # rows that could not be used, one sentence each
    unreadable: tuple[str, ...] = ()  # rows whose file cannot be read now, likewise
    notes: tuple[str, ...] = ()  # what else the user should know, one sentence each
    file: WholeFile | None = None  # of the first playlist of a file that was read whole


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A playlist whose service says that it is as it was when it was read last."""

    source: str
    source_id: str
    title: str


@dataclass(frozen=True, slots=True)
class PlaylistEvent:
    """A song that came into a playlist or left it, as two readings showed."""

    at: str  # when the second of the two was made
    change: Change
    playlist_id: str
    playlist: str  # its title
    position: int  # where it stands, or stood; 0-based
    track_id: str
    track: str  # its name


@dataclass(frozen=True, slots=True)
class Track:
    """A song of the catalog."""

    id: str
    title: str
    version: str
    artists: str  # joined for people
    album: str = ""
    duration_s: float | None = None
    isrc: str = ""
    year: int | None = None
    licence: str = ""
    redistributable: bool = False

    @property
    def name(self) -> str:
        """``Artist - Title (version)``, for people."""
        version = f" ({self.version})" if self.version else ""
        artists = f"{self.artists} - " if self.artists else ""
        return f"{artists}{self.title}{version}"

    def news_in(self, row: "Track") -> dict[str, Any]:
        """Return by field what ``row`` says of this song and is not known yet."""
        found = {
            name: getattr(row, name)
            for name in ("album", "duration_s", "isrc", "year", "licence")
            if not getattr(self, name) and getattr(row, name)
        }
        if "licence" in found:
            found["redistributable"] = row.redistributable
        return found


@dataclass(frozen=True, slots=True)
class TrackRef:
    """Where a track is known under another name."""

    track_id: str
    source: str
    source_id: str
    url: str = ""  # or, for source "file", its path
    trusted: bool = False  # the user's own file named the URL


@dataclass(frozen=True, slots=True)
class Candidate:
    """One search result, scored against the track that was searched."""

    provider: str
    provider_id: str
    url: str
    title: str
    uploader: str = ""
    duration_s: float | None = None
    score: float = 0.0  # 0..1
    reason: str = ""
    decision: Decision = Decision.REJECTED
    by_person: bool = False  # a person decided; the matcher's word is no longer asked
    isrc: str = ""  # if its page, or the search that found it, states one; not stored

    @property
    def key(self) -> tuple[str, str]:
        """What the recording goes by: provider and id."""
        return self.provider, self.provider_id


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a decoded and converted recording turned out to be."""

    pcm_sha256: str
    sample_rate: int
    n_samples: int
    source_codec: str
    source_s: float | None = None  # length before any excerpt; None once stored

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sample_rate


@dataclass(frozen=True, slots=True)
class AudioFile:
    """The present WAV of a track."""

    track_id: str
    path: str  # relative to the corpus
    provider: str
    provider_id: str
    info: AudioInfo

    @property
    def key(self) -> tuple[str, str]:
        """What the recording goes by: provider and id."""
        return self.provider, self.provider_id


# --- labels and splits ---------------------------------------------------------

# artist keys that name nobody: songs by them have no artist in common
NOBODY = frozenset(
    {"", "n a", "none", "unknown", "unknown artist", "va", "various", "various artists"}
)

LONGEST_REST_DAYS = 7  # that a service is believed to ask for
HARD_SCORE = 0.3  # from this share of votes on a song counts as being of the genre


@dataclass(frozen=True, slots=True)
class GenrePlaylist:
    """A playlist with genres: a witness for each of its songs."""

    id: str
    title: str
    genres: tuple[str, ...]  # canonical names, sorted
    track_ids: tuple[str, ...]  # current rows only, each song once, sorted


@dataclass(frozen=True, slots=True)
class Witness:
    """A genre playlist as seen from one of its songs."""

    id: str
    title: str
    genres: tuple[str, ...]  # canonical names, sorted
    n_tracks: int  # current songs, each counted once


@dataclass(frozen=True, slots=True)
class Label:
    """One genre of one track in a label set."""

    track_id: str
    genre: str  # canonical name
    score: float | None  # 0..1, None when unknown
    known: bool = True

    @property
    def hard(self) -> bool:
        """True when the song counts as being of this genre."""
        return self.score is not None and self.score >= HARD_SCORE


@dataclass(frozen=True, slots=True)
class LabelSet:
    """An immutable set of labels made by a stated rule."""

    id: str
    name: str
    rule: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SplitTrack:
    """What a division into parts has to know of a labelled track."""

    id: str
    main_artists: tuple[str, ...]  # artist keys, sorted
    other_artists: tuple[str, ...]  # featured artists and remixers
    isrc: str
    pcm_sha256: str  # of the present audio; "" without
    genres: tuple[str, ...]  # the hard ones


@dataclass(frozen=True, slots=True)
class SplitSet:
    """An immutable assignment of tracks to parts."""

    id: str
    rule: str
    params: Mapping[str, Any]


# --- features ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeatureTask:
    """A song whose frames the store holds, or should."""

    audio: AudioFile
    label: str  # for people: "Artist - Title"


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of the segment store."""

    id: str
    feature_key: str
    path: str  # relative to the corpus
    sha256: str
    n_frames: int
    dtype: str  # "float16" or "uint8"


@dataclass(frozen=True, slots=True)
class FeatureRef:
    """Where a track's log-mel frames are."""

    track_id: str
    feature_key: str
    pcm_sha256: str
    shard_id: str
    offset: int  # frames from the start of the shard
    n_frames: int


# --- export --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about a track's genre, as an export names it."""

    genre: str  # canonical name
    level: EvidenceLevel
    source: str
    polarity: Polarity = Polarity.FOR
    weight: float | None = None  # None for playlists: the label rule weighs them
    playlist_id: str = ""
    playlist: str = ""  # its title
    url: str = ""  # the playlist's; not yet fit for the public


@dataclass(frozen=True, slots=True)
class PublishedAudio:
    """Where a track's audio came from and what it is; never where it lies."""

    provider: str
    provider_id: str
    url: str  # of the accepted candidate; not yet fit for the public
    pcm_sha256: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class PublishedTrack:
    """Everything an export says about one track."""

    track: Track
    split: Split
    main_artists: tuple[str, ...]  # artist keys, sorted
    labels: tuple[Label, ...]  # sorted by genre
    statements: tuple[Statement, ...]
    refs: tuple[TrackRef, ...]  # without the paths of local files
    audio: PublishedAudio | None


# --- training ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A training run: what was asked, on what, and what it reached."""

    id: str
    started_at: str
    model: str
    config: Mapping[str, Any]
    metrics: Mapping[str, Any] | None  # None while unfinished
    checkpoint: str  # its folder, relative to the corpus; "" while unfinished
    label_set: str
    split_set: str
    feature_key: str
