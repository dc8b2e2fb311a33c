"""The power goes while events come in. The journal lies on a disk of its own, a file that holds a
file system; a copy of that file is what a real disk would have at that moment: what the kernel had
not written yet isn't in it."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.storage.test_killed_journal import Load, journaled
from tests.support import Running

CUTS = 5
DISK_BYTES = 48 * 2**20

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 and "CI" not in os.environ, reason="only root may mount a file"
)


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[Path]:
    at.mkdir(exist_ok=True)
    run("mount", "-o", "loop", str(image), str(at))
    try:
        yield at
    finally:
        run("umount", str(at))


def run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{' '.join(command)}: {ended.stderr}"


def new_disk(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(DISK_BYTES)
    run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(path))
    return path


async def cut(server: Running, disk: Path, copy: Path) -> None:
    """The disk as it is at one moment; the server stands still for it, the load waits."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        await asyncio.to_thread(shutil.copy, disk, copy)
    finally:
        os.kill(server.pid, signal.SIGCONT)


@pytest.mark.parametrize("durability", ["full", "fast"])
async def test_a_power_cut_under_load(tmp_path: Path, durability: str):
    """In `full` nothing that was answered is lost; in `fast` it may be, but nothing is damaged."""
    disk = new_disk(tmp_path / "disk")
    taken: list[set[str]] = []
    with mounted(disk, tmp_path / "disk-at") as folder:
        flags = ("--journal", f"sqlite:{folder}/visitors.db", "--durability", durability)
        load, server = Load("cut"), Running(tmp_path, *flags)
        try:
            sending = [asyncio.create_task(load.send(server.url, each)) for each in range(16)]
            for number in range(CUTS):
                await load.reach(150)
                taken.append(set(load.taken))
                await cut(server, disk, tmp_path / f"cut-{number}")
            server.terminate()
            await asyncio.gather(*sending)
        finally:
            await asyncio.to_thread(server.kill_unless_stopped)
    for number, known in enumerate(taken):
        with mounted(tmp_path / f"cut-{number}", tmp_path / "cut-at") as folder:
            kept = await journaled(folder / "visitors.db", tmp_path / "read")
        assert set(kept.values()) <= {1}, "none of it twice"
        if durability == "full":
            assert known - set(kept) == set(), "what was answered well is there"
