"""The documentation is checked like code."""

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from genre.crawler.playlists import read_list_file
from genre.crawler.sources import KINDS, service_of_source

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


def test_the_cli_reference_is_current() -> None:
    """docs/cli.md is what the commands' help says now."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip() == "docs/cli.md is current"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of every page names a file that exists."""
    links = _LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_linked_from_the_readme() -> None:
    """A stranger finds each page of docs/ from the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    pages = [str(page.relative_to(ROOT)) for page in ROOT.glob("docs/**/*.md")]
    assert [page for page in pages if page not in readme] == []


@pytest.mark.parametrize("package", ["", "discovery", "matching", "sources"])
def test_the_crawlers_maps_name_every_file(package: str) -> None:
    """A stranger learns from each package's first lines what its files are for."""
    folder = ROOT / "genre" / "crawler" / package
    there = {
        p.name + ("/" if p.is_dir() else "")
        for p in folder.iterdir()
        if (p.suffix == ".py" and p.name != "__init__.py")
        or (p / "__init__.py").exists()
    }

    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    shown = re.findall(r"\b[a-z_\d]+(?:\.py|/)(?=\W)", ast.get_docstring(tree) or "")
    assert sorted(shown) == sorted(there)


SOURCE_PAGES = sorted(ROOT.glob("docs/sources/*.md"))


@pytest.mark.parametrize("page", SOURCE_PAGES, ids=lambda p: p.name)
def test_each_source_says_the_same_things_in_the_same_order(page: Path) -> None:
    """What it gives, what it needs, its terms and its limits: each once."""
    text = page.read_text(encoding="utf-8")

    said = re.findall(r"^(?:## |\*\*)([\w ]+?)(?:\.\*\*|$)", text, flags=re.MULTILINE)
    wanted = ["What it gives", "What it needs", "Terms", "Limits"]
    assert [words for words in said if words in wanted] == wanted


@pytest.mark.parametrize("page", SOURCE_PAGES, ids=lambda p: p.name)
def test_the_examples_of_each_source_are_sources(page: Path, tmp_path: Path) -> None:
    """The lines that a page begins with are a list file, and each is understood."""
    example = re.search(
        r"(?:^    .+\n)+", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert example is not None
    (tmp_path / "list.txt").write_text(textwrap.dedent(example[0]), encoding="utf-8")

    listed = read_list_file(tmp_path / "list.txt")
    assert listed.problems == ()
    assert [e.source for e in listed.entries if not is_understood(e.source)] == []


def is_understood(source: str) -> bool:
    """Tell whether a source is of a service, a playlist file or a folder of music."""
    ending = Path(source.partition("#")[0]).suffix
    return bool(service_of_source(source)) or ending in KINDS or "Music" in source


def test_the_readme_shows_the_tree_as_it_is() -> None:
    """Every module and package directly below genre/ has its line in the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    there = {
        p.name + ("/" if p.is_dir() else "")
        for p in (ROOT / "genre").iterdir()
        if (p.suffix == ".py" and p.name != "__main__.py")
        or (p / "__init__.py").exists()
    }

    shown = set(re.findall(r"^ {6}([a-z_]+(?:\.py|/))", readme, flags=re.MULTILINE))
    assert shown == there
