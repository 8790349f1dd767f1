"""Runs the benchmarks: all of them into BENCHMARKS.md, or those named to the terminal."""

import importlib
import pkgutil
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import benchmarks
from benchmarks import Table
from genre.config import available_cores

_PAGE = Path("BENCHMARKS.md")
_LIBRARIES = ("numpy", "scipy", "librosa", "torch")
_HEAD = """# Benchmarks

Written by `python -m benchmarks`; every figure of this page is from one run on one machine:

{machine}
"""


def main(names: list[str]) -> None:
    """Run the named benchmarks, or every one."""
    known = [m.name for m in pkgutil.iter_modules(benchmarks.__path__)]
    known = sorted(set(known) - {"__main__"})
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"Expected benchmarks among {', '.join(known)}, found {unknown[0]}.")
    sections = [_run(name).to_markdown() for name in names or known]
    page = "\n".join([_HEAD.format(machine=machine()), *sections])
    if names:
        print(page)
        return
    _PAGE.write_text(page, encoding="utf-8")
    print(f"wrote {_PAGE}")


def _run(name: str) -> Table:
    print(f"running {name} ...", file=sys.stderr)
    table = importlib.import_module(f"benchmarks.{name}").run()
    assert isinstance(table, Table)
    return table


def machine() -> str:
    """Return processor, cores, system and versions in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{_processor()}, {available_cores()} cores,"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()},"
        f" {versions}."
    )


def _processor() -> str:
    """Return the processor's name as Linux knows it, else as Python does."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main(sys.argv[1:])
