"""Training: our loop beside the same network fed and computed in the usual plain way."""

import copy
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from benchmarks import Table
from genre.config import available_cores
from genre.features.scale import SCALES
from genre.train.config import TrainConfig
from genre.train.crops import Corpus, Normaliser, measure_normaliser
from genre.train.device import choose_precision
from genre.train.learner import start_learner
from genre.train.loop import Lesson, learn
from genre.train.models.mgcnet import MgcNet

WIDTH = 16
N_SONGS, SONG_FRAMES, N_MELS, CROP_FRAMES, N_GENRES = 64, 940, 128, 157, 8
_CROPS_PER_SONG = 2  # 128 crops a round
_ROUNDS = 6  # the first warms up; the median of the others counts
_NOTE = f"""\
mgcnet of width {WIDTH} on 5 s crops of {N_SONGS} songs of 30 s in memory. "Plain" is how
such networks are commonly trained: batches of 16, fp32, contiguous tensors, a
`DataLoader` with two workers that crop on the host, SGD, no augmentation. The other
rows are our loop, gaining one step at a time; it also masks, mixes, changes the gain,
clips and averages. All take turns; the median of {_ROUNDS - 1} rounds counts. The error is the
largest difference of a logit from the plain forward pass with the same weights and
crops, as a share of the logits' standard deviation; fp32 rows differ by rounding alone.
{{hardware}}"""


@dataclass(frozen=True)
class Way:
    """One way of training."""

    name: str
    batch_size: int
    channels_last: bool
    bf16: bool


def run() -> Table:
    """Let all ways take turns."""
    device = torch.device("cpu")
    bf16 = choose_precision("auto", device) == "bf16"
    ways = [
        Way("resident crops", 16, channels_last=False, bf16=False),
        Way("+ channels_last", 16, channels_last=True, bf16=False),
        *([Way("+ bf16", 16, channels_last=True, bf16=True)] if bf16 else []),
        Way("+ batch of 32: ours", 32, channels_last=True, bf16=bf16),
    ]
    frames, targets = _songs()
    torch.manual_seed(0)
    model = MgcNet(N_GENRES, width=WIDTH)
    lesson = _lesson(frames, targets)
    plain = _plain_rounds(copy.deepcopy(model), frames, targets, lesson.normaliser)
    ours = [_our_rounds(copy.deepcopy(model), lesson, way) for way in ways]
    rates = _take_turns([plain, *ours])
    rows = [_row("plain", rates[0], rates[0], error=0.0)]
    for way, rate in zip(ways, rates[1:], strict=True):
        rows.append(_row(way.name, rate, rates[0], error=_error(model, lesson, way)))
    hardware = (
        "This processor has bf16 instructions."
        if bf16
        else "This processor has no bf16 instructions, so that step is left out."
    )
    return Table("Training", tuple(rows), _NOTE.format(hardware=hardware))


def _row(name: str, rate: float, plain: float, *, error: float) -> Mapping[str, str]:
    return {
        "way": name,
        "crops/s": f"{rate:,.0f}",
        "ratio": f"{rate / plain:.2f}",
        "error of logits": f"{error:.0e}",
    }


def _take_turns(ways: list[Iterator[float]]) -> list[float]:
    """Return each way's median crops per second over rounds in turn."""
    rounds = [[next(way) for way in ways] for _ in range(_ROUNDS)]
    return [statistics.median(rates) for rates in zip(*rounds[1:], strict=True)]


def _songs() -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    frames = rng.normal(-40, 12, (N_SONGS * SONG_FRAMES, N_MELS)).astype(np.float16)
    targets = (rng.random((N_SONGS, N_GENRES)) < 0.2).astype(np.float32)
    return frames, targets


# --- ours ------------------------------------------------------------------------


def _lesson(frames: NDArray[np.float16], targets: NDArray[np.float32]) -> Lesson:
    corpus = Corpus(
        frames=torch.from_numpy(frames),
        starts=torch.arange(N_SONGS) * SONG_FRAMES,
        lengths=torch.full((N_SONGS,), SONG_FRAMES),
        scale=SCALES["float16"],
    )
    return Lesson(
        corpus=corpus,
        targets=torch.from_numpy(targets),
        known=torch.ones(N_SONGS, N_GENRES, dtype=torch.bool),
        normaliser=measure_normaliser(corpus),
        n_frames=CROP_FRAMES,
    )


def _our_rounds(model: nn.Module, lesson: Lesson, way: Way) -> Iterator[float]:
    """Yield crops per second of one epoch after the other."""
    config = TrainConfig(
        width=WIDTH,
        epochs=_ROUNDS,
        crops_per_song=_CROPS_PER_SONG,
        batch_size=way.batch_size,
    )
    if way.channels_last:
        model = model.to(memory_format=torch.channels_last)
    epochs = learn(
        start_learner(model, copy.deepcopy(model), config),
        lesson,
        config,
        bf16=way.bf16,
        threads=available_cores(),
        validate=lambda _: None,
    )
    for epoch in epochs:
        yield epoch.crops_per_s


def _error(model: nn.Module, lesson: Lesson, way: Way) -> float:
    """Return how far the way's logits are from the plain ones, in spreads of those."""
    plain, ours = copy.deepcopy(model).eval(), copy.deepcopy(model).eval()
    if way.channels_last:
        ours = ours.to(memory_format=torch.channels_last)
    songs = torch.arange(32)
    x = lesson.normaliser(lesson.corpus.gather(songs, songs, CROP_FRAMES))[:, None]
    with torch.inference_mode():
        expected = plain(x.contiguous())
        with torch.autocast("cpu", torch.bfloat16, enabled=way.bf16):
            found = ours(x)
    return float((found.float() - expected).abs().max() / expected.std())


# --- the plain way -----------------------------------------------------------------


class HostCrops(Dataset[tuple[Tensor, Tensor]]):
    """A dataset that cuts one normalised random crop per item on the host."""

    def __init__(
        self,
        frames: NDArray[np.float16],
        targets: NDArray[np.float32],
        normaliser: Normaliser,
    ) -> None:
        self.frames = frames.reshape(N_SONGS, SONG_FRAMES, N_MELS)
        self.targets = targets
        self.mean, self.std = normaliser.mean.numpy(), normaliser.std.numpy()

    def __len__(self) -> int:
        return N_SONGS * _CROPS_PER_SONG

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        song = index % N_SONGS
        first = int(torch.randint(SONG_FRAMES - CROP_FRAMES + 1, ()))
        crop = self.frames[song, first : first + CROP_FRAMES].astype(np.float32)
        x = ((crop - self.mean) / self.std).T[None]
        return torch.from_numpy(np.ascontiguousarray(x)), torch.from_numpy(
            self.targets[song]
        )


def _plain_rounds(
    model: nn.Module,
    frames: NDArray[np.float16],
    targets: NDArray[np.float32],
    normaliser: Normaliser,
) -> Iterator[float]:
    """Yield crops per second of one pass over the loader after the other."""
    data = HostCrops(frames, targets, normaliser)
    loader = DataLoader(
        data, batch_size=16, shuffle=True, num_workers=2, persistent_workers=True
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
    model.train()
    torch.set_num_threads(available_cores())
    while True:
        began, n_crops, total = time.perf_counter(), 0, 0.0
        for x, y in loader:
            loss = F.binary_cross_entropy_with_logits(model(x), y)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimizer.step()
            total += loss.item()
            n_crops += len(x)
        yield n_crops / (time.perf_counter() - began)
