"""Draw docs/pictures: what status, doctor and plan show, on a made-up corpus."""

import os
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

from rich.console import Console, RenderableType

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
WIDTH = 80
N_SONGS = 24_000
GENRES = (
    "Techno", "House", "Drum and Bass", "Psytrance", "Deep House", "Dubstep", "Ambient",
    "Tech House", "Trance", "Liquid DnB", "Hardstyle", "Minimal Techno", "Breakbeat",
    "UK Garage", "Progressive House", "Acid Techno", "Electro", "Jungle", "IDM", "Dub",
    "Downtempo", "Hardcore", "Synthwave", "Goa Trance", "Future Bass", "Neurofunk",
)  # fmt: skip
FEWER = """
DELETE FROM playlist_genres WHERE substr(genre_id, 2) + 0 >= {n};
UPDATE OR IGNORE labels SET genre_id = 'g' || (substr(genre_id, 2) % {n});
DELETE FROM labels WHERE substr(genre_id, 2) + 0 >= {n};
DELETE FROM genres WHERE substr(id, 2) + 0 >= {n};
"""
# A crawl in its middle: the last genres have fewer features, then less audio.
HALF_WAY = """
CREATE TEMP TABLE late AS
SELECT DISTINCT track_id, substr(genre_id, 2) % 7 AS n, unicode(substr(track_id, 16)) AS r
FROM playlist_tracks JOIN playlist_genres USING (playlist_id);
DELETE FROM features
WHERE track_id IN (SELECT track_id FROM late WHERE n >= 4 AND r % 5 < n - 2);
DELETE FROM audio
WHERE track_id IN (SELECT track_id FROM late WHERE n >= 5 AND r % 4 = 0);
"""


def main() -> None:
    """Make the corpus in a temporary folder and draw the three commands in it."""
    sys.path.insert(0, str(ROOT))  # for benchmarks/
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # so that no path of this machine is in a picture
        make_corpus(Path("corpus"))
        draw_all()


def make_corpus(corpus: Path) -> None:
    """Make a corpus in the middle of a crawl, and a list file beside it."""
    from benchmarks.status import make_catalog

    make_catalog(corpus, N_SONGS)
    until = datetime.now(UTC) + timedelta(hours=3)
    with closing(sqlite3.connect(corpus / "genre.db")) as db:
        db.executemany(
            "UPDATE genres SET name = ? WHERE id = ?",
            ((name, f"g{n}") for n, name in enumerate(GENRES)),
        )
        db.executescript(FEWER.format(n=len(GENRES)))
        db.executescript(HALF_WAY)
        db.execute(
            "INSERT INTO services VALUES ('youtube', ?, 'HTTP 429: too many requests')",
            [f"{until:%Y-%m-%dT%H:%M:%SZ}"],
        )
        db.commit()
    write_list()


def write_list() -> None:
    """Write two playlists that have songs in common, and the list that names them."""
    rows = [f"Song {n},Artist {n % 90},{180 + n % 120}," for n in range(1_900)]
    rows += [
        f"Video {n},Artist {n % 90},{200 + n % 90},https://youtu.be/{n:011}"
        for n in range(300)
    ]
    for name, part in {"techno": rows[:1_400], "house": rows[1_100:]}.items():
        text = "\n".join(["title,artist,duration,url", *part])
        Path(f"{name}.csv").write_text(text, encoding="utf-8")
    Path("list.txt").write_text("techno.csv  Techno\nhouse.csv   House, Deep House\n")


def draw_all() -> None:
    """Run the library calls behind the commands, and draw what the screens make of them."""
    from genre import screens
    from genre.config import Settings
    from genre.status.doctor import doctor
    from genre.status.overview import overview
    from genre.status.plan import plan

    settings = Settings()
    draw(
        "genre status",
        screens.status(overview(settings), all_genres=False, width=WIDTH),
    )
    draw("genre doctor", screens.doctor(doctor(settings)))
    cost = plan(settings, Path("list.txt"))
    draw("genre plan --playlists list.txt", screens.plan(cost))


def draw(command: str, screen: Iterable[RenderableType]) -> None:
    """Draw a command line and what it shows."""
    console = Console(
        file=StringIO(), width=WIDTH, record=True, highlight=False, markup=False,
        force_terminal=True,
    )  # fmt: skip
    console.print(f"$ {command}\n", style="dim")
    for part in screen:
        console.print(part)
    name = command.split()[1]
    path = PICTURES / f"{name}.svg"
    svg = console.export_svg(title=command, unique_id=f"genre-{name}")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # fetches nothing
    path.write_text(svg, encoding="utf-8")
    print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
