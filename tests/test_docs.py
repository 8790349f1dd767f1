"""The documentation is checked like code."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
