"""How long ``genre --help`` takes, beside a bare Typer application of two commands."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Table

_ROUNDS = 15
_BARE = """\
import typer

app = typer.Typer()


@app.command()
def one(count: int = 1) -> None:
    "Do one thing."


@app.command()
def two(count: int = 1) -> None:
    "Do another."


app()
"""
_NOTE = f"""\
Whole processes from start to end, taking turns, the median of {_ROUNDS} rounds after one
that does not count. A test keeps heavy libraries out of `genre --help`."""


def run() -> Table:
    """Race the two helps."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(_BARE, encoding="utf-8")
        commands = {
            "bare Typer application": [sys.executable, str(bare), "--help"],
            "genre --help": [sys.executable, "-m", "genre", "--help"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(_ROUNDS + 1):
            for name, command in commands.items():
                seconds[name].append(_time(command))
    medians = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    bare_s = medians["bare Typer application"]
    rows = tuple(
        {"program": name, "seconds": f"{s:.3f}", "ratio": f"{s / bare_s:.2f}"}
        for name, s in medians.items()
    )
    return Table("Start-up", rows, _NOTE)


def _time(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
