"""A unit's or an image's commands, run inside of what it leaves them (``confine.py``)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.fronts import documented_environment
from tests.deploy.units import Unit, unit
from tests.ingest.client import VIEW
from tests.support import BOUND_S, ROOT, wait_until

SERVICE = unit("visitors.service")
INSTALLED = "/opt/visitors"
TOKEN = "a-token-for-reading-0123456789"
KEY = "a-key-for-writing-9876543210"
UID = 61_184
"""The first one that systemd gives to DynamicUser=."""

only_root = pytest.mark.skipif(
    os.geteuid() != 0 and "CI" not in os.environ, reason="only root may mount and change its user"
)

BASE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@dataclass
class Confinement:
    """Where what lies, who it runs as, what it may do. ``calls`` None leaves all of them."""

    binds: dict[str, str]
    writable: list[str]
    environment: dict[str, str]
    cwd: str
    secrets: dict[str, str] = field(default_factory=dict)
    calls: list[str] | None = None
    families: list[str] = field(default_factory=list)
    uid: int = UID
    umask: int = 0o022
    files: int = 1024

    def start(self, command: Sequence[str], **more: object) -> "subprocess.Popen[str]":
        spec = json.dumps(vars(self) | {"command": list(command)})
        words = ["unshare", "--mount", "--propagation", "private", sys.executable]
        program = str(Path(__file__).with_name("confine.py"))
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        return subprocess.Popen([*words, program, spec], text=True, **pipes)  # type: ignore[call-overload]

    def run(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        with self.start(command) as process:
            out, err = process.communicate(timeout=BOUND_S)
            return subprocess.CompletedProcess(command, process.returncode, out, err)


class Served:
    """``main.py`` inside of a confinement, on a free port."""

    def __init__(self, confinement: Confinement, command: Sequence[str], stderr: Path) -> None:
        self._stderr = stderr
        with stderr.open("w") as errors:
            self.process = confinement.start(command, stderr=errors)
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline().strip()
        port = self.first_line.rpartition(":")[2]
        assert port.isdigit(), (self.first_line, self.complaints)
        self.port = int(port)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
        wait_until(lambda: self.http.get("/healthz").json()["ready"], "the start")

    def post(self, **fields: str) -> None:
        answer = self.http.post("/api/events", json=VIEW | fields, headers={"X-Ingest-Key": KEY})
        assert answer.status_code == 201, answer.text

    def summary(self) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        answer = self.http.get("/api/analytics/summary", headers=bearer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @property
    def complaints(self) -> str:
        return self._stderr.read_text()

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(BOUND_S)
        finally:
            self.process.kill()
            self.process.wait()
            self.http.close()
            assert self.process.stdout is not None
            self.process.stdout.close()


def visitors_service(state: Path, token: str = TOKEN, **more: str) -> Confinement:
    """visitors.service with the documented settings, on any free port."""
    settings = documented_environment() | {"VISITORS_PORT": "0"} | more
    inside = installed_as(SERVICE, state, **settings)
    folder = inside.environment["CREDENTIALS_DIRECTORY"]
    values = dict(zip(SERVICE.credentials, (token, KEY), strict=True))
    inside.secrets = {f"{folder}/{name}": value for name, value in values.items()}
    return inside


def installed_as(which: Unit, *states: Path, **more: str) -> Confinement:
    """This clone at /opt/visitors, ``states`` as the unit's directories, ``more`` as variables."""
    places = [f"/var/lib/{name}" for name in which.the("StateDirectory").split()]
    for state in states:
        os.chown(state, UID, UID)
        state.chmod(int(which.the("StateDirectoryMode"), 8))
    families = which.the("RestrictAddressFamilies").split()
    credentials = f"/run/credentials/{which.name}"
    return Confinement(
        binds={
            INSTALLED: str(ROOT),
            **dict(zip(places, map(str, states), strict=True)),
            **python(),
        },
        writable=[*places, "/tmp"],
        environment=BASE | which.variables | {"CREDENTIALS_DIRECTORY": credentials} | more,
        cwd=places[0],
        calls=sorted(which.calls),
        families=[] if families == ["none"] else families,
        umask=int(which.the("UMask"), 8),
        files=int(which.the("LimitNOFILE")) if which.all("LimitNOFILE") else 1024,
    )


def python() -> dict[str, str]:
    """The virtual environment where the unit has it, and the Python that it was made of."""
    binds = {f"{INSTALLED}/.venv": sys.prefix}
    base = sys.base_prefix
    return binds if base.startswith("/usr") else binds | {base: base}


def copied(source: Path, to: Path) -> None:
    """A file or a folder, without what Python leaves behind."""
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, to)
