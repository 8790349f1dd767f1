"""The benchmark page: every benchmark is found, a table is printed as Markdown."""

import importlib
import pkgutil

import pytest

import benchmarks
from benchmarks import Table
from benchmarks.__main__ import machine, main


def test_a_table_is_a_section_of_markdown() -> None:
    """Title, note, then one line per row below the columns' names."""
    table = Table("Speed", ({"what": "a", "s": "1"}, {"what": "b", "s": "2"}), "Note.")

    assert table.to_markdown() == (
        "## Speed\n\nNote.\n\n| what | s |\n| --- | --- |\n| a | 1 |\n| b | 2 |\n"
    )


def test_every_module_is_a_benchmark() -> None:
    """Whatever lies in the package can be run by name."""
    names = {m.name for m in pkgutil.iter_modules(benchmarks.__path__)} - {"__main__"}

    assert "mel" in names
    for name in names:
        assert callable(importlib.import_module(f"benchmarks.{name}").run)


def test_an_unknown_benchmark_is_named() -> None:
    """A wrong name lists the right ones."""
    with pytest.raises(
        SystemExit, match=r"Expected benchmarks among .*mel.*found mel2"
    ):
        main(["mel2"])


def test_the_page_names_the_machine() -> None:
    """Figures mean something only beside the processor and the versions."""
    for part in (" cores, ", "Python 3.", "numpy ", "librosa "):
        assert part in machine()
