"""The command line in a process of its own, as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class CommandLine:
    """Runs ``genre`` in a folder with settings of its own and none of the user's."""

    folder: Path
    settings: Mapping[str, object]

    @property
    def environment(self) -> dict[str, str]:
        """Our environment, with these settings alone."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith("GENRE_")}
        own = {f"GENRE_{name.upper()}": str(v) for name, v in self.settings.items()}
        return {**ours, "OMP_NUM_THREADS": "1", **own}

    def start(self, *args: object, module: str = "genre") -> subprocess.Popen[str]:
        """Start a command; of another program if ``module`` is one."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *map(str, args)],
            cwd=self.folder,
            env={**self.environment, "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *args: object, module: str = "genre"
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*args, module=module)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess([], process.returncode, out, err)

    def json(self, *args: object) -> dict[str, Any]:
        """Run a command with ``--json``; return what it writes."""
        found: dict[str, Any] = json.loads(self.run(*args, "--json").stdout)
        return found
