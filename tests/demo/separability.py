"""How far single numbers tell the demo's genres apart.

``python -m tests.demo.separability 16`` composes a corpus of 16 tracks per genre in
memory and prints the table of docs/demo.md.
"""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import stft
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from genre.config import available_cores
from genre.demo.compose import TrackPlan, compose, sketch
from genre.demo.plan import CorpusPlan, plan_tracks
from genre.demo.sound import SR
from genre.workers import map_processes

RULES = {
    "nearest mean": NearestCentroid(),
    "Gaussian": GaussianNB(),
    "15 neighbours": KNeighborsClassifier(15),
}


def numbers_of(track: TrackPlan) -> dict[str, float]:
    """Compose a track and return single numbers that describe it."""
    y = compose(track).mean(axis=1)
    f, _, spectrum = stft(y, SR, nperseg=2048, noverlap=1024)
    power = np.abs(spectrum) ** 2 + 1e-12
    total = power.sum(axis=0)
    level = 10 * np.log10(total)
    flux = np.maximum(np.diff(np.log10(power), axis=1), 0).mean(axis=0)
    return {
        "tempo (as composed)": sketch(track).tempo,
        "spectral centroid": float((f @ power / total).mean()),
        "spectral flatness": float(np.exp(np.log(power).mean()) / power.mean()),
        "zero crossings": float((np.diff(np.signbit(y)) != 0).mean()),
        "loudness (RMS)": float(20 * np.log10(y.std())),
        "crest factor": float(np.abs(y).max() / y.std()),
        "share below 150 Hz": float(power[f < 150].sum() / power.sum()),
        "share above 5 kHz": float(np.log(power[f > 5000].sum() / power.sum())),
        "spectral flux": float(flux.mean()),
        "flux variation": float(flux.std() / flux.mean()),
        "level variation": float(level.std()),
    }


def accuracies(
    tracks: Sequence[TrackPlan], *, jobs: int = 1
) -> dict[str, dict[str, float]]:
    """Return, per number, how often each one-dimensional rule names a pure track's genre.

    Five-fold cross-validation that keeps an artist's tracks together.
    """
    pure = [t for t in tracks if not t.hybrid]
    rows = list(map_processes(numbers_of, pure, jobs=jobs))
    genres = np.array([t.genres[0] for t in pure])
    artists = np.array([t.artist for t in pure])
    table = {}
    for name in rows[0]:
        x = np.array([[row[name]] for row in rows])
        x = (x - x.mean()) / x.std()
        table[name] = {
            rule: _accuracy(model, x, genres, artists) for rule, model in RULES.items()
        }
    return table


def _accuracy(
    model: object,
    x: NDArray[np.float64],
    genres: NDArray[np.str_],
    artists: NDArray[np.str_],
) -> float:
    """Return the mean accuracy of a model over folds of artists."""
    answers = cross_val_predict(model, x, genres, groups=artists, cv=GroupKFold(5))
    return float(np.mean(answers == genres))


if __name__ == "__main__":
    plan = CorpusPlan(tracks_per_genre=int(sys.argv[1]), seed=0)
    found = accuracies(plan_tracks(plan), jobs=available_cores())
    sys.stdout.write(f"{'number':22}" + "".join(f"{rule:>15}" for rule in RULES) + "\n")
    for number, row in found.items():
        sys.stdout.write(
            f"{number:22}" + "".join(f"{v:15.3f}" for v in row.values()) + "\n"
        )
