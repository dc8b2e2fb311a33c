"""Backup and restore of a SQLite journal, by the files of docs/deploy and the commands of
docs/deployment.md."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.deploy.fronts import DEPLOY
from tests.deploy.service import (
    SERVICE,
    Served,
    installed_as,
    only_root,
    visitors_service,
)
from tests.deploy.units import unit
from tests.ingest.archives import Room, minutely
from tests.support import BOUND_S, PATIENT_S, ROOT, wait_until

BACKUP = unit("visitors-backup.service")
EVENTS = 30
NUMBERS = ("totalToday", "totalEvents", "pagesVisited", "countries", "recentEvents")


def backed_up(*words: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(DEPLOY / "backup.sh"), *map(str, words)],
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )


def restore_commands() -> str:
    """What docs/deployment.md has between the stop and the start."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    [commands] = re.findall(
        r"^systemctl stop visitors\n(cd /var/lib/visitors\n.*?)^systemctl start visitors$",
        text,
        re.MULTILINE | re.DOTALL,
    )
    return commands


def restored(state: Path, backup: Path) -> None:
    """Runs the documented commands with the directories of the test in place of the real ones."""
    commands = re.sub(r"visitors-\d{8}T\d{6}Z\.db", backup.name, restore_commands())
    commands = commands.replace("/var/lib/visitors-backups", str(backup.parent))
    commands = commands.replace("/var/lib/visitors", str(state))
    subprocess.run(["sh", "-euc", commands], check=True, timeout=BOUND_S)


def numbers(server: Served) -> dict[str, Any]:
    return {name: server.summary()[name] for name in NUMBERS}


@only_root
def test_a_backup_beside_the_server_is_restored_to_the_same_numbers(tmp_path: Path):
    state, backups = tmp_path / "state", tmp_path / "backups"
    state.mkdir()
    backups.mkdir()
    command = SERVICE.the("ExecStart").split()
    inside = visitors_service(state, VISITORS_CHECKPOINT_EVENTS=str(EVENTS))
    server = Served(inside, command, tmp_path / "stderr")
    try:
        for number in range(EVENTS):
            server.post(sessionId=f"s-{number}", page=f"/{number % 5}")
        wait_until(
            lambda: server.http.get("/healthz").json()["journal"]["checkpoint"] >= EVENTS,
            "a checkpoint",
            PATIENT_S,
        )
        server.post(sessionId="behind the checkpoint")
        before = numbers(server)
        made = installed_as(BACKUP, state, backups).run(BACKUP.the("ExecStart").split())
        assert (made.returncode, made.stderr) == (0, "")
        server.post(sessionId="behind the backup")
    finally:
        assert server.stop() == 0
    [backup] = backups.glob("visitors-*.db")
    assert {path.name for path in backups.iterdir()} == {backup.name, f"{backup.name}.checkpoint"}
    assert {path.stat().st_mode & 0o077 for path in backups.iterdir()} == {0}

    restored(state, backup)
    server = Served(visitors_service(state), command, tmp_path / "stderr-again")
    try:
        assert numbers(server) == before
        journal = server.http.get("/healthz").json()["journal"]
        assert (journal["checkpoint"] >= EVENTS, journal["damage"]) == (True, None)
        server.post(sessionId="after the restore")
    finally:
        assert server.stop() == 0
    assert {path.stat().st_uid for path in state.glob("visitors.db*")} == {state.stat().st_uid}


def test_of_older_backups_the_newest_stay(tmp_path: Path):
    journal = Room(tmp_path).journal(minutely(3))
    backups = tmp_path / "backups"
    backups.mkdir()
    for day in range(1, 5):
        for ending in ("", ".checkpoint"):
            old = backups / f"visitors-2020010{day}T000000Z.db{ending}"
            old.touch()
            os.utime(old, (day, day))
    (backups / "visitors-20200105T000000Z.db.part").touch()
    made = backed_up(journal, backups, 2)
    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in backups.iterdir()) == [
        "visitors-20200104T000000Z.db",
        "visitors-20200104T000000Z.db.checkpoint",
        Path(made.stdout.strip()).name,
    ]


def test_a_broken_journal_makes_no_backup_and_costs_no_older_one(tmp_path: Path):
    journal = Room(tmp_path).journal(minutely(500))
    content = bytearray(journal.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4_096] = os.urandom(4_096)
    journal.write_bytes(content)
    backups = tmp_path / "backups"
    backups.mkdir()
    older = backups / "visitors-20200101T000000Z.db"
    older.touch()
    for source in (journal, tmp_path / "missing.db"):
        assert backed_up(source, backups, 1).returncode != 0
        assert [path.name for path in backups.glob("*.db")] == [older.name]
