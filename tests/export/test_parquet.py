"""Data files are sharded by rows and always written the same way."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from genre.export.parquet import (
    SCHEMA,
    Row,
    file_names,
    has_schema,
    read_rows,
    write_part,
)
from genre.records import Split


def _rows(n: int) -> list[Row]:
    """Return rows with an id and a genre each."""
    empty: Row = {field.name: None for field in SCHEMA}
    return [{**empty, "track_id": f"{i:016x}", "genres": ["Dub"]} for i in range(n)]


@pytest.mark.parametrize(
    ("n_rows", "names"),
    [
        (0, ["data/test-00000-of-00001.parquet"]),
        (10, ["data/test-00000-of-00001.parquet"]),
        (11, ["data/test-00000-of-00002.parquet", "data/test-00001-of-00002.parquet"]),
    ],
)
def test_names_say_how_many_files_there_are(n_rows: int, names: list[str]) -> None:
    """A part has at least one file, also without rows."""
    assert file_names(Split.TEST, n_rows, shard_rows=10) == names


def test_rows_go_to_files_in_order(tmp_path: Path) -> None:
    """Each file is full but the last; together they hold every row once."""
    rows = _rows(25)
    names = write_part(tmp_path, Split.TEST, iter(rows), n_rows=25, shard_rows=10)
    read = [list(read_rows(tmp_path / name)) for name in names]
    assert [len(part) for part in read] == [10, 10, 5]
    assert [row for part in read for row in part] == rows


def test_an_empty_part_has_the_schema(tmp_path: Path) -> None:
    """Readers find the columns even where there is no row."""
    (name,) = write_part(tmp_path, Split.TEST, [], n_rows=0)
    assert has_schema(tmp_path / name)
    assert pq.read_table(tmp_path / name).num_rows == 0


def test_row_groups_are_small(tmp_path: Path) -> None:
    """A reader may take a file in pieces of 5,000 rows."""
    (name,) = write_part(tmp_path, Split.TEST, _rows(5_001), n_rows=5_001)
    assert pq.ParquetFile(tmp_path / name).metadata.num_row_groups == 2


def test_files_carry_no_metadata_of_other_libraries(tmp_path: Path) -> None:
    """Only Arrow's own schema is in the footer: no clock, no pandas."""
    (name,) = write_part(tmp_path, Split.TEST, _rows(1), n_rows=1)
    assert list(pq.ParquetFile(tmp_path / name).metadata.metadata) == [b"ARROW:schema"]
