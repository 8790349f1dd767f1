"""Small corpora for the demo's tests, and one track of a genre."""

from genre.demo.compose import TrackPlan
from genre.demo.plan import CorpusPlan

TINY = CorpusPlan(
    tracks_per_genre=2, seed=3, duration_s=2.0, genres=("House", "Deep House")
)


def track(
    *genres: str, seed: int = 1, signature: int = 5, duration_s: float = 4.0
) -> TrackPlan:
    """Return the plan of one track."""
    return TrackPlan(
        id=f"{seed:016x}",
        seed=seed,
        genres=genres,
        artist="Brass Pigeon",
        guest="",
        title="Slow Rain",
        version="",
        signature=signature,
        codec="flac",
        duration_s=duration_s,
    )
