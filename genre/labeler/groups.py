"""Which tracks have to stay in one part: same artist, same ISRC, equal sound.

A model that heard an artist in training recognises the artist, not the genre.
But chains of joint songs tie most of a corpus together, and one huge group
cannot be divided at all. So:

- equal sound, the same ISRC, and the track's home artist (of its main artists the
  one with most songs, so that a catalogue stays whole) tie always;
- joint songs tie two main artists, most frequent pairs first, as long as the group
  stays within 10 % of all songs. That is how a larger component is cut.

Featured artists and remixers tie nothing here; ``splits.py`` excludes what they,
and cut ties, would leak.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from genre.records import NOBODY, SplitTrack

MAX_GROUP = 0.10  # of all songs; a larger component is cut


def group_tracks(
    tracks: Sequence[SplitTrack], duplicates: Iterable[tuple[str, str]] = ()
) -> list[tuple[SplitTrack, ...]]:
    """Return the groups of tracks that stay together, each sorted, by first id."""
    tracks = sorted(tracks, key=lambda t: t.id)
    forest = _Forest()
    homes = home_artists(tracks)
    for track in tracks:
        forest.add(track.id)
        for tie in _certain_ties(track, homes[track.id]):
            forest.union(track.id, tie)
    for one, other in duplicates:
        if one in homes and other in homes:
            forest.union(one, other)
    forest.union_up_to(_joint_songs(tracks, homes), int(MAX_GROUP * len(tracks)))
    groups: dict[str, list[SplitTrack]] = {}
    for track in tracks:
        groups.setdefault(forest.find(track.id), []).append(track)
    return sorted((tuple(group) for group in groups.values()), key=lambda g: g[0].id)


def artists_of(track: SplitTrack) -> set[str]:
    """Return the keys of everybody who takes part in a track."""
    return {*track.main_artists, *track.other_artists} - NOBODY


def home_artists(tracks: Sequence[SplitTrack]) -> dict[str, str]:
    """Return the main artist with most songs of each track, by id; "" for none."""
    n_songs = Counter(a for t in tracks for a in t.main_artists if a not in NOBODY)
    return {
        t.id: min(
            (a for a in t.main_artists if a not in NOBODY),
            key=lambda a: (-n_songs[a], a),
            default="",
        )
        for t in tracks
    }


def _certain_ties(track: SplitTrack, home: str) -> list[str]:
    ties = {"artist": home, "isrc": track.isrc, "pcm": track.pcm_sha256}
    return [f"{kind}:{value}" for kind, value in ties.items() if value]


def _joint_songs(
    tracks: Sequence[SplitTrack], homes: Mapping[str, str]
) -> Counter[tuple[str, str]]:
    """Count the songs that tie a home artist to another main artist."""
    return Counter(
        (f"artist:{homes[t.id]}", f"artist:{key}")
        for t in tracks
        for key in {*t.main_artists} - NOBODY - {homes[t.id]}
    )


class _Forest:
    """Union-find whose trees know how many tracks they hold."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._n_tracks: Counter[str] = Counter()

    def add(self, track_id: str) -> None:
        """Add a node that counts as a track; ties count nothing."""
        self._parent[track_id] = track_id
        self._n_tracks[track_id] = 1

    def find(self, node: str) -> str:
        """Return the root of a node's tree."""
        root = self._parent.setdefault(node, node)
        while root != self._parent[root]:
            root = self._parent[root]
        while node != root:
            self._parent[node], node = root, self._parent[node]
        return root

    def union(self, one: str, other: str) -> None:
        """Make two nodes' trees one."""
        a, b = self.find(one), self.find(other)
        if a == b:
            return
        if self._n_tracks[a] < self._n_tracks[b]:
            a, b = b, a
        self._parent[b] = a
        self._n_tracks[a] += self._n_tracks.pop(b, 0)

    def union_up_to(self, links: Counter[tuple[str, str]], limit: int) -> None:
        """Unite along links, strongest first, while trees hold at most ``limit``."""
        for one, other in sorted(links, key=lambda link: (-links[link], link)):
            a, b = self.find(one), self.find(other)
            if a == b or self._n_tracks[a] + self._n_tracks[b] <= limit:
                self.union(a, b)
