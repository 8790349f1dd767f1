"""Write docs/cli.md from the commands' own help (--check: only compare)."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = [
    "discover", "plan", "crawl", "matches", "match", "changes", "login", "logout", "label",
    "split", "why", "features", "train", "evaluate", "predict", "export", "verify", "status",
    "doctor", "demo",
]  # fmt: skip
INTRO = """# Command line

Written by `python scripts/docs.py` from the commands' own help; do not edit by hand.

"""


def help_text(*args: str) -> str:
    """Return a command's help at a fixed width, without colours."""
    plain = {"COLUMNS": "88", "TERMINAL_WIDTH": "88", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", "genre", *args, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **plain},
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def page() -> str:
    """Return the whole page."""
    sections = [("genre", help_text())]
    sections += [(f"genre {name}", help_text(name)) for name in COMMANDS]
    body = "\n\n".join(
        f"## {title}\n\n```text\n{text}\n```" for title, text in sections
    )
    return INTRO + body + "\n"


def main() -> int:
    """Write the page, or with --check say whether it is current."""
    path = ROOT / "docs" / "cli.md"
    text = page()
    if "--check" in sys.argv:
        current = path.is_file() and path.read_text(encoding="utf-8") == text
        print("docs/cli.md is current" if current else "docs/cli.md is out of date")
        return 0 if current else 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
