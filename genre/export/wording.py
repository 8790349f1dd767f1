"""The sentences of the dataset card that do not depend on the data."""

from genre.records import HARD_SCORE

RULES = {
    "playlist-votes-1": "Every playlist that names genres is a witness for each of its"
    " songs, and a short list weighs more than a long one (1 / log2(2 + songs))."
    " A genre's score is its share of the weight of all such playlists the song is in."
    " Where two genres share many songs, the silence of a song's only playlist about"
    " one of them counts as unknown, not as a no.",
    "artist-groups-1": "Songs stay in one part when they share their artist, an ISRC or"
    " equal sound; the parts are stratified over the genres. Songs of the other parts"
    " that share anybody with a test song are left out.",
}

REASONS = {
    "excluded": "would share an artist between test and the other parts",
    "unsplit": "have labels but no part yet",
    "unlabelled": "have no label",
}

COLUMNS = {
    "track_id": "id of the song; stays the same between exports",
    "title": "title without version",
    "version": "remix, live, ...; empty for the original",
    "artists": "as credited",
    "artist_keys": "main artists in normalised spelling; the parts are kept apart by them",
    "album": "empty when unknown",
    "duration_s": "length in seconds as its source states it",
    "isrc": "International Standard Recording Code; empty when unknown",
    "year": "of release",
    "genres": f"genres with a score of at least {HARD_SCORE}, the surest first",
    "scores": "genre and score (0 to 1) of every genre with a vote, the surest first",
    "unknown_genres": "genres nobody judged; every other genre without a score is a no",
    "evidence": "who said so: one entry per playlist and genre; `weight` is null for"
    " playlists, for the label rule weighs them",
    "split": "train, validation or test",
    "licence": "of the recording; empty when unknown",
    "redistributable": "true when that licence allows passing the recording on",
    "references": "names of the song elsewhere; a `file` has the sha256 of its bytes as id",
    "audio_source": "where the labelled audio came from; null without audio",
    "audio_id": "its id there; empty when it is not public",
    "audio_url": "its address there; empty when it is not public",
    "audio_sha256": "sha256 of its samples as 16 kHz mono signed 16-bit little-endian",
    "audio_duration_s": "its length in seconds",
}

RIGHTS = (
    "This dataset holds facts about recordings, the titles and addresses by which they"
    " are known, and labels; it holds no recording. What may be done with a recording is"
    " decided by its own licence, column `licence`. An unknown licence means: do not"
    " pass it on."
)

USE = """\
## Load

```python
# in this folder
import pandas as pd
train = pd.read_parquet("data", filters=[("split", "==", "train")])

import polars as pl
train = pl.read_parquet("data/train-*.parquet")

from datasets import load_dataset
parts = load_dataset(".")
```

## Check

`genre verify DIR` compares every file with `manifest.json` and counts all numbers again."""
