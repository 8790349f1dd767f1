"""Names, aliases and titles of genres."""

from pathlib import Path

import pytest

from genre.taxonomy import load_taxonomy
from genre.text import genre_key

TAXONOMY = load_taxonomy()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Drum & Bass", ("Drum and Bass",)),
        ("drum n bass", ("Drum and Bass",)),
        ("Best Liquid DnB 2024", ("Liquid Drum and Bass",)),
        ("D&B Essentials", ("Drum and Bass",)),
        ("PSYTRANCE", ("Psytrance",)),
        ("Deep House Sunday", ("Deep House",)),
        ("Lo-Fi Hip Hop Beats", ("Lo-Fi Hip-Hop",)),
        ("Trance: the Goa Trance Years", ("Goa Trance",)),
        ("Techno Techno Techno", ("Techno",)),
        ("House & Techno", ("House", "Techno")),
        ("Deep House meets Techno", ("Deep House", "Techno")),
        ("Summer 2024", ()),
        ("Houseboat songs", ()),
        ("", ()),
        ("💿", ()),
    ],
)
def test_title_names_its_genres(title: str, expected: tuple[str, ...]) -> None:
    """Whole words are looked up, the longest name wins, several are ambiguous."""
    assert TAXONOMY.read_title(title) == expected


def test_some_names_count_only_when_alone() -> None:
    """A word with another everyday meaning is a genre only as the whole title."""
    assert TAXONOMY.read_title("Liquid") == ("Liquid Drum and Bass",)
    assert TAXONOMY.read_title("Liquid Dreams") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("dnb", "Drum and Bass"), ("UKG", "UK Garage"), ("polka", None), ("", None)],
)
def test_find_knows_aliases(name: str, expected: str | None) -> None:
    """A name is found in any spelling, or not at all."""
    assert TAXONOMY.find(name) == expected


def test_ancestors_lead_to_a_root() -> None:
    """Parents are followed up to the root; no genre is its own ancestor."""
    assert TAXONOMY.ancestors("Liquid Drum and Bass") == ["Drum and Bass", "Electronic"]
    assert all(n not in TAXONOMY.ancestors(n) for n in TAXONOMY.names.values())


def test_nearest_skips_generations_that_are_absent() -> None:
    """The nearest ancestor among the given ones is found, else None."""
    assert TAXONOMY.nearest("Goa Trance", ["Electronic", "House"]) == "Electronic"
    assert TAXONOMY.nearest("Goa Trance", ["House"]) is None
    assert TAXONOMY.nearest("Polka", ["House"]) is None


def test_every_name_is_found_by_itself() -> None:
    """The data file holds each canonical name as a key of its own."""
    names = set(TAXONOMY.names.values())
    assert 60 <= len(names) <= 120
    assert all(TAXONOMY.names[genre_key(name)] == name for name in names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[genre]]\nname="A"\n[[genre]]\nname="B"\naliases=["a"]', "'a' means 'A'"),
        ('[[genre]]\nname="A"\nparent="Z"', "parent 'Z' is no genre"),
    ],
)
def test_contradictory_files_are_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    """A name with two meanings and a missing parent are errors."""
    path = tmp_path / "taxonomy.toml"
    path.write_text(f"version = 1\n{text}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_taxonomy(path)
