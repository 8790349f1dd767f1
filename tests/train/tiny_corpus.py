"""A corpus folder with a catalog, labels, parts and frames, but no audio."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from genre.config import Settings
from genre.db import features, labels, open_catalog, splits
from genre.db import models as m
from genre.features.mel import MelConfig
from genre.features.scale import SCALES
from genre.features.shard import SongFrames, write_shard
from genre.records import Event, Label, LabelSet, Outcome, Split, SplitSet, Status
from tests.train.tiny import GENRES, N_MELS, song_frames

N_FRAMES = 400  # per song: two segments and a half
PARTS = (Split.TRAIN, Split.TRAIN, Split.VALIDATION, Split.TEST)


class TinyCorpus:
    """A corpus of ``n_per_genre`` songs of each of three genres, in the four parts."""

    def __init__(self, folder: Path, *, n_per_genre: int = 8) -> None:
        self.settings = Settings(corpus=folder, jobs=1, n_mels=N_MELS)
        self.n_songs = n_per_genre * len(GENRES)

    @property
    def ids(self) -> list[str]:
        """Track ids, sorted."""
        return [f"{i:016x}" for i in range(self.n_songs)]

    def genre(self, i: int) -> int:
        """Return the number of a song's genre."""
        return i % len(GENRES)

    def build(self, *, without: Sequence[str] = ()) -> "TinyCorpus":
        """Fill the catalog and the store, all but the named steps."""
        steps = {
            "tracks": self._tracks, "labels": self.label, "splits": self.split,
            "features": self._features,
        }  # fmt: skip
        with open_catalog(self.settings) as catalog:
            for name, step in steps.items():
                if name not in without:
                    with catalog.write() as session:
                        step(session)
        return self

    def _tracks(self, session: Session) -> None:
        """Store the songs."""
        session.add_all(m.Genre(id=name.lower(), name=name) for name in GENRES)
        for i, track_id in enumerate(self.ids):
            session.add(
                m.Track(
                    id=track_id,
                    seq=i,
                    title=f"Song {i}",
                    artists="Ada",
                    match_key=str(i),
                )
            )
        session.flush()
        for i, track_id in enumerate(self.ids):
            artist = f"artist {i // len(GENRES)}"
            session.add(
                m.TrackArtist(track_id=track_id, artist_key=artist, role="main")
            )
            session.add(
                m.Audio(
                    track_id=track_id, pcm_sha256=f"sound {i}", path="", provider="file",
                    provider_id="", sample_rate=16_000, n_samples=1, duration_s=1.0,
                    source_codec="wav", status="present",
                )
            )  # fmt: skip

    def label(self, session: Session, *, genres: int = len(GENRES)) -> None:
        """Give every song its genre, and every fourth also the next one by half."""
        rows = []
        for i, track_id in enumerate(self.ids):
            own = self.genre(i) % genres
            rows.append(Label(track_id, GENRES[own], 1.0))
            if i % 4 == 3 and genres > 1:
                rows.append(Label(track_id, GENRES[(own + 1) % genres], 0.5))
        found = LabelSet(f"labels of {genres}", "test", "by hand", {})
        labels.save_label_set(session, found, sorted(rows, key=lambda r: r.track_id))

    def split(self, session: Session, *, parts: Sequence[Split] = PARTS) -> None:
        """Deal the parts out to artists in turn."""
        dealt = {
            track_id: parts[(i // len(GENRES)) % len(parts)]
            for i, track_id in enumerate(self.ids)
        }
        named = SplitSet(f"split into {len(parts)}", "by hand", {})
        splits.save_split_set(session, named, dealt)

    def _features(self, session: Session) -> None:
        """Store frames for the songs."""
        songs = [
            SongFrames(
                track_id,
                f"sound {i}",
                SCALES["float16"].to_store(
                    song_frames(self.genre(i), n_frames=N_FRAMES, seed=i)
                ),
            )
            for i, track_id in enumerate(self.ids)
        ]
        mel = MelConfig.from_settings(self.settings)
        shard, refs = write_shard(self.settings.corpus, mel, songs=songs)
        features.add_shard(session, shard, refs)


def last_outcome(events: Sequence[Event]) -> Outcome:
    """Return the last event, which has to be an outcome."""
    last = events[-1]
    assert isinstance(last, Outcome)
    return last


def notes(events: Sequence[Event]) -> list[str]:
    """Return the sentences of all notes."""
    return [
        event.message
        for event in events
        if isinstance(event, Outcome) and event.status is Status.NOTE
    ]
