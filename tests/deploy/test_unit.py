"""docs/deploy/visitors.service: clean, tight, and the server lives inside of what it leaves."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.fronts import DEPLOY
from tests.deploy.service import SERVICE, Served, only_root, visitors_service
from tests.support import BOUND_S, PATIENT_S, ROOT, wait_until

SERVICES = ("visitors.service", "visitors-backup.service")
UNITS = (*SERVICES, "visitors-backup.timer")
MOST_EXPOSURE = 3.0
EVENTS = 40


def analyzed(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *words],
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_nothing_to_say_about_a_unit(name: str, tmp_path: Path):
    for each in UNITS:
        text = (DEPLOY / each).read_text().replace("/opt/visitors/", f"{ROOT}/")
        (tmp_path / each).write_text(text)
    told = analyzed("verify", "--recursive-errors=yes", str(tmp_path / name))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_exposed_little(name: str):
    told = analyzed(
        "security", "--offline=true", f"--threshold={MOST_EXPOSURE * 10:.0f}", str(DEPLOY / name)
    )
    [level] = re.findall(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    assert float(level) <= MOST_EXPOSURE
    assert told.returncode == 0


@only_root
def test_the_server_lives_inside_of_its_unit_and_makes_checkpoints_there(
    state: Path, tmp_path: Path
):
    inside = visitors_service(state, VISITORS_CHECKPOINT_EVENTS=str(EVENTS))
    checked = inside.run(SERVICE.the("ExecStartPre").split())
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert "Safe as far as this can tell" in checked.stdout
    server = Served(inside, SERVICE.the("ExecStart").split(), tmp_path / "stderr")
    try:
        for number in range(EVENTS):
            server.post(sessionId=f"s-{number}")
        wait_until(lambda: health(server)["checkpoint"] >= EVENTS, "a checkpoint", PATIENT_S)
        assert server.http.get("/api/analytics/summary").status_code == 401
        assert server.summary()["totalEvents"] == EVENTS
    finally:
        code = server.stop()
    assert (code, server.complaints) == (0, "")
    modes = {path.name: path.stat().st_mode & 0o777 for path in state.iterdir() if path.is_file()}
    assert {"visitors.db", "visitors.db.checkpoint"} <= set(modes)
    assert {name for name, mode in modes.items() if mode & 0o077} == set()


@only_root
def test_an_unsafe_configuration_does_not_start(state: Path):
    checked = visitors_service(state, token="short").run(SERVICE.the("ExecStartPre").split())
    assert checked.returncode == 2
    assert "token: this secret can't be used" in checked.stderr


@only_root
@pytest.mark.parametrize(
    "attempt",
    [
        "open('/opt/visitors/main.py', 'a')",
        "open('/etc/passwd', 'a')",
        "os.stat('/root/.bashrc')",
        "mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
        "socket.socket(socket.AF_NETLINK)",
        "os.chroot('/tmp')",
        "os.setuid(0)",
        "os.kill(1, 0)",
    ],
)
def test_what_the_unit_forbids_is_forbidden(state: Path, attempt: str):
    code = f"import mmap, os, socket\ntry:\n    {attempt}\nexcept OSError:\n    raise SystemExit(7)"
    tried = visitors_service(state).run(["/opt/visitors/.venv/bin/python", "-c", code])
    assert tried.returncode == 7, tried.stderr


def health(server: Served) -> dict[str, int]:
    return server.http.get("/healthz").json()["journal"]
