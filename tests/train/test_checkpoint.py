"""A checkpoint comes back as it was saved; anything else is named in a sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from genre.errors import CheckpointError
from genre.features.mel import MelConfig
from genre.train.checkpoint import (
    DESCRIPTION,
    STATE,
    WEIGHTS,
    Checkpoint,
    drop_state,
    load_checkpoint,
    load_state,
    save_checkpoint,
    save_state,
)
from genre.train.crops import Normaliser
from genre.train.models import ModelSpec, build_model
from tests.train.tiny import GENRES, N_FRAMES, N_MELS, read_tree


def tiny_checkpoint() -> Checkpoint:
    """Return an untrained network of three genres."""
    spec = ModelSpec("mgcnet", n_genres=len(GENRES), width=4, dropout=0.3)
    torch.manual_seed(0)
    return Checkpoint(
        spec=spec,
        model=build_model(spec).eval(),
        genres=GENRES,
        multilabel=True,
        mel=MelConfig(n_mels=N_MELS),
        n_frames=N_FRAMES,
        normaliser=Normaliser(torch.full((N_MELS,), -40.0), torch.full((N_MELS,), 9.5)),
        temperature=1.25,
        thresholds=(0.3, 0.5, 0.7),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a saved checkpoint."""
    save_checkpoint(tmp_path, tiny_checkpoint())
    return tmp_path


def test_what_is_saved_comes_back(folder: Path) -> None:
    """Description and weights survive; the network answers the same."""
    before, after = tiny_checkpoint(), load_checkpoint(folder)
    x = torch.randn(2, 1, N_MELS, N_FRAMES)

    assert after.describe() == before.describe()
    assert torch.equal(after.model(x), before.model(x))
    assert not after.model.training


def test_saving_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """A checkpoint depends on its content alone."""
    first = read_tree(folder)
    save_checkpoint(folder, tiny_checkpoint())

    assert read_tree(folder) == first
    assert sorted(first) == [DESCRIPTION, WEIGHTS]


def change(**values: object) -> Callable[[Path], None]:
    """Return an accident that overwrites fields of the description."""

    def accident(folder: Path) -> None:
        path = folder / DESCRIPTION
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return accident


def cut_weights(folder: Path) -> None:
    """Lose the end of the weights."""
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-10])


def swap_weights(folder: Path) -> None:
    """Put a wider network's weights beside the description."""
    spec = ModelSpec("mgcnet", n_genres=3, width=8, dropout=0.3)
    other = folder / "other"
    fields = {f: getattr(tiny_checkpoint(), f) for f in Checkpoint.__slots__}
    save_checkpoint(other, Checkpoint(**{**fields, "model": build_model(spec)}))
    (other / WEIGHTS).replace(folder / WEIGHTS)


@pytest.mark.parametrize(
    ("accident", "sentence"),
    [
        (lambda f: (f / DESCRIPTION).unlink(), "finished training run .* found none"),
        (lambda f: (f / WEIGHTS).unlink(), "Expected the weights .* found none"),
        (lambda f: (f / DESCRIPTION).write_text("{"), "found damage"),
        (lambda f: (f / DESCRIPTION).write_text("[]"), "checkpoint format 1"),
        (lambda f: (f / WEIGHTS).write_bytes(b""), "found damage"),
        (cut_weights, "found damage"),
        (swap_weights, "the weights that model.json describes, found others"),
        (change(format=99), "checkpoint format 1 .* found 99"),
        (change(genres=["House"]), "Expected 3 genres .* found 1"),
        (change(thresholds=[]), "Expected 3 thresholds .* found 0"),
        (change(n_frames="many"), "found damage"),
        (change(architecture={"name": "mgcnet"}), "found damage"),
        (change(mel={"n_mels": 8, "sr": 16000}), "Expected 8 means .* found 16"),
    ],
)
def test_a_damaged_checkpoint_is_refused(
    folder: Path, accident: Callable[[Path], None], sentence: str
) -> None:
    """Each kind of damage has its sentence, and none a traceback."""
    accident(folder)

    with pytest.raises(CheckpointError, match=sentence):
        load_checkpoint(folder)


def test_a_state_comes_back_with_its_numbers(tmp_path: Path) -> None:
    """Tensors and JSON facts travel in one file."""
    save_state(tmp_path, {"a.b": torch.arange(3)}, {"history": [0.1 + 0.2]})

    found = load_state(tmp_path)

    assert found is not None
    assert found[0]["a.b"].tolist() == [0, 1, 2]
    assert found[1] == {"history": [0.30000000000000004]}


def test_no_state_is_none(tmp_path: Path) -> None:
    """A run that never began has nothing to resume; dropping it twice is fine."""
    save_state(tmp_path, {}, {})
    drop_state(tmp_path)
    drop_state(tmp_path)

    assert load_state(tmp_path) is None


def test_a_damaged_state_says_how_to_start_over(tmp_path: Path) -> None:
    """The way out is named."""
    save_state(tmp_path, {"a": torch.zeros(9)}, {})
    (tmp_path / STATE).write_bytes((tmp_path / STATE).read_bytes()[:-3])

    with pytest.raises(CheckpointError, match=r"found damage .* --no-resume"):
        load_state(tmp_path)
